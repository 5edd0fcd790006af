"""The life of one request, and cures for what quart-trio and hypercorn do to it. Each is named, with what it relies on.

It stands around the app's own connection class, on ASGI's messages alone, so it works with whatever that class is.

**A. quart-trio cuts off the end of a request.** hypercorn reports `http.disconnect` from inside the app's last
`send()`; quart-trio takes that for a client that left and cancels the task that is just about to make the connection
ready for its next request. No idle timeout is ever set on it, so it stays open for ever and every shutdown waits for
the whole grace period. Cure: a disconnect that comes while the end of the answer is being sent is handed on afterwards.
It could go if quart-trio let `send()` finish.

**An open stream keeps its request**, and the tasks and the nursery that quart-trio made for it. Cure: once the first
events are out, the body is *taken over*: what quart-trio does for the request is cancelled, and the rest is sent from
here. Relies on `_send_response(send, response)` of quart's connection, which says what the answer is: nobody may have
made something else of it meanwhile. It could go if a connection class were told of the response.

**Shutdown is not announced to open responses.** hypercorn waits for them up to its grace period, and tells the app only
afterwards. Cure: `Transport.terminated`, the event that hypercorn sets as soon as it stops. Under any other server
there is no such event, and streams end when that server ends them. It could go if ASGI had a message for it.

**Nobody tells an app that there are several of it.** Each worker is a process with an app of its own. `workers_of` says
so, found through the bound method that hypercorn's lifespan hands over. Relies on `send.__self__.config.workers`.

Cures for what hypercorn does with sockets are in `_transport.py` and `_contained.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast, final

import trio
from quart import Quart, Request, Response, wrappers
from quart_trio import QuartTrio

from ._contained import contain_connections
from ._parking import Body, Departures, Parked, Terminated
from ._relied import find_cures, is_standard
from ._request.bodies import bound_bodies
from ._transport import Linked, Transport, find_transport

__all__ = ["Lifeline", "Terminated", "install", "lifeline", "workers_of"]

if TYPE_CHECKING:
    from quart_trio.asgi import TrioASGIHTTPConnection, TrioASGILifespan
else:
    TrioASGIHTTPConnection, TrioASGILifespan = QuartTrio.asgi_http_class, QuartTrio.asgi_lifespan_class

_KEY = "rhialto.lifeline"
_WORKERS = "rhialto.workers"
_DIRECT = "rhialto.direct-writes"
_CLIENT_LEFT: Any = getattr(wrappers, "ClientDisconnectedError", ())
"""What Quart 0.23 raises in whoever answers a client that has left, and quart-trio 0.13 lets pass: it is no error."""
_LENGTH = frozenset({b"content-length", b"transfer-encoding"})
"""Headers that make h11 not choose chunked coding for HTTP/1.1."""


@final
class Lifeline:
    """What lives as long as one request: a nursery, and calls to make when it is over, however it ends."""

    __slots__ = (
        "_over",
        "_sent",
        "answered",
        "answering",
        "app",
        "body",
        "chunked",
        "exits",
        "gone",
        "holds",
        "is_over",
        "last_chunk",
        "nursery",
        "rest",
        "transport",
        "works",
    )

    def __init__(self, transport: Transport, app: object = None) -> None:
        self.app = app
        self.transport = transport
        self.nursery: trio.Nursery | None = None
        self.works = False
        """Whether a task of the request has been started."""
        self.exits: list[Callable[[], object]] = []
        self.answering = trio.CancelScope()
        """Around what the app's own connection class does for the request."""
        self.body: object = None
        """What the body of the response is read from, once it has begun, and where that can be known."""
        self.rest: Body | None = None
        """What is left of the body, once it has been taken over."""
        self.holds = False
        """Whether the head of the answer waits for its body."""
        self.chunked = False
        """Whether the body goes out in chunked coding, once the response has begun: its length is not known."""
        self.last_chunk = False
        """Whether the end of the answer is on its way."""
        self.answered = False
        """Whether it has been sent."""
        self._sent: trio.Event | None = None
        self.gone = False
        """Whether the server has said that the client has left."""
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

    def begin(self, response: object) -> None:
        """Say what the answer is that is about to be sent."""
        self.body = getattr(response, "response", None)
        if isinstance(self.body, Response.data_body_class):
            self.holds = True
            self.transport.hold()

    def take_over(self, body: Body) -> bool:
        """Have the rest of the body sent without what quart-trio keeps for a request. Where it is, that is cancelled.

        False where somebody has made something else of it, or it has been taken over already.
        """
        if self.body is not body or self.rest is not None:
            return False
        self.rest = body
        self.answering.cancel()
        return True

    async def sent(self) -> None:
        """Wait until the end of the answer has been sent, if it is on its way."""
        if self.last_chunk and not self.answered:
            self._sent = trio.Event()
            await self._sent.wait()

    def answer(self) -> None:
        """Say that the answer has been sent."""
        self.answered = True
        if self._sent is not None:
            self._sent.set()

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


@final
class _Connection:
    """One request, with cure A and a `Lifeline`, around what the app's own connection class does for it."""

    def __init__(self, app: Quart, scope: dict[str, Any], inner: Callable[[Any, Any], Awaitable[None]]) -> None:
        self._app = app
        self._scope = scope
        self._inner = inner

    async def __call__(self, receive: Any, send: Any) -> None:
        if not trio.lowlevel.in_trio_run():
            raise RuntimeError("this app runs on trio, and the server does not: start it with `hypercorn -k trio`")
        line = Lifeline(find_transport(self._scope, send, receive), self._app)
        line.transport.count_no_requests()
        if _writes_directly(self._app):
            line.transport.send_directly()
        self._scope[_KEY] = line

        async def hear() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect":
                line.gone = True
                await line.sent()
            return message

        async def watch(message: Any) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if last:
                line.last_chunk = True
            elif message["type"] == "http.response.start":
                line.chunked = self._is_chunked(message)
            await send(message)
            if line.holds and message["type"] == "http.response.body":
                await line.transport.release()
            if last:
                line.answer()

        try:
            async with trio.open_nursery() as line.nursery:
                with line.answering:
                    await self._inner(hear, watch)
                if line.rest is not None:
                    await self._send_rest(line, line.rest, receive, watch)
                line.nursery.cancel_scope.cancel()
        except* _CLIENT_LEFT:
            pass
        finally:
            if line.transport.parked is None:  # else there is more to come, from the parked connection
                line.end()
                if not line.answered:
                    await line.transport.let_go()
                line.leave()

    def _is_chunked(self, head: Any) -> bool:
        if self._scope["http_version"] != "1.1" or head["status"] != 200:
            return False
        return _LENGTH.isdisjoint(name.lower() for name, _ in head["headers"])

    async def _send_rest(self, line: Lifeline, rest: Body, receive: Any, send: Any) -> None:
        if line.gone:
            line.left()
        elif not (_writes_directly(self._app) and line.transport.on_disconnect(line.left)):
            cast(trio.Nursery, line.nursery).start_soon(_wait_for_leaving, line, receive)
        async for frames in rest:
            await send({"type": "http.response.body", "body": frames, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_for_leaving(line: Lifeline, receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # more of a request that has been answered
    line.left()


class _Answering(TrioASGIHTTPConnection):
    """quart-trio's connection, which says what the answer is."""

    async def _send_response(self, send: Any, response: Any) -> None:
        cast(Lifeline, cast(dict[str, Any], self.scope)[_KEY]).begin(response)
        await super()._send_response(send, response)


@final
class _Connections:
    """Stands in for the connection class of an app: makes connections around those that it would make."""

    def __init__(self, make: Callable[[Any, Any], Any]) -> None:
        self._make = make

    def __call__(self, app: Quart, scope: dict[str, Any]) -> _Connection:
        return _Connection(app, scope, self._make(app, scope))


def _is_bare(app: object) -> bool:
    """Whether an app answers by itself: no middleware, set as quart has it, stands before it."""
    return getattr(getattr(app, "asgi_app", None), "__func__", None) is Quart.asgi_app


class _Lifespan(TrioASGILifespan):
    """The life of the app in one worker, which knows how many there are."""

    async def __call__(self, receive: Any, send: Any) -> None:
        config: object = getattr(getattr(send, "__self__", None), "config", None)
        self.app.extensions[_WORKERS] = getattr(config, "workers", 1)
        await super().__call__(receive, send)


def workers_of(app: QuartTrio) -> int:
    """How many workers the server has that the app has been started by, if it says so; else 1."""
    return cast(int, app.extensions.get(_WORKERS, 1))


def _writes_directly(app: Quart) -> bool:
    return cast(bool, app.extensions.get(_DIRECT, False))


def install(app: QuartTrio, *, direct_writes: bool = False) -> None:
    """Cure an app, and have it write past hypercorn, where it may and can: where no `Live` of it says that it may not.

    What the libraries below do not have any more is done without, and said in the log. Raises `TypeError` for an app
    that is not a QuartTrio.
    """
    if not isinstance(app, QuartTrio):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"Live needs a quart_trio.QuartTrio app, not {type(app).__name__}")
    app.extensions[_DIRECT] = app.extensions.get(_DIRECT, True) and direct_writes
    own = cast(object, app.asgi_http_class)
    if isinstance(own, _Connections):
        return
    answering = is_standard(own) and "responses" in find_cures()
    cast(Any, app).asgi_http_class = _Connections(_Answering if answering else cast(Any, own))
    if cast(object, app.asgi_lifespan_class) is TrioASGILifespan:
        app.asgi_lifespan_class = _Lifespan  # pyright: ignore[reportAttributeAccessIssue]
    bound_bodies(app)
    contain_connections(Linked)


def lifeline(request: Request) -> Lifeline:
    """The lifeline of a request. Raises `RuntimeError` for one that did not come in through the app."""
    line = cast(dict[str, Any], request.scope).get(_KEY)
    if line is None:
        raise RuntimeError("a stream needs a request that came in through the app; in tests, use open_sse")
    return cast(Lifeline, line)
