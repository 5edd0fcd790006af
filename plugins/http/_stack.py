"""Cures for faults of the stack below, each named, and what they rely on. Nothing else here.

The stack is quart-trio 0.12 on hypercorn 0.18; `pyproject.toml` pins both minor versions.

**A. quart-trio cuts off the end of a request.** hypercorn reports `http.disconnect` from inside the app's last
`send()`; quart-trio takes that for a client that left and cancels the task that is just about to make the connection
ready for its next request. No idle timeout is ever set on it, so it stays open for ever and every shutdown waits for
the whole grace period. Cure: once the last chunk is being sent, a disconnect no longer cancels. Relies on
`handle_messages` and `handle_request` of `TrioASGIHTTPConnection`, and on quart's `_send_response`.

**Shutdown is not announced to open responses.** hypercorn waits for them up to its grace period, and tells the app only
afterwards. Cure: `Lifeline.terminated`, the event that hypercorn sets as soon as it stops, found through the bound
method that it hands over as `send`. Relies on `send.__self__.context.terminated`; under any other server there is no
such event, and streams end when that server ends them.

**Nobody asks a silent client whether it is still there.** One that vanishes without a word, as phones in tunnels do,
keeps its connection for hours: hypercorn sets no keepalive, and what is written to it waits 15 minutes for an answer.
Cure: `Lifeline.expect_answers` has the kernel ask (SO_KEEPALIVE, RFC 9293, 3.8.4) and give up (TCP_USER_TIMEOUT, RFC
5482). Relies on the way from `send` to the socket, `send.__self__.send.__self__.send.__self__.stream`. Where there is
no such way, or no such option, as beyond Linux, the system's own defaults hold.

**A client that never reads cannot be left** (fault B). hypercorn shields each write to a socket, without a deadline, so
that neither the end of a stream nor a shutdown gets through. Cure: `Lifeline.abort` shuts the socket down, and the
write fails. Relies on the same way; on HTTP/2 the socket is others', too, and is left alone.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, cast, final

import trio
from quart import Request
from quart.asgi import ASGIHTTPConnection
from quart_trio import QuartTrio
from quart_trio.asgi import TrioASGIHTTPConnection

__all__ = ["Lifeline", "Terminated", "install", "lifeline"]

_KEY = "rhialto.lifeline"


class Terminated(Protocol):
    """hypercorn's event wrapper, as far as it is needed."""

    def is_set(self) -> bool: ...
    async def wait(self) -> None: ...


@final
class Lifeline:
    """What lives as long as one request: a nursery, and calls to make when it is over, however it ends."""

    def __init__(self, send: object) -> None:
        self._send = send
        self.terminated = _terminated(send)
        """Set as soon as the server begins to stop; None where the server does not say."""
        self.nursery: trio.Nursery | None = None
        self.exits: list[Callable[[], object]] = []
        self.last_chunk = False
        self.over = trio.Event()
        """Set when the request is over."""

    def abort(self) -> None:
        """Break the connection of this request, if it has it for itself: what is being written to it fails at once."""
        scope: Any = getattr(getattr(self._send, "__self__", None), "scope", {})
        found = None if scope.get("http_version") == "2" else _socket(self._send)
        if found is not None:
            with suppress(OSError):  # it has just been closed
                found.shutdown(socket.SHUT_RDWR)

    def expect_answers(self, within: float) -> None:
        """Have the connection of this request broken when its client has not answered for so many seconds.

        An idle client is asked every third of that time, so it is noticed within four thirds. Not below one second.
        """
        found = _socket(self._send)
        if found is None:
            return
        every = max(1, round(within / 3))
        wanted = {"TCP_KEEPIDLE": every, "TCP_KEEPINTVL": every, "TCP_KEEPCNT": 3}
        wanted["TCP_USER_TIMEOUT"] = max(1, round(within)) * 1000
        with suppress(OSError):  # it has just been closed
            found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in wanted.items():
                if hasattr(socket, name):
                    found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class _Connection(TrioASGIHTTPConnection):
    """One request, with cure A and a `Lifeline`."""

    async def __call__(self, receive: Any, send: Any) -> None:
        if not trio.lowlevel.in_trio_run():
            raise RuntimeError("this app runs on trio, and the server does not: start it with `hypercorn -k trio`")
        line = Lifeline(send)
        cast(dict[str, Any], self.scope)[_KEY] = line

        async def watched(message: Any) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                line.last_chunk = True
            await send(message)

        try:
            await super().__call__(receive, watched)
        finally:
            line.over.set()
            for leave in reversed(line.exits):
                leave()

    async def handle_messages(self, nursery: trio.Nursery, request: Request, receive: Any) -> None:  # type: ignore[override]
        line = lifeline(request)
        await ASGIHTTPConnection.handle_messages(self, request, receive)
        if not line.last_chunk:
            nursery.cancel_scope.cancel()

    async def handle_request(self, nursery: trio.Nursery, request: Request, send: Any) -> None:  # type: ignore[override]
        lifeline(request).nursery = nursery
        await super().handle_request(nursery, request, send)


def _terminated(send: object) -> Terminated | None:
    context: object = getattr(getattr(send, "__self__", None), "context", None)
    event: object = getattr(context, "terminated", None)
    return cast(Terminated, event) if callable(getattr(event, "is_set", None)) else None


def _socket(send: object) -> trio.socket.SocketType | None:
    """The socket that `send` comes to in the end: that of the server, of the protocol, of the HTTP stream."""
    stream = getattr(send, "__self__", None)
    protocol = getattr(getattr(stream, "send", None), "__self__", None)
    server = getattr(getattr(protocol, "send", None), "__self__", None)
    transport: object = getattr(server, "stream", None)
    found: object = getattr(getattr(transport, "transport_stream", transport), "socket", None)  # inside TLS, or bare
    return found if isinstance(found, trio.socket.SocketType) else None


def install(app: QuartTrio) -> None:
    """Cure an app. Raises `TypeError` for an app that is not a QuartTrio, or has a connection class of its own."""
    if not isinstance(app, QuartTrio):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"Live needs a quart_trio.QuartTrio app, not {type(app).__name__}")
    if app.asgi_http_class is _Connection:
        return
    if app.asgi_http_class is not TrioASGIHTTPConnection:
        raise TypeError(f"Live cannot stand in for the app's own asgi_http_class {app.asgi_http_class.__name__}")
    app.asgi_http_class = _Connection


def lifeline(request: Request) -> Lifeline:
    """The lifeline of a request. Raises `RuntimeError` for one that did not come in through the app."""
    line = cast(dict[str, Any], request.scope).get(_KEY)
    if line is None:
        raise RuntimeError("a stream needs a request that came in through the app; in tests, use open_sse")
    return cast(Lifeline, line)
