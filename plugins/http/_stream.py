"""The body of a stream: how a response reads frames out of a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self, final

import trio
from quart import Response, request

from plugins.connections import Connection, Follower
from plugins.datastar import LONGEST_DELAY, SSE_HEADERS

from ._compression import Compressor, Encoder
from ._direct import DirectWrites, Outlet
from ._relied import ResponseBody
from ._request.answers import retry_within
from ._stack import Lifeline, lifeline

__all__ = ["encode_event_id", "leave", "stream_response"]


@final
class _Body(ResponseBody):
    """Reads a connection out, all queued frames in one chunk.

    After `heartbeat` seconds without a frame it writes a comment (WHATWG SSE, 9.2.6). Clients ignore it, and proxies do
    not: without it they would take the connection for idle and close it. When the server stops, it tells the client
    when to come back, so that not all do at once. A client that was replaced by a newer one is told not to come back at
    all, or the two would replace each other for ever. For a follower it says, after each write, how far that has come.
    """

    __slots__ = ("_connection", "_encoder", "_ended", "_follower", "_line", "_moved", "_outlet", "_parked")

    def __init__(
        self,
        connection: Connection,
        line: Lifeline,
        heartbeat: float,
        writes: DirectWrites | None,
        follower: Follower | None,
        encoder: Encoder | None,
    ) -> None:
        self._connection = connection
        self._line = line
        self._follower = follower
        self._encoder = encoder
        self._outlet = Outlet(connection, line, heartbeat, self._finished, writes)
        self._ended = False
        self._moved = False
        """Whether another task goes on with it than the one that began it."""
        self._parked = False

    async def __aenter__(self) -> Self:
        if self._line.body is self:  # and not what somebody has made of it
            self._outlet.open()
            self._line.exits.append(self._outlet.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._moved:
            self.left()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._parked:
            self._parked = await self._outlet.park(self)
            if self._parked or (self._outlet.is_idle and self._line.take_over(self)):
                self._moved = True
                await trio.sleep_forever()  # this task is cancelled: another one goes on with the body
        frames = await self._outlet.next()
        if frames:
            return frames
        if self._ended or not (last := self._last()):
            raise StopAsyncIteration
        self._ended = True
        return last

    def left(self) -> None:
        """The client has gone."""
        leave(self._connection, self._follower)

    def _finished(self, frames: bytes) -> bytes:
        """Return frames as they go out. Frames that are queued by now are not among them, so no id speaks of those."""
        mark = None
        if self._follower is not None and not self._connection.queued:
            mark = self._follower.progress()
        marked = frames if mark is None else frames + mark
        return marked if self._encoder is None else self._encoder.write(marked)

    def _last(self) -> bytes:
        """Return the last bytes of a connection that has ended."""
        said = b""
        if self._connection.cause == "shutdown":
            said = retry_within(*_COME_BACK)
        elif self._connection.cause == "replaced":
            said = _STAY_AWAY
        if self._encoder is None:
            return said
        return (self._encoder.write(said) if said else b"") + self._encoder.end()


_COME_BACK = (1, 5)
"""Between how many seconds after a server has stopped clients come back."""
_STAY_AWAY = b"retry: %d\n\n" % LONGEST_DELAY
"""The longest time there is for a browser, 24 days: no answer that has begun can tell it more plainly."""


def encode_event_id(text: str) -> bytes:
    """Encode the id that a client sends as `Last-Event-ID` to come back (WHATWG SSE, 9.2.6); it makes no event."""
    return f"id: {text}\n\n".encode()


def leave(connection: Connection, follower: Follower | None) -> None:
    """End a connection because its client has gone."""
    if follower is not None:
        follower.cut_off()
    connection.close()


def stream_response(
    connection: Connection,
    heartbeat: float,
    writes: DirectWrites | None,
    compressor: Compressor | None,
    follower: Follower | None = None,
) -> Response:
    """An answer to the current request that goes on until the connection ends; compressed, if it may be."""
    line = lifeline(request)
    encoder = None if compressor is None else compressor.encoder(request.accept_encodings, line.exits)
    response = Response(_Body(connection, line, heartbeat, writes, follower, encoder), headers=dict(SSE_HEADERS))
    if compressor is not None:
        response.vary.add("Accept-Encoding")
    if encoder is not None:
        response.content_encoding = encoder.name
    response.timeout = None  # quart would cut the stream off after RESPONSE_TIMEOUT, 60 s
    return response
