"""HTTP: quart-trio requests become dispatches, and the events that those send become Server-Sent Events.

It is one plugin among others: without it everything else works unchanged, and another transport would sit beside it.
"""

from ._compression import Compression
from ._live import Live
from ._plugin import Http, SessionError
from ._request.allow import Allow, RequestData
from ._request.app_effects import Effects, OnError, OnInvalid, Otherwise
from ._request.invalid import InvalidSignals, no_errors
from ._request.placeholders import (
    MissingValueError,
    PathParam,
    Query,
    Session,
    Signal,
    placeholder_kind,
    placeholder_problem,
)
from ._request.templates import template
from ._serve import serve

__all__ = [
    "Allow",
    "Compression",
    "Effects",
    "Http",
    "InvalidSignals",
    "Live",
    "MissingValueError",
    "OnError",
    "OnInvalid",
    "Otherwise",
    "PathParam",
    "Query",
    "RequestData",
    "Session",
    "SessionError",
    "Signal",
    "no_errors",
    "placeholder_kind",
    "placeholder_problem",
    "serve",
    "template",
]
