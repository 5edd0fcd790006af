"""Direct writes: what is sent to idle streams goes straight to their sockets, from one task for all of them.

Without it, each frame of a broadcast wakes one task for each stream, which takes it through quart, hypercorn, h11, a
lock and a cancel scope before anything is sent. Here the first frame of a broadcast wakes one task, which writes to one
socket after the other all that is queued for it by then, framed as chunked coding has it (RFC 9112, 7.1). What is left
out is most of the cost of a delivered event. A second task sees to the heartbeats of all of them, so that none needs a
timer of its own.

It is done only where nobody else can be writing: the response has begun, its body is ours and chunked, its own task
waits for frames, over HTTP/1.1 and a bare socket that the `Lifeline` knows. What a socket does not take at once is
handed to the stream's own task, which waits for it as ever. Everything else, such as the first frames, the end, TLS,
HTTP/2 and other servers, goes the usual way. `Live(direct_writes=False)` switches it off.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import final

import trio

from plugins.connections import Connection

from ._parking import Body, Departures
from ._stack import Lifeline

__all__ = ["DirectWrites", "Outlet"]

Framed = Callable[[bytes], bytes]
"""Makes a chunk of frames."""

_logger = logging.getLogger("plugins.http")

_YIELD_EVERY = 64
_YIELD_AFTER = 0.005
"""After so many writes, or seconds, other tasks may run: large events that are compressed for each take their time."""
_SOON = 10
"""Rounds of the scheduler after which hypercorn is sure to wait for the next request, unless that is there already."""
_ROUNDS = 8
"""So often within a heartbeat's time all streams are looked at; none is silent for longer than that time."""
_COMMENT = b":\n\n"
"""Clients ignore it, and proxies do not (WHATWG SSE, 9.2.6)."""


@final
class DirectWrites:
    """The tasks that write to idle streams: once something has been sent to them, and where nothing was for long."""

    def __init__(self, heartbeat: float) -> None:
        self._heartbeat = heartbeat
        self.running = False
        self._open: dict[Outlet, None] = {}
        self._opened = trio.Event()
        self._outlets: list[Outlet] = []
        self._wakeup = trio.Event()
        self._last = b"", b""
        self.departures = Departures()

    def keep(self, outlet: Outlet) -> None:
        """See to the heartbeats of an outlet, until it is to be forgotten."""
        self._open[outlet] = None
        self._opened.set()

    def forget(self, outlet: Outlet) -> None:
        """Its stream has ended."""
        self._open.pop(outlet, None)

    def add(self, outlet: Outlet) -> None:
        """Have an outlet flushed soon: by its stream's own task, where this one is not running."""
        if not self.running:
            outlet.leave_it()
            return
        self._outlets.append(outlet)
        self._wakeup.set()

    async def run(self) -> None:
        """Write until it is cancelled. Nothing that was added is forgotten."""
        self.running = True
        outlets: list[Outlet] = []
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._keep_alive)
                nursery.start_soon(self.departures.run)
                while True:
                    await self._wakeup.wait()
                    self._wakeup = trio.Event()
                    outlets, self._outlets = self._outlets, []
                    await self._each(outlets, Outlet.flush)
                    outlets = []
        finally:
            self.running = False
            for outlet in (*outlets, *self._outlets, *self._open):
                outlet.leave_it()

    async def _keep_alive(self) -> None:
        """Write to all that have been silent for nearly as long as they may be."""
        while True:
            if not self._open:
                self._opened = trio.Event()
                await self._opened.wait()
            await trio.sleep(self._heartbeat / _ROUNDS)
            await self._each(tuple(self._open), Outlet.beat)

    async def _each(self, outlets: Sequence[Outlet], write: Callable[[Outlet, float, Framed], None]) -> None:
        """Write to one after the other. One that fails ends, and the others never notice."""
        now, begun = trio.current_time(), time.monotonic()
        for number, outlet in enumerate(outlets, 1):
            try:
                write(outlet, now, self._framed)
            except Exception:
                _logger.exception("a stream could not be written to")
                outlet.fail()
            if number % _YIELD_EVERY == 0 or time.monotonic() - begun > _YIELD_AFTER:
                await trio.lowlevel.checkpoint()
                begun = time.monotonic()
        self._last = b"", b""

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
            self._writes.keep(self)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to write."""
        return not (self._rest or self._connection.queued or self._connection.cause is not None)

    async def park(self, body: Body) -> bool:
        """Have the stream parked if it is idle, and may be: see `Lifeline.park`. `body` is what it is read from.

        It can be only while hypercorn waits for what the client sends next, which it does soon after a request.
        """
        for _ in range(_SOON):
            if self._socket is None or self._writes is None or not self._writes.running:
                return False
            if not self.is_idle:
                return False
            if not self._line.may_park(self._writes.departures):
                return False
            if self._line.park(body, self._writes.departures):
                return True
            await trio.lowlevel.checkpoint()
        return False

    def close(self) -> None:
        """Write nothing any more."""
        if self._writes is not None:
            self._writes.forget(self)

    async def next(self) -> bytes:
        """What the stream's own task has to write: frames, or b"" at the end.

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
            if frames or self._connection.cause is not None:
                return finished
            if self._written_at + self._heartbeat <= trio.current_time():
                return self._finish(_COMMENT)

    async def _wait(self) -> bytes:
        """Wait for frames that somebody else does not write, or until it is time for a heartbeat."""
        self._idle = True
        try:
            if self._socket is not None and self._writes is not None and self._writes.running:
                return await self._connection.receive()
            with trio.CancelScope(deadline=self._written_at + self._heartbeat):
                return await self._connection.receive()
        finally:
            self._idle = False
        return b""

    def flush(self, now: float, framed: Framed) -> None:
        """Write what is queued, if the stream is idle; else leave it to the stream's own task."""
        if not self._idle or self._rest or self._socket is None:
            self.leave_it()
        elif frames := self._connection.take():
            self._write(self._socket, framed(self._finish(frames)), now)

    def beat(self, now: float, framed: Framed) -> None:
        """Write a comment, if nothing has been written for so long that it would soon be too long."""
        if not self._idle or not self.is_idle or self._socket is None:
            return  # something is being written, or will be at once, such as the end
        if now - self._written_at >= self._heartbeat * (1 - 1 / _ROUNDS):
            self._write(self._socket, framed(self._finish(_COMMENT)), now)

    def _write(self, to: trio.socket.SocketType, chunk: bytes, now: float) -> None:
        try:
            taken = os.write(to.fileno(), chunk)
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
