"""Connections: open streams under keys, patterns over keys, and effects that reach them.

Knows bytes and keys, and the `Sink` it is. Knows no event format, no request and no web framework.
"""

from ._connection import Cause, Connection
from ._group import BroadcastResult, Group
from ._keys import ANY, REST, Key, Name, PatternError, freeze_name, matches
from ._plugin import BroadcastOptions, Connections
from ._store import MemoryStore

__all__ = [
    "ANY",
    "REST",
    "BroadcastOptions",
    "BroadcastResult",
    "Cause",
    "Connection",
    "Connections",
    "Group",
    "Key",
    "MemoryStore",
    "Name",
    "PatternError",
    "freeze_name",
    "matches",
]
