"""HTTP: quart-trio requests become dispatches, and what they send becomes Server-Sent Events.

One plugin among others: without it everything else works unchanged, and another transport would sit beside it.
"""

from ._live import Live
from ._placeholders import Http, PathParam, Session, Signal
from ._signals import InvalidSignals, no_errors
from ._templates import template

__all__ = ["Http", "InvalidSignals", "Live", "PathParam", "Session", "Signal", "no_errors", "template"]
