"""Connections: open streams under keys, patterns over keys, and effects that reach them.

The package knows bytes, keys and the protocol `Sink`. It knows no event format, no request and no web framework.
"""

from ._connection import Cause, Connection
from ._effects import BroadcastOptions
from ._explain import Explanation, explain_match
from ._group import BroadcastResult, Group, Member, NamedSink
from ._history import Follower, History
from ._keys import ANY, REST, Key, Name, PatternError, freeze_name, freeze_pattern, matches, patterns_in
from ._lifecycle import Lifecycle
from ._limits import ConnectionLimits, TooManyConnectionsError
from ._merging import WhenFull
from ._placeholders import NoConnectionError, own_key
from ._plugin import Connections
from ._presence import Presence
from ._store import ConnectionGroup, ConnectionStore, MemoryStore

__all__ = [
    "ANY",
    "REST",
    "BroadcastOptions",
    "BroadcastResult",
    "Cause",
    "Connection",
    "ConnectionGroup",
    "ConnectionLimits",
    "ConnectionStore",
    "Connections",
    "Explanation",
    "Follower",
    "Group",
    "History",
    "Key",
    "Lifecycle",
    "Member",
    "MemoryStore",
    "Name",
    "NamedSink",
    "NoConnectionError",
    "PatternError",
    "Presence",
    "TooManyConnectionsError",
    "WhenFull",
    "explain_match",
    "freeze_name",
    "freeze_pattern",
    "matches",
    "own_key",
    "patterns_in",
]
