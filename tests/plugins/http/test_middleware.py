"""Behind middleware streams keep their promises, whatever it wraps: it passes the scope on."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any

import pytest
import trio
from hypercorn.middleware import ProxyFixMiddleware
from hypercorn.middleware.dispatcher import TrioDispatcherMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from plugins.http._transport import Linked
from tests.plugins.http.test_stack import Server, open_stream, read_to_the_end, serving


def watch(app: Any) -> Any:
    """Look at each message, as loggers and tracers do."""

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        async def send_watched(message: Any) -> None:
            await send(message)

        async def receive_watched() -> Any:
            return await receive()

        await app(scope, receive_watched, send_watched)

    return outer


def copy_scope(app: Any) -> Any:
    """Hand a scope of its own on, as apps that mount others do."""

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "root_path": ""}, receive, send)

    return outer


MIDDLEWARE: dict[str, Callable[[Any], Any]] = {
    "watcher": watch,
    "scope": copy_scope,
    "two": lambda app: watch(copy_scope(watch(app))),
    "cors": lambda app: CORSMiddleware(app, allow_origins=["*"]),
    "gzip": GZipMiddleware,
    "proxy": ProxyFixMiddleware,
    "dispatcher": lambda app: TrioDispatcherMiddleware({"": app}),
}
everywhere = pytest.mark.parametrize("around", MIDDLEWARE.values(), ids=MIDDLEWARE)


@everywhere
async def test_streams_end_at_once_when_the_server_stops(around: Callable[[Any], Any]) -> None:
    """Whole, and each client is told when to come back."""
    async with serving(around=around) as server:
        streams = [await open_stream(server) for _ in range(3)]
        server.stop.set()
        for stream in streams:
            async with stream:
                assert re.search(rb"\r\nretry: \d{4}\n\n\r\n0\r\n\r\n$", await read_to_the_end(stream))
        await server.stopped.wait()
        assert len(server.store) == 0


@everywhere
async def test_a_client_that_vanishes_is_asked_for(around: Callable[[Any], Any]) -> None:
    """By the kernel."""
    async with serving(around=around) as server, await open_stream(server):
        served = socket_of(server)
        assert served.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


@everywhere
async def test_a_client_that_leaves_is_reaped(around: Callable[[Any], Any]) -> None:
    """As without middleware."""
    async with serving(around=around) as server:
        stream = await open_stream(server)
        await stream.aclose()
        await server.line.over()
        await server.somebody_went.wait()
        assert server.gone == ["closed"]


@pytest.mark.slow
async def test_a_client_that_never_reads_delays_the_end_by_seconds_only() -> None:
    """The server would wait for it for as long as it may."""
    async with serving(around=watch) as server:
        stream = await open_stream(server)
        (connection,) = server.store
        served = socket_of(server)
        served.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        for _ in range(50):
            connection.send(b"data: %b\n\n" % (b"x" * 15_000))
            await trio.sleep(0.001)
        server.stop.set()
        await server.stopped.wait()
        await stream.aclose()


def socket_of(server: Server) -> trio.socket.SocketType:
    """Return the server's end of the connection that its last stream is on."""
    found = server.line.transport._socket()
    assert found is not None
    return found


async def test_what_is_no_request_is_handed_on_as_it_is() -> None:
    """Such as a WebSocket."""
    seen: list[object] = []

    async def app(*args: object) -> None:
        seen.extend(args)

    scope = {"type": "websocket"}
    await Linked(app)(scope, print, repr)
    assert seen == [{"type": "websocket"}, print, repr]
