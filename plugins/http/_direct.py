"""Direct writes: what is sent to idle streams goes straight to their sockets, from one task for all of them.

Without it, each frame of a broadcast wakes one task for each stream, which takes it through quart, hypercorn, h11, a
lock and a cancel scope before anything is sent. Here the first frame of a broadcast wakes one task, which writes to one
socket after the other all that is queued for it by then, framed as chunked coding has it (RFC 9112, 7.1). What is left
out is most of the cost of a delivered event.

It is done only where nobody else can be writing: the response has begun, its body is ours and chunked, its own task
waits for frames, over HTTP/1.1 and a bare socket that the `Lifeline` knows. What a socket does not take at once is
handed to the stream's own task, which waits for it as ever. Everything else, such as the first frames, heartbeats, the
end, TLS, HTTP/2 and other servers, goes the usual way. `Live(direct_writes=False)` switches it off.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import partial
from typing import final

import trio

from plugins.connections import Connection

from ._stack import Lifeline

__all__ = ["DirectWrites", "Outlet"]

_logger = logging.getLogger("plugins.http")

_YIELD_EVERY = 64
"""After so many writes other tasks may run."""


@final
class DirectWrites:
    """The task that writes to idle streams, once something has been sent to them."""

    def __init__(self) -> None:
        self._outlets: list[Outlet] = []
        self._wakeup = trio.Event()
        self._running = False
        self._last = b"", b""

    def add(self, outlet: Outlet) -> None:
        """Have an outlet flushed soon: by its stream's own task, where this one is not running."""
        if not self._running:
            outlet.leave_it()
            return
        self._outlets.append(outlet)
        self._wakeup.set()

    async def run(self) -> None:
        """Flush outlets until it is cancelled. Nothing that was added is forgotten."""
        self._running = True
        outlets: list[Outlet] = []
        try:
            while True:
                await self._wakeup.wait()
                self._wakeup = trio.Event()
                outlets, self._outlets = self._outlets, []
                now = trio.current_time()
                for number, outlet in enumerate(outlets, 1):
                    self._flush(outlet, now)
                    if number % _YIELD_EVERY == 0:
                        await trio.lowlevel.checkpoint()
                outlets, self._last = [], (b"", b"")
        finally:
            self._running = False
            for outlet in (*outlets, *self._outlets):
                outlet.leave_it()

    def _flush(self, outlet: Outlet, now: float) -> None:
        """Flush one; one that fails ends, and the others never notice."""
        try:
            outlet.flush(now, self._framed)
        except Exception:
            _logger.exception("a stream could not be written to")
            outlet.fail()

    def _framed(self, frames: bytes) -> bytes:
        """As a chunk. Most outlets have the very same frames, one after the other."""
        last, chunk = self._last
        if frames is not last:
            chunk = b"%x\r\n%b\r\n" % (len(frames), frames)
            self._last = frames, chunk
        return chunk


@final
class Outlet:
    """Where one stream is written out. `finish` makes of frames what goes out."""

    __slots__ = ("_connection", "_finish", "_heartbeat", "_idle", "_line", "_rest", "_socket", "_writes", "_written_at")

    def __init__(
        self,
        connection: Connection,
        line: Lifeline,
        heartbeat: float,
        finish: Callable[[bytes], bytes],
        writes: DirectWrites | None,
    ) -> None:
        self._connection = connection
        self._line = line
        self._heartbeat = heartbeat
        self._finish = finish
        self._writes = writes
        self._socket: trio.socket.SocketType | None = None
        self._idle = False
        self._rest = b""
        """What a socket did not take, of a chunk that it has begun to take."""
        self._written_at = 0.0

    def open(self) -> None:
        """Write directly from now on, if that can be. Call it when the response has begun."""
        self._socket = None if self._writes is None else self._line.chunked_socket()
        if self._writes is not None and self._socket is not None:
            self._connection.on_queued(partial(self._writes.add, self))

    async def next(self) -> bytes | None:
        """What the stream's own task has to write: frames, None for a heartbeat, b"" at the end.

        Calling it again says that it has been written.
        """
        self._written_at = trio.current_time()
        while True:
            frames = await self._wait()
            finished = self._finish(frames) if frames else frames  # in the order in which frames were taken
            if self._rest:
                await self._line.transport.send(self._rest)
                self._rest = b""
                self._written_at = trio.current_time()
                if not frames:  # others may be queued by now, even if the connection has ended
                    continue
            if frames is None:
                if self._written_at + self._heartbeat <= trio.current_time():
                    return None
            elif frames or self._connection.cause is not None:
                return finished

    async def _wait(self) -> bytes | None:
        """Wait for frames that somebody else does not write; None where it is time for a heartbeat."""
        self._idle = True
        try:
            with trio.CancelScope(deadline=self._written_at + self._heartbeat):
                return await self._connection.receive()
        finally:
            self._idle = False
        return None

    def flush(self, now: float, framed: Callable[[bytes], bytes]) -> None:
        """Write what is queued, if the stream is idle; else leave it to the stream's own task."""
        if not self._idle or self._rest or self._socket is None:
            self.leave_it()
            return
        frames = self._connection.take()
        if not frames:
            return
        chunk = framed(self._finish(frames))
        try:
            taken = os.write(self._socket.fileno(), chunk)
        except OSError:  # it is full, or broken: whoever waits for it finds out
            taken = 0
        if taken == len(chunk):
            self._written_at = now
            self._connection.written()
        else:
            self._rest = chunk[taken:]
            self.leave_it()

    def fail(self) -> None:
        """End the stream, and its connection with it: what has gone out is perhaps not whole."""
        self._connection.close()
        self._line.abort()

    def leave_it(self) -> None:
        """Leave it to the stream's own task."""
        self._connection.wake()
