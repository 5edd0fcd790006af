"""Parked streams: one that is idle keeps its socket, one task and its queue, and nothing else of its connection.

While an answer goes on, hypercorn keeps two tasks for it, a parser, a protocol and the request. A stream that stays
open for hours needs none of them. Once it waits for frames it is *parked*: hypercorn's connection ends, but for the
socket, and the task that it ran in goes on with the stream alone. When the stream has ended, that task begins anew with
the socket, as if it had just been accepted. So the server still counts the connection, waits for it when it stops, and
answers whatever has been sent over it meanwhile. Requests are counted anew then (`keep_alive_max_requests`), and
hypercorn's `read_timeout` is not for parked streams.

Nobody reads from the socket then. `Departures` sees clients leave, by one epoll for all of them, even with requests
pipelined (EPOLLRDHUP, epoll_ctl(2)).

It is done only where direct writes are (`_direct.py`), on Linux, where hypercorn calls the very app, so that no
middleware is told of an end that is none, and while nothing that the client sent waits to be read. What it relies on in
hypercorn is in `Transport.park`. `Live(direct_writes=False)` switches it off.
"""

from __future__ import annotations

import logging
import os
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Protocol, final

import trio

__all__ = ["Body", "Departures", "Parked", "Terminated"]

_logger = logging.getLogger("plugins.http")

_LEFT = getattr(select, "EPOLLRDHUP", 0)
_LEFT_OVER = 16
"""So many times 64 KB that a client has sent behind its stream are taken at its end."""
_END = b"0\r\n\r\n"
"""The last chunk (RFC 9112, 7.1)."""


@final
class Departures:
    """Sees those leave whom nobody reads from."""

    def __init__(self) -> None:
        self._calls: dict[int, Callable[[], object]] = {}
        self._epoll: select.epoll | None = None

    @property
    def watching(self) -> bool:
        """Whether somebody's leaving would be seen."""
        return self._epoll is not None

    def watch(self, file: int, call: Callable[[], object]) -> None:
        """Have `call()` called once, when the other end of a socket has closed it, or what leads there is broken."""
        if self._epoll is not None:
            self._epoll.register(file, _LEFT)
            self._calls[file] = call

    def forget(self, file: int) -> None:
        """Look at a socket no longer. Do so before it is closed."""
        if self._calls.pop(file, None) is not None and self._epoll is not None:
            with suppress(OSError):
                self._epoll.unregister(file)

    async def run(self) -> None:
        """Watch until it is cancelled; where there is no epoll, not at all."""
        if not _LEFT:
            return
        with select.epoll() as self._epoll:
            try:
                while True:
                    await trio.lowlevel.wait_readable(self._epoll.fileno())
                    for file, _ in self._epoll.poll(0):
                        call = self._calls.get(file, _do_nothing)
                        self.forget(file)
                        try:
                            call()
                        except Exception:
                            _logger.exception("what was to be done when a client left failed")
            finally:
                self._epoll = None
                self._calls.clear()


def _do_nothing() -> None:
    """Nobody looks at that socket any more."""


class Terminated(Protocol):
    """hypercorn's event wrapper, as far as it is needed."""

    def is_set(self) -> bool: ...
    async def wait(self) -> None: ...


class Body(Protocol):
    """What is left of a response, in pieces."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def left(self) -> None:
        """End it soon: there is nobody to read it."""
        ...


class Ends(Protocol):
    """What of a request is still there: it is told of the end."""

    def end(self) -> None:
        """Say that the request is over."""
        ...

    def leave(self) -> None:
        """Make the calls that belong to its end."""
        ...


@final
class Parked:
    """The connection of a parked stream: its socket, and what is written to it."""

    __slots__ = ("_again", "_body", "_departures", "_gone", "_line", "_log", "_stream")

    def __init__(self, line: Ends, body: Body, departures: Departures) -> None:
        self._line = line
        self._body = body
        self._departures = departures
        self._gone = False
        self._stream: trio.SocketStream
        self._again: bool
        self._log: Callable[[bool], Awaitable[None]] | None

    def take(self, stream: trio.SocketStream, again: bool, log: Callable[[bool], Awaitable[None]] | None) -> None:
        """Take the socket over. `again` says whether it may be used afterwards; `log(whole)` is awaited at the end."""
        self._stream = stream
        self._again = again
        self._log = log
        self._departures.watch(stream.socket.fileno(), self.left)

    def left(self) -> None:
        """The client has gone: nothing more is written."""
        self._gone = True
        self._body.left()

    @property
    def socket(self) -> trio.socket.SocketType:
        """The socket."""
        return self._stream.socket

    async def send(self, data: bytes) -> None:
        """Send bytes of HTTP/1.1, after whatever is being sent."""
        await self._stream.send_all(data)

    async def carry(self, terminated: Terminated) -> trio.SocketStream | None:
        """Go on with the stream to its end. The socket, if it can be used again; else it is closed.

        It cannot when the server has begun to stop by then, nor when this is cancelled.
        """
        whole = False
        try:
            whole = await self._write_all()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client has gone
        except Exception:
            _logger.exception("a stream could not be written to")
        finally:
            self._again = self._again and not terminated.is_set()
            self.close(whole)
        if self._log is not None:
            await self._log(whole)
        return self._stream if whole and self._again else None

    def close(self, whole: bool = False) -> None:
        """Say that the request is over, and close the socket unless its answer is whole and another may follow."""
        self._departures.forget(self._stream.socket.fileno())
        if whole and not self._again:
            self._see_out()
        if not whole or not self._again:
            self._stream.socket.close()
        self._line.end()
        self._line.leave()

    def _see_out(self) -> None:
        """Say that nothing follows, and take what has come, or closing the socket would take back what was written."""
        with suppress(OSError):
            self._stream.socket.shutdown(trio.socket.SHUT_WR)
            for _ in range(_LEFT_OVER):
                if not os.read(self._stream.socket.fileno(), 65_536):
                    return

    async def _write_all(self) -> bool:
        """Write the rest of the body. Whether all of it could be."""
        async for frames in self._body:
            if self._gone:
                break
            await self._stream.send_all(b"%x\r\n%b\r\n" % (len(frames), frames))
        if not self._gone:
            await self._stream.send_all(_END)
        return not self._gone
