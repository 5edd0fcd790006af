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
    """The counts of one dispatch of effects to a group. Errors of those effects are in the result of the dispatch."""

    matched: int
    """The number of connections in the group."""
    queued: int = 0
    """The number of frames put into a queue."""
    dropped: int = 0
    """The number of frames not put into a queue: the connection had ended, or that frame ended it."""
    evicted: int = 0
    """The number of connections that ended with `overflow` while this ran."""

    def counts(self) -> Mapping[str, int]:
        """Return all counts by name. Traces show them."""
        return asdict(self)


class NamedSink(Sink, Protocol):
    """One connection as a sink. The members of a group are such sinks."""

    @property
    def scope(self) -> object:
        """The scope of the connection: whose it is."""
        ...

    @property
    def key(self) -> object:
        """The key of the connection: what it is for."""
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
        """Queue a frame on this connection, and count it in the group."""
        self._group.send_to(self._connection, frame)

    def close(self) -> None:
        """End this connection."""
        self._connection.close()

    def members(self) -> Sequence[Sink]:
        """Return this one member."""
        return (self,)


@final
class Group:
    """The connections that matched, as one sink. Each frame enters every queue before anything else runs.

    `charge` is called with the number of members before each frame. If it raises, the frame is sent to no member, and
    the exception passes.
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
        """Return the single connections, in order of arrival. Frames sent to one of them are counted, too."""
        return [Member(self, connection) for connection in self._connections]

    def result(self) -> BroadcastResult:
        """Return the counts so far."""
        evicted = sum(connection.cause == "overflow" for connection in self._connections) if self._dropped else 0
        return BroadcastResult(len(self._connections), self._queued, self._dropped, evicted)
