"""What is behind one request of hypercorn: its socket, or its share of one. Cures for what hypercorn does with them.

All of it is reached through the bound method `send` that hypercorn hands to its app: `send.__self__` is the HTTP
stream, its `send` belongs to the protocol, the protocol's to the TCP server, and that has the socket. Middleware hides
`send` but passes the scope on; so `Linked` stands before all middleware, and puts the `Transport` into the scope. Under
another server nothing is done, and the faults are there. Bytes that go past hypercorn go past middleware, too: only an
app that has hypercorn's own `send` writes so. `_relied.py` lists the names that this relies on. All of it could go if
ASGI let an app reach its connection, or hypercorn had deadlines for its writes, and a bound for its buffers.

**Nobody asks a silent client whether it is still there.** One that vanishes without a word, as phones in tunnels do,
keeps its connection for hours: hypercorn sets no keepalive, and what is written to it waits 15 minutes for an answer.
Cure: the kernel asks (SO_KEEPALIVE, RFC 9293, 3.8.4) and gives up (TCP_USER_TIMEOUT, RFC 5482), where it can: on Linux.

**B. A client that never reads cannot be left.** hypercorn shields each write to a socket, without a deadline, so that
neither the end of a stream nor a shutdown gets through. Cure: `abort` shuts the socket down, and the write fails.

**C. HTTP/2 has no backpressure.** A stream whose client opens no window is buffered without bounds, because a buffer
that nothing can be taken from counts as drained (`StreamBuffer.pop`). Cure: a buffer that counts what is left in it.

**D. HTTP/2 connections end after so many requests**, open streams included (`keep_alive_max_requests`, 1,000 unless
configured). Cure: requests are not counted.

**E. A connection stays for ever when its client left with a request pipelined.** hypercorn stops reading until the
answer before is complete, which an answer to somebody who has gone never is: first nobody sees the connection's end,
which the heartbeat finds out, and then nobody closes it. Cure: `let_go` has it read on, and see nothing but the end.

**An open stream has a task that only waits for its client to leave**, and a client's request for as long as it lives.
Cure: `on_disconnect` has hypercorn call something instead. It replaces the stream's `app_put`.

"""

from __future__ import annotations

import logging
import os
import select
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Self, cast, final

import trio

from ._contained import hand_over, is_waiting, let_go
from ._parking import Parked, Terminated
from ._relied import (
    BUFFER_HIGH_WATER,
    BUFFER_LOW_WATER,
    BufferCompleteError,
    H2Protocol,
    H11Protocol,
    HTTPStream,
    Logger,
    RawData,
    StreamBuffer,
    TCPServer,
    find_cures,
    h11,
)
from ._sending import Sender, sender_of

__all__ = ["Linked", "Transport", "find_transport"]

_EXTENSION = "rhialto.connection"
"""The name under which a scope has the `Transport` of its request, as ASGI names extensions."""

_logger = logging.getLogger("plugins.http")


@final
class Transport:
    """The connection of one request."""

    __slots__ = ("_has_own_send", "_protocol", "_receive", "_sender", "_stream", "parked", "terminated")

    def __init__(self, send: object, receive: object = None) -> None:
        self.parked: Parked | None = None
        """What goes on with the stream, once it is parked: hypercorn has nothing to do with it any more."""
        self._sender: Sender | None = None
        self._receive = receive
        self._stream: Any = getattr(send, "__self__", None)
        self._protocol: Any = getattr(getattr(self._stream, "send", None), "__self__", None)
        self._has_own_send = True
        """Whether the app sends through hypercorn's own `send`, so that no middleware wants to see each message."""
        self.terminated = _terminated(self._stream)
        """Set as soon as the server begins to stop; None if the server does not say."""

    def __deepcopy__(self, memo: object) -> Self:
        """Stay the same in a scope that middleware copies: there is one connection."""
        return self

    def hand_on(self, send: object, receive: object) -> None:
        """Say which `send` and `receive` the app was given, behind any middleware."""
        self._has_own_send = getattr(send, "__self__", None) is self._stream
        self._receive = receive

    def carry_stream(self, peer_timeout: float) -> None:
        """Prepare the connection for a stream that stays open. Its buffer, if it has one, must be empty yet.

        It is broken when the client has not answered for `peer_timeout` seconds, not below one. An idle client is asked
        every third of that time, so it is noticed within four thirds.
        """
        if "http2" in find_cures() and isinstance(self._protocol, H2Protocol):
            self._protocol.stream_buffers[self._stream.stream_id] = _Bounded(self._protocol.context.event_class)
        found = self._socket()
        if found is not None:
            with suppress(OSError):  # it has just been closed
                _expect_answers(found, peer_timeout)

    def bare_socket(self) -> trio.socket.SocketType | None:
        """The socket, if bytes of HTTP/1.1 go to it as they are: not in TLS, and where `os.write` takes sockets."""
        if "direct writes" not in find_cures() or type(self._protocol) is not H11Protocol or os.name != "posix":
            return None
        if not self._has_own_send:
            return None
        found = self._socket()
        return None if found is None or self._protocol.ssl else found

    async def send(self, data: bytes) -> None:
        """Send bytes of HTTP/1.1 to the socket, after whatever is being sent to it."""
        await (self._protocol.send(RawData(data)) if self.parked is None else self.parked.send(data))

    def send_directly(self) -> None:
        """Have what is sent over the connection from now on go straight to the socket, where it can: `_sending.py`."""
        self._sender = sender_of(self._protocol)

    def hold(self) -> None:
        """Have the head of an answer wait for the body, which has to follow at once."""
        if self._sender is not None:
            self._sender.hold()

    async def release(self) -> None:
        """Send what was held."""
        if self._sender is not None:
            await self._sender.release()

    def count_no_requests(self) -> None:
        """Have the requests that came over this connection so far not count."""
        if "http2" in find_cures() and isinstance(self._protocol, H2Protocol):
            self._protocol.keep_alive_requests = 0

    def abort(self) -> None:
        """Break the connection, if the request has it for itself: what is being written to it fails at once."""
        found = None if isinstance(self._protocol, H2Protocol) else self._socket()
        if found is not None:
            with suppress(OSError):  # it has just been closed
                found.shutdown(socket.SHUT_RDWR)

    async def let_go(self) -> None:
        """Have hypercorn see the end of a client that has gone before its answer was complete. No checkpoint."""
        if "connections" not in find_cures() or not isinstance(self._protocol, H11Protocol):
            return
        if self._stream.closed and self._is_last():
            await let_go(self._protocol)

    def _is_last(self) -> bool:
        """Whether no request has begun after this one."""
        return self._protocol.stream is None or self._protocol.stream is self._stream

    def on_disconnect(self, call: Callable[[], object]) -> bool:
        """Have `call()` called when the client leaves, instead of a message put into the app's queue.

        False where that cannot be: over HTTP/2, where more of the request is to come, or the client has left, and where
        middleware wants to see each message.
        """
        if "direct writes" not in find_cures() or type(self._protocol) is not H11Protocol:
            return False
        if self._stream.closed or not self._is_handed_on():
            return False
        if self._protocol.connection.their_state is not h11.DONE:
            return False

        async def put(_: object) -> None:  # nothing else can come any more
            call()

        self._stream.app_put = put
        return True

    def may_park(self, app: object) -> bool:
        """Whether a connection may be taken over at all: it is hypercorn's own, and calls this very app."""
        if "parking" not in find_cures():
            return False
        if self.parked is not None or type(self._protocol) is not H11Protocol or type(self._server()) is not TCPServer:
            return False
        outermost = self._stream.app.app if isinstance(self._stream.app, Linked) else self._stream.app
        return getattr(outermost, "app", None) is app and self._is_handed_on() and not self._stream.closed

    def park(self, parked: Parked) -> bool:
        """Take a connection that may be over from hypercorn: the task that runs it goes on with `parked` alone.

        False where that cannot be now: it can while that task waits, and the client has sent nothing more. Where it
        can, the request has to end now. Relies on what hypercorn does when the task that reads a connection is told
        that it was closed: it asks the stream whether that is `closed`, waits for the request's task, and closes
        `TCPServer.stream`, in whose place something else stands by then.
        """
        server, stream, state = cast(TCPServer, self._server()), self._stream, self._protocol.connection.their_state
        if state not in {h11.DONE, h11.MUST_CLOSE} or not is_waiting(server):
            return False
        if _is_readable(cast(Any, server.stream).socket):
            return False
        try:
            parked.take(cast(Any, server.stream), state is h11.DONE, _logging(stream))
        except OSError:  # nobody can watch it
            return False
        self.parked = parked
        self._stream = self._protocol = self._receive = self._sender = None
        hand_over(server, parked)
        stream.closed = True
        server.stream = cast(Any, _Nobody())
        trio.lowlevel.notify_closing(parked.socket)
        return True

    def _is_handed_on(self) -> bool:
        """Whether no middleware wants to see each message."""
        return isinstance(getattr(self._receive, "__self__", None), trio.MemoryReceiveChannel)

    def _server(self) -> object:
        found: object = getattr(getattr(self._protocol, "send", None), "__self__", None)
        return found.server if isinstance(found, Sender) else found

    def _socket(self) -> trio.socket.SocketType | None:
        if self.parked is not None:
            return self.parked.socket
        server = self._server()
        transport: object = getattr(server, "stream", None)
        found: object = getattr(getattr(transport, "transport_stream", transport), "socket", None)  # in TLS, or bare
        return found if isinstance(found, trio.socket.SocketType) else None


@final
class Linked:
    """Stands before the app of a hypercorn server and all its middleware: each request's scope has its `Transport`."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: object, send: object, *threads: object) -> None:
        if scope["type"] == "http":
            scope["extensions"][_EXTENSION] = Transport(send, receive)
        await self.app(scope, receive, send, *threads)


def find_transport(scope: Mapping[str, Any], send: object, receive: object) -> Transport:
    """Return the transport of a request that the app was handed with this scope, `send` and `receive`."""
    transport = scope.get("extensions", {}).get(_EXTENSION)
    if not isinstance(transport, Transport):
        return Transport(send, receive)
    transport.hand_on(send, receive)
    return transport


def _terminated(stream: object) -> Terminated | None:
    event: object = getattr(getattr(stream, "context", None), "terminated", None)
    return cast(Terminated, event) if callable(getattr(event, "is_set", None)) else None


def _is_readable(found: trio.socket.SocketType) -> bool:
    """Whether something is there to be read, if only an end."""
    look = select.poll()
    look.register(found.fileno(), select.POLLIN)
    return bool(look.poll(0))


def _logging(stream: HTTPStream) -> Callable[[bool], Awaitable[None]] | None:
    """What writes the line of a request into hypercorn's access log; None where there is no such log."""
    log = stream.config.log
    if log.access_logger is None and type(log).access is Logger.access:
        return None
    scope, response, begun = stream.scope, stream.response, stream.start_time

    async def write(whole: bool) -> None:
        try:
            await log.access(scope, response if whole else cast(Any, None), time.time() - begun)
        except Exception:
            _logger.exception("the access log could not be written")

    return write


@final
class _Nobody:
    """Stands for a socket that somebody else has: hypercorn may close it."""

    async def send_eof(self) -> None:
        """Leave it open."""

    async def aclose(self) -> None:
        """Leave it open."""


def _expect_answers(found: trio.socket.SocketType, within: float) -> None:
    every = max(1, round(within / 3))
    wanted = {"TCP_KEEPIDLE": every, "TCP_KEEPALIVE": every, "TCP_KEEPINTVL": every, "TCP_KEEPCNT": 3}  # ALIVE: macOS
    wanted["TCP_USER_TIMEOUT"] = max(1, round(within)) * 1000
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in wanted.items():
        if hasattr(socket, name):
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


@final
class _Bounded(StreamBuffer):
    """Cure C: whoever pushes waits until enough of it has been taken."""

    async def push(self, data: bytes) -> None:
        if self._complete:
            raise BufferCompleteError
        self.buffer.extend(data)
        await self._is_empty.clear()
        if len(self.buffer) >= BUFFER_HIGH_WATER:
            await self._paused.clear()
            await self._paused.wait()

    async def pop(self, max_length: int) -> bytes:
        data = bytes(self.buffer[:max_length])
        del self.buffer[:max_length]
        if len(self.buffer) < BUFFER_LOW_WATER:
            await self._paused.set()
        if not self.buffer:
            await self._is_empty.set()
        return data
