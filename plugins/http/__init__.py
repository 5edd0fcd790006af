"""HTTP: quart-trio requests become dispatches, and what they send becomes Server-Sent Events.

One plugin among others: without it everything else works unchanged, and another transport would sit beside it.
"""

from ._allow import Allow, RequestData
from ._compression import Compression
from ._given import Effects, OnError, OnInvalid, Otherwise
from ._invalid import InvalidSignals, no_errors
from ._live import Live
from ._placeholders import MissingValueError, PathParam, Query, Session, Signal, placeholder_kind, placeholder_problem
from ._plugin import Http, SessionError
from ._serve import serve
from ._templates import template

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
