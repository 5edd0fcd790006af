"""Where connections are kept: the protocol of every store, and the store of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, final, runtime_checkable

from effects import Sink

from ._connection import Connection
from ._group import BroadcastResult, Group, NamedSink
from ._history import History
from ._index import Index
from ._keys import ANY, Frozen, Name, freeze_pattern
from ._limits import ConnectionLimits, TooManyConnectionsError

__all__ = ["ConnectionGroup", "ConnectionStore", "MemoryStore"]


class ConnectionGroup(Sink, Protocol):
    """The connections that a pattern matched, as one sink that counts. Its members have a `scope` and a `key`."""

    def members(self) -> Sequence[NamedSink]:
        """The connections of this process, each as a sink that counts, too, in order of arrival."""
        ...

    def result(self) -> BroadcastResult:
        """What came of it so far. `matched` is settled when the group is made."""
        ...


@runtime_checkable
class ConnectionStore(Protocol):
    """Where connections are kept, and found by name or by pattern.

    A connection belongs to the process whose socket it is; `add`, `remove`, `match`, iteration and `len` are about
    those. `group`, `names` and `count` are about everyone: a store that reaches other processes makes groups that carry
    their frames there, too. Nothing here waits: what must wait belongs into a plugin's lifespan. Patterns are those of
    `freeze_pattern`; what is none raises `PatternError`. `plugins.connections.testing` holds the tests any store
    passes.
    """

    def add(self, connection: Connection) -> None:
        """Keep a connection until it ends or is removed; one that has ended is not kept, one that is kept stays so.

        Raises `TooManyConnectionsError` where there is no room, which harms nobody.
        """
        ...

    def remove(self, connection: Connection) -> None:
        """Forget this very connection, and no other of the same name; it does not end of it."""
        ...

    def match(self, pattern: object, exclude: Sequence[object] = ()) -> Sequence[Connection]:
        """The connections of this process that match a pattern and none of those in `exclude`, in order of arrival."""
        ...

    def group(
        self, pattern: object, exclude: Sequence[object] = (), *, charge: Callable[[int], None]
    ) -> ConnectionGroup:
        """Everyone who matches now, as one sink. `charge` is called with a number of members before each frame.

        Each frame enters every queue of this process before `send` returns, so that all see one order.
        """
        ...

    def names(self, pattern: object, exclude: Sequence[object] = ()) -> Sequence[Name]:
        """The names `(scope, key)` under which anyone is connected and that match, each once, the oldest first."""
        ...

    def count(self, pattern: object, exclude: Sequence[object] = ()) -> int:
        """How many connections match."""
        ...

    def __iter__(self) -> Iterator[Connection]:
        """The connections of this process, as they are now; they may end while they are gone through."""
        ...

    def __len__(self) -> int:
        """How many connections of this process are kept."""
        ...


@final
class MemoryStore:
    """Open connections in memory, found by name or by pattern. A `ConnectionStore`.

    One name may hold several connections: two tabs are two. What a look-up costs grows with what it finds, and not with
    what is stored, but for the first of its shape.
    """

    def __init__(self, limits: ConnectionLimits | None = None) -> None:
        self._limits = limits or ConnectionLimits()
        self._index = Index()
        self.history: History | None = None
        """What was sent lately, if a `Connections` was given one."""

    def __len__(self) -> int:
        return len(self._index.all)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._index.all))

    def __contains__(self, connection: object) -> bool:
        return connection in self._index.all

    def add(self, connection: Connection) -> None:
        """Keep a connection until it ends. See `ConnectionStore.add`."""
        if connection in self._index.all or connection.cause is not None:
            return
        self._make_room(connection.frozen)
        self._index.add(connection)
        connection.on_end(self.remove)

    def remove(self, connection: Connection) -> None:
        """Forget this very connection. Does nothing where it is not stored."""
        if connection in self._index.all:
            self._index.remove(connection)

    def match(self, pattern: object, exclude: Sequence[object] = ()) -> list[Connection]:
        """The connections that match a pattern and none of those in `exclude`, in order of arrival.

        Raises `PatternError` for what is no pattern.
        """
        frozen_pattern = freeze_pattern(pattern)
        frozen_exclude = [freeze_pattern(pattern) for pattern in exclude]
        connections: Iterable[Connection] = self._index.find(frozen_pattern)
        for pattern in frozen_exclude:
            excluded = self._index.find(pattern)
            connections = [connection for connection in connections if connection not in excluded]
        return list(connections)

    def group(self, pattern: object, exclude: Sequence[object] = (), *, charge: Callable[[int], None]) -> Group:
        """Everyone who matches now, as one sink. Raises `PatternError` for what is no pattern."""
        return Group(self.match(pattern, exclude), charge)

    def names(self, pattern: object, exclude: Sequence[object] = ()) -> list[Name]:
        """The names that match, each once, in order of arrival. Raises `PatternError` for what is no pattern."""
        connections: dict[Frozen, Name] = {}
        for connection in self.match(pattern, exclude):
            connections.setdefault(connection.frozen, (connection.scope, connection.key))
        return list(connections.values())

    def count(self, pattern: object, exclude: Sequence[object] = ()) -> int:
        """How many connections match. Raises `PatternError` for what is no pattern."""
        return len(self.match(pattern, exclude))

    def _make_room(self, name: tuple[Frozen, Frozen]) -> None:
        """Let the oldest give way where a limit says so, and nobody where another refuses."""
        limits = self._limits
        evicted: dict[Connection, None] = {}
        for bound, bucket, limit in (
            ("key", self._index.find(name), limits.key),
            ("scope", self._index.find((name[0], ANY)), limits.scope),
            ("store", self._index.all, limits.store),
        ):
            excess = len(bucket) - len(evicted) - limit + 1
            if excess > 0 and bound not in limits.evict:
                raise TooManyConnectionsError(
                    f"the limit of {limit} connections of one {bound} is reached",
                    fix=f"close some, or raise it: MemoryStore(ConnectionLimits({bound}=...))",
                )
            remaining = (connection for connection in bucket if connection not in evicted)
            evicted.update(dict.fromkeys([next(remaining) for _ in range(excess)]))
        for connection in evicted:
            connection.close("replaced" if connection.frozen == name else "size")
