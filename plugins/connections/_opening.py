"""The opening of a stream: first `on_open`, then the frames it has missed or a snapshot, then the frames of others.

Every transport opens its streams in this way. It makes a `Connection` that is held, stores it with `Connections.add`,
calls `Connections.begin`, and then reads the connection out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, final

import trio

from effects import Sink

from ._connection import Connection
from ._history import Follower

__all__ = ["begin"]

T = TypeVar("T")


@final
class Opening:
    """A sink that writes to a connection ahead of the frames that others send to it meanwhile."""

    def __init__(self, connection: Connection, follower: Follower | None) -> None:
        self._connection = connection
        self._follower = follower
        self.scope = connection.scope
        self.key = connection.key
        self.closed = False
        """Whether the effects that open the stream have closed it themselves."""

    def send(self, frame: bytes) -> None:
        """Queue a frame ahead of the held frames; once the stream has begun, as any other frame."""
        self._connection.send_first(frame)
        if self._follower is not None:
            self._follower.was_sent_alone()

    def close(self) -> None:
        """End the connection."""
        self.closed = True
        self._connection.close()

    def members(self) -> Sequence[Sink]:
        """Return this one connection."""
        return (self,)


async def begin(
    connection: Connection,
    snapshot: Callable[[Sink], Awaitable[T]],
    announce: Callable[[], Awaitable[object]],
    follower: Follower | None,
    last_event_id: str,
) -> T | None:
    """Announce a connection, send the frames it missed or a snapshot, and then release the frames that others sent.

    See `Connections.begin`.
    """
    sink = Opening(connection, follower)
    result: T | None = None
    with trio.CancelScope() as opening:
        connection.on_end(lambda _: None if sink.closed else opening.cancel())
        await announce()
        missed = None if follower is None else follower.missed(last_event_id)
        if missed is None or not connection.has_room_first(missed):
            missed = ()
            result = await snapshot(sink)
        for frame in missed:
            sink.send(frame)
        if follower is not None:
            connection.send_first(follower.first_id())
    connection.release()
    return result
