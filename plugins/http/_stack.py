"""Cures for faults of the stack below, each named, and what they rely on. Nothing else here.

The stack is quart-trio 0.12 on hypercorn 0.18; `pyproject.toml` pins both minor versions.

**A. quart-trio cuts off the end of a request.** hypercorn reports `http.disconnect` from inside the app's last
`send()`; quart-trio takes that for a client that left and cancels the task that is just about to make the connection
ready for its next request. No idle timeout is ever set on it, so it stays open for ever and every shutdown waits for
the whole grace period. Cure: once the last chunk is being sent, a disconnect no longer cancels. `_Connection` stands in
for the whole of `TrioASGIHTTPConnection.__call__`, and relies on what quart's `ASGIHTTPConnection` has for it.

**Shutdown is not announced to open responses.** hypercorn waits for them up to its grace period, and tells the app only
afterwards. Cure: `Lifeline.terminated`, the event that hypercorn sets as soon as it stops, found through the bound
method that it hands over as `send`. Relies on `send.__self__.context.terminated`; under any other server there is no
such event, and streams end when that server ends them.

**Nobody tells an app that there are several of it.** Each worker is a process with an app of its own. `workers_of` says
so, found through the bound method that hypercorn's lifespan hands over. Relies on `send.__self__.config.workers`.

Cures for what hypercorn does with sockets are in `_transport.py` and `_contained.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast, final

import trio
from quart import Quart, Request
from quart.asgi import ASGIHTTPConnection
from quart.wrappers.response import DataBody
from quart_trio import QuartTrio
from quart_trio.asgi import TrioASGIHTTPConnection, TrioASGILifespan

from ._contained import contain_connections
from ._parking import Body, Departures, Parked, Terminated
from ._transport import Transport

__all__ = ["Lifeline", "Terminated", "install", "lifeline", "workers_of"]

_KEY = "rhialto.lifeline"
_WORKERS = "rhialto.workers"
_DIRECT = "rhialto.direct-writes"
_LENGTH = frozenset({b"content-length", b"transfer-encoding"})
"""Headers that make h11 not choose chunked coding for HTTP/1.1."""


@final
class Lifeline:
    """What lives as long as one request: a nursery, and calls to make when it is over, however it ends."""

    __slots__ = (
        "_over",
        "answered",
        "app",
        "body",
        "chunked",
        "exits",
        "hearing",
        "is_over",
        "last_chunk",
        "nursery",
        "terminated",
        "transport",
        "works",
    )

    def __init__(self, send: object, receive: object = None, app: object = None) -> None:
        self.app = app
        self.transport = Transport(send, receive)
        self.terminated = _terminated(send)
        """Set as soon as the server begins to stop; None where the server does not say."""
        self.nursery: trio.Nursery | None = None
        self.works = False
        """Whether a task of the request has been started."""
        self.exits: list[Callable[[], object]] = []
        self.body: object = None
        """What the body of the response is read from, once it has begun."""
        self.chunked = False
        """Whether the body goes out in chunked coding, once the response has begun: its length is not known."""
        self.last_chunk = False
        """Whether the end of the answer is on its way."""
        self.answered = False
        """Whether it has been sent."""
        self.hearing = trio.CancelScope()
        """Around the task that waits for messages of the server."""
        self.is_over = False
        self._over: trio.Event | None = None

    def end(self) -> None:
        """Say that the request is over."""
        self.is_over = True
        if self._over is not None:
            self._over.set()

    async def over(self) -> None:
        """Wait until the request is over."""
        if not self.is_over:
            if self._over is None:
                self._over = trio.Event()
            await self._over.wait()

    def start(self, work: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start a task that the answer is made by. It is cancelled when the request is over."""
        self.works = True
        cast(trio.Nursery, self.nursery).start_soon(work, *args)

    def leave(self) -> None:
        """Make the calls that belong to its end, the last first: each once."""
        while self.exits:
            self.exits.pop()()

    def hear_by_call(self) -> None:
        """Hear of the client's leaving by a call instead of a task, where that can be: only that is still to come."""
        if self.transport.on_disconnect(self.left):
            self.hearing.cancel()

    def left(self) -> None:
        """The client has gone: unless the end of the answer is on its way, the request is over."""
        if self.nursery is not None and not self.last_chunk:
            self.nursery.cancel_scope.cancel()

    def chunked_socket(self) -> trio.socket.SocketType | None:
        """The bare socket that chunks of the response that has begun are written to, if that is how they go out."""
        return self.transport.bare_socket() if self.chunked else None

    def may_park(self, departures: Departures) -> bool:
        """Whether what is left of the response may be written to a parked connection at all: see `_parking.py`."""
        if self.works or self.nursery is None or not departures.watching or not _is_bare(self.app):
            return False
        return self.transport.may_park(self.app)

    def park(self, body: Body, departures: Departures) -> bool:
        """Have it written so, if that can be now. Where it is, the request is cancelled."""
        if not self.transport.park(Parked(self, body, departures)):
            return False
        cast(trio.Nursery, self.nursery).cancel_scope.cancel()
        self.nursery = self.body = None
        return True

    def abort(self) -> None:
        """End the request, and break its connection if it has it for itself."""
        self.transport.abort()
        if self.transport.parked is not None:
            self.transport.parked.left()
        elif self.nursery is not None:
            self.nursery.cancel_scope.cancel()


class _Connection(TrioASGIHTTPConnection):
    """One request, with cure A and a `Lifeline`."""

    async def __call__(self, receive: Any, send: Any) -> None:
        if not trio.lowlevel.in_trio_run():
            raise RuntimeError("this app runs on trio, and the server does not: start it with `hypercorn -k trio`")
        line = Lifeline(send, receive, self.app)
        line.transport.count_no_requests()
        if _writes_directly(self.app):
            line.transport.send_directly()
        cast(dict[str, Any], self.scope)[_KEY] = line

        holds = False

        async def watched(message: Any) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if last:
                line.last_chunk = True
            elif message["type"] == "http.response.start":
                line.chunked = (
                    self.scope["http_version"] == "1.1"
                    and message["status"] == 200
                    and _LENGTH.isdisjoint(name.lower() for name, _ in message["headers"])
                )
            await send(message)
            if holds and message["type"] == "http.response.body":
                await line.transport.release()
            line.answered = last

        try:
            async with trio.open_nursery() as line.nursery:  # as above, but for one task less
                request = self._create_request_from_scope(watched)
                line.nursery.start_soon(self._hear, line, request, receive)
                answer = self.app.handle_request(request)
                del request  # a stream may be open for hours, and needs nothing of it
                response = await answer
                line.body = getattr(response, "response", None)
                if holds := isinstance(line.body, DataBody):
                    line.transport.hold()
                with _within(self.app, response):
                    await self._send_response(watched, response)
                line.nursery.cancel_scope.cancel()
        finally:
            if line.transport.parked is None:  # else there is more to come, from the parked connection
                line.end()
                if not line.answered:
                    await line.transport.let_go()
                line.leave()

    async def _hear(self, line: Lifeline, request: Request, receive: Any) -> None:
        with line.hearing:
            await ASGIHTTPConnection.handle_messages(self, request, receive)
            line.left()


def _is_bare(app: object) -> bool:
    """Whether an app answers by itself: no middleware, set as quart has it, stands before it."""
    return getattr(getattr(app, "asgi_app", None), "__func__", None) is Quart.asgi_app


def _within(app: Quart, response: object) -> AbstractContextManager[object]:
    """The time that an answer may take, as quart has it. Streams may take any, and need no scope for it."""
    own: object = getattr(response, "timeout", ...)  # werkzeug's responses have none
    seconds = cast("float | None", app.config["RESPONSE_TIMEOUT"] if own is ... else own)
    return nullcontext() if seconds is None else trio.move_on_after(seconds)


class _Lifespan(TrioASGILifespan):
    """The life of the app in one worker, which knows how many there are."""

    async def __call__(self, receive: Any, send: Any) -> None:
        config: object = getattr(getattr(send, "__self__", None), "config", None)
        self.app.extensions[_WORKERS] = getattr(config, "workers", 1)
        await super().__call__(receive, send)


def workers_of(app: QuartTrio) -> int:
    """How many workers the server has that the app has been started by, if it says so; else 1."""
    return cast(int, app.extensions.get(_WORKERS, 1))


def _terminated(send: object) -> Terminated | None:
    context: object = getattr(getattr(send, "__self__", None), "context", None)
    event: object = getattr(context, "terminated", None)
    return cast(Terminated, event) if callable(getattr(event, "is_set", None)) else None


def _writes_directly(app: Quart) -> bool:
    return cast(bool, app.extensions.get(_DIRECT, False))


def install(app: QuartTrio, *, direct_writes: bool = False) -> None:
    """Cure an app, and have it write past hypercorn, where it may and can: where no `Live` of it says that it may not.

    Raises `TypeError` for an app that is not a QuartTrio, or has a connection class of its own.
    """
    if not isinstance(app, QuartTrio):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"Live needs a quart_trio.QuartTrio app, not {type(app).__name__}")
    app.extensions[_DIRECT] = app.extensions.get(_DIRECT, True) and direct_writes
    if app.asgi_http_class is _Connection:
        return
    if app.asgi_http_class is not TrioASGIHTTPConnection:
        raise TypeError(f"Live cannot stand in for the app's own asgi_http_class {app.asgi_http_class.__name__}")
    app.asgi_http_class = _Connection
    if cast(object, app.asgi_lifespan_class) is TrioASGILifespan:
        app.asgi_lifespan_class = _Lifespan  # pyright: ignore[reportAttributeAccessIssue]
    contain_connections()


def lifeline(request: Request) -> Lifeline:
    """The lifeline of a request. Raises `RuntimeError` for one that did not come in through the app."""
    line = cast(dict[str, Any], request.scope).get(_KEY)
    if line is None:
        raise RuntimeError("a stream needs a request that came in through the app; in tests, use open_sse")
    return cast(Lifeline, line)
