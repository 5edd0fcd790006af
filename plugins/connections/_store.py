"""The protocol of every store of connections, and the store in memory."""

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
    """The connections that a pattern matched, as one sink that counts its frames."""

    def members(self) -> Sequence[NamedSink]:
        """Return the connections of this process, in order of arrival, each as a sink that counts, too."""
        ...

    def result(self) -> BroadcastResult:
        """Return the counts so far. `matched` is fixed when the group is made."""
        ...


@runtime_checkable
class ConnectionStore(Protocol):
    """A store keeps connections, and finds them by name or by pattern.

    A connection belongs to the process that holds its socket; `add`, `remove`, `match`, iteration and `len` are about
    the connections of this process. `group`, `names` and `count` are about all processes: a store that reaches others
    makes groups that carry their frames there, too. No method waits: work that has to wait belongs into the lifespan of
    a plugin. Patterns are those of `freeze_pattern`; an invalid one raises `PatternError`. Every store has to pass the
    tests in `plugins.connections.testing`.
    """

    def add(self, connection: Connection) -> None:
        """Keep a connection until it ends or is removed. Does nothing if it has ended or is kept already.

        Raises `TooManyConnectionsError` if a limit refuses it; then the store is as it was before.
        """
        ...

    def remove(self, connection: Connection) -> None:
        """Forget this very connection, and no other of the same name. Does not end the connection."""
        ...

    def match(self, pattern: object, exclude: Sequence[object] = ()) -> Sequence[Connection]:
        """Return the connections of this process that match `pattern` and none of `exclude`, in order of arrival."""
        ...

    def group(
        self, pattern: object, exclude: Sequence[object] = (), *, charge: Callable[[int], None]
    ) -> ConnectionGroup:
        """Return all connections that match now as one sink. `charge` gets the number of members before each frame.

        Each frame enters every queue of this process before `send` returns, so that all connections see one order.
        """
        ...

    def names(self, pattern: object, exclude: Sequence[object] = ()) -> Sequence[Name]:
        """Return the names `(scope, key)` of connections that match, each once, the oldest first."""
        ...

    def count(self, pattern: object, exclude: Sequence[object] = ()) -> int:
        """Return the number of connections that match."""
        ...

    def __iter__(self) -> Iterator[Connection]:
        """Iterate over the connections of this process as they are now. They may end during the iteration."""
        ...

    def __len__(self) -> int:
        """Return the number of connections of this process."""
        ...


@final
class MemoryStore:
    """Open connections in memory, found by name or by pattern. A `ConnectionStore`.

    One name may have several connections: two tabs are two connections. The cost of a look-up grows with the number of
    connections that it finds, not with the number of those stored; only the first look-up of each shape of pattern goes
    through all of them.
    """

    def __init__(self, limits: ConnectionLimits | None = None) -> None:
        self._limits = limits or ConnectionLimits()
        self._index = Index()
        self.history: History | None = None
        """The history that `Connections(history=...)` has put here; None if there is none."""

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
        """Forget this very connection. Does nothing if it is not stored."""
        if connection in self._index.all:
            self._index.remove(connection)

    def match(self, pattern: object, exclude: Sequence[object] = ()) -> list[Connection]:
        """Return the connections that match `pattern` and none of `exclude`, in order of arrival.

        Raises `PatternError` if a pattern is invalid.
        """
        frozen_pattern = freeze_pattern(pattern)
        frozen_exclude = [freeze_pattern(pattern) for pattern in exclude]
        connections: Iterable[Connection] = self._index.find(frozen_pattern)
        for pattern in frozen_exclude:
            excluded = self._index.find(pattern)
            connections = [connection for connection in connections if connection not in excluded]
        return list(connections)

    def group(self, pattern: object, exclude: Sequence[object] = (), *, charge: Callable[[int], None]) -> Group:
        """Return all connections that match now as one sink. Raises `PatternError` if a pattern is invalid."""
        return Group(self.match(pattern, exclude), charge)

    def names(self, pattern: object, exclude: Sequence[object] = ()) -> list[Name]:
        """Return the names that match, each once, in order of arrival.

        Raises `PatternError` if a pattern is invalid.
        """
        connections: dict[Frozen, Name] = {}
        for connection in self.match(pattern, exclude):
            connections.setdefault(connection.frozen, (connection.scope, connection.key))
        return list(connections.values())

    def count(self, pattern: object, exclude: Sequence[object] = ()) -> int:
        """Return the number of connections that match. Raises `PatternError` if a pattern is invalid."""
        return len(self.match(pattern, exclude))

    def _make_room(self, name: tuple[Frozen, Frozen]) -> None:
        """Close the oldest connections if the limits evict; raise, and close none, if one limit refuses."""
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
                    fix=f"close some, or raise the limit: MemoryStore(ConnectionLimits({bound}=...))",
                )
            remaining = (connection for connection in bucket if connection not in evicted)
            evicted.update(dict.fromkeys([next(remaining) for _ in range(excess)]))
        for connection in evicted:
            connection.close("replaced" if connection.frozen == name else "size")
