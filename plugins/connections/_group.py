"""Many connections as one sink."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from typing import Protocol, final

from effects import Sink

from ._connection import Connection

__all__ = ["BroadcastResult", "Group", "Member", "NamedSink"]


@final
@dataclass(frozen=True, slots=True)
class BroadcastResult:
    """What came of effects that were dispatched to a group. Errors of those effects are in the dispatch's result."""

    matched: int
    """Connections in the group."""
    queued: int = 0
    """Frames put into a queue."""
    dropped: int = 0
    """Frames not put into a queue, because the connection had ended or ended of it."""
    evicted: int = 0
    """Connections that ended with `overflow` while this ran."""

    def counts(self) -> Mapping[str, int]:
        """All of it, by name: what traces show."""
        return asdict(self)


class NamedSink(Sink, Protocol):
    """One connection as a sink: what the members of a group are."""

    @property
    def scope(self) -> object:
        """Whose connection it is."""
        ...

    @property
    def key(self) -> object:
        """What it is for."""
        ...


@final
class Member:
    """One connection of a group, as a sink of its own."""

    __slots__ = ("_connection", "_group", "key", "scope")

    def __init__(self, group: Group, connection: Connection) -> None:
        self._group = group
        self._connection = connection
        self.scope = connection.scope
        self.key = connection.key

    def send(self, frame: bytes) -> None:
        """Queue a frame for this one."""
        self._group.send_to(self._connection, frame)

    def close(self) -> None:
        """End this one."""
        self._connection.close()

    def members(self) -> Sequence[Sink]:
        """This one."""
        return (self,)


@final
class Group:
    """The connections that matched, as one sink. Each frame enters every queue before anything else runs.

    `charge` is called with the number of members for each frame; what it raises passes, and that frame goes nowhere.
    """

    __slots__ = ("_charge", "_connections", "_dropped", "_queued")

    def __init__(self, connections: Sequence[Connection], charge: Callable[[int], None]) -> None:
        self._charge = charge
        self._connections = connections
        self._queued = 0
        self._dropped = 0

    def send(self, frame: bytes) -> None:
        """Queue the very same bytes on every member."""
        self._charge(len(self._connections))
        queued = sum(map(Connection.offer, self._connections, repeat(frame)))
        self._queued += queued
        self._dropped += len(self._connections) - queued

    def send_to(self, connection: Connection, frame: bytes) -> None:
        """Queue a frame on one member, and count it."""
        queued = connection.offer(frame)
        self._queued += queued
        self._dropped += not queued

    def close(self) -> None:
        """End every member."""
        for connection in self._connections:
            connection.close()

    def members(self) -> Sequence[Member]:
        """The single connections, in order of their arrival; what is sent to one is counted, too."""
        return [Member(self, connection) for connection in self._connections]

    def result(self) -> BroadcastResult:
        """The count so far."""
        evicted = sum(connection.cause == "overflow" for connection in self._connections) if self._dropped else 0
        return BroadcastResult(len(self._connections), self._queued, self._dropped, evicted)
