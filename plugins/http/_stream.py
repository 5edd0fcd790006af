"""What frames are written to on their way into a response, and how a response reads them out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self, final

import trio
from quart import Response
from quart.wrappers.response import ResponseBody

from effects import Sink
from plugins.connections import Connection
from plugins.datastar import SSE_HEADERS

from ._answers import retry_within

__all__ = ["Buffer", "Opening", "stream_response"]


@final
class Buffer:
    """A sink for one answer: frames are kept until the whole dispatch is over."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._closed = False

    def send(self, frame: bytes) -> None:
        """Keep a frame; nothing once closed."""
        if not self._closed:
            self._frames.append(frame)

    def close(self) -> None:
        """Keep nothing more."""
        self._closed = True

    def members(self) -> Sequence[Sink]:
        """This one answer."""
        return (self,)

    def joined(self) -> bytes:
        """Everything kept."""
        return b"".join(self._frames)


@final
class Opening:
    """A sink that writes to a connection ahead of what others send to it meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.scope = connection.scope
        self.key = connection.key
        self.closed = False
        """Whether the effects that open the stream have ended it themselves."""

    def send(self, frame: bytes) -> None:
        """Queue a frame ahead of what is held."""
        self._connection.first(frame)

    def close(self) -> None:
        """End the connection."""
        self.closed = True
        self._connection.close()

    def members(self) -> Sequence[Sink]:
        """This one connection."""
        return (self,)


@final
class _Body(ResponseBody):
    """Reads a connection out, all queued frames in one chunk.

    Where there has been nothing for `heartbeat` seconds it writes a comment (WHATWG SSE, 9.2.6), which clients ignore
    and proxies do not: they would take the connection for idle and close it. Where the server stops, it says when to
    come back, so that not all do at once; whoever was replaced by a newer one is not to come back at all, or the two
    would replace each other for ever.
    """

    def __init__(self, connection: Connection, heartbeat: float) -> None:
        self._connection = connection
        self._heartbeat = heartbeat
        self._said_when = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        frames = b":\n\n"
        with trio.move_on_after(self._heartbeat):
            frames = await self._connection.receive()
        if frames:
            return frames
        if self._connection.cause in {"shutdown", "replaced"} and not self._said_when:
            self._said_when = True
            return retry_within(*_COME_BACK) if self._connection.cause == "shutdown" else _STAY_AWAY
        raise StopAsyncIteration


_COME_BACK = (1, 5)
"""Between how many seconds after a server has stopped clients come back."""
_STAY_AWAY = b"retry: 2147483647\n\n"
"""The longest time there is for a browser, 24 days: no answer that has begun can tell it more plainly."""


def stream_response(connection: Connection, heartbeat: float) -> Response:
    """An answer that goes on until the connection ends."""
    response = Response(_Body(connection, heartbeat), headers=dict(SSE_HEADERS))
    response.timeout = None  # quart would cut the stream off after RESPONSE_TIMEOUT, 60 s
    return response
