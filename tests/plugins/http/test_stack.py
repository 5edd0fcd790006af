"""The cures, each shown on a real hypercorn worker with real sockets. Without its cure, each of these fails."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import Context, Placeholder, Registry, create_dispatch
from plugins.connections import Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live

PATIENCE = 20
"""Seconds after which a test gives up; far above what anything here takes."""


class Server:
    """A worker in this process, with a page and a stream."""

    def __init__(self, grace: float = 0) -> None:
        self.grace = grace
        connections = Connections()
        self.store = connections.store
        self.gone: list[object] = []
        self.somebody_went = trio.Event()
        test = Registry("test")

        @test.effect("gone")
        async def gone(ctx: Context, cause: str) -> None:
            await trio.sleep(0.01)  # what really happens then, such as a write to a database, takes its time
            self.gone.append(cause)
            self.somebody_went.set()

        self.app = QuartTrio(__name__)
        self.app.secret_key = "not very"
        live = Live(self.app, create_dispatch([Datastar(), connections, Http(), test]))

        @self.app.get("/")
        async def home() -> str:
            return "<p>hello</p>"

        @self.app.get("/sse")
        async def sse() -> ResponseReturnValue:
            first, last = ["patch-signals", {"connected": True}], ["gone", Placeholder("connection/cause")]
            return await live.stream([first], key="page", on_close=[last], grace=self.grace)

        self.stop = trio.Event()
        self.stopped = trio.Event()
        self.port = 0

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until `stop`, with a grace period that no test would wait for."""
        config = Config()
        config.bind = ["127.0.0.1:0"]
        config.graceful_timeout = 10 * PATIENCE
        config.keep_alive_timeout = 10 * PATIENCE
        config.errorlog = logging.getLogger("tests.hypercorn")
        async with trio.open_nursery() as nursery:
            run = partial(serve, self.app, config, shutdown_trigger=self.stop.wait)
            (bind,) = await nursery.start(run)
            self.port = int(bind.rpartition(":")[2])
            task_status.started()
        self.stopped.set()


@asynccontextmanager
async def serving(grace: float = 0) -> AsyncGenerator[Server]:
    """A server that is stopped, and has stopped, at the end."""
    server = Server(grace)
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            await nursery.start(server.run)
            yield server
            server.stop.set()
            await server.stopped.wait()


async def ask(stream: trio.SocketStream, path: str, until: bytes, cookie: str = "") -> bytes:
    """Send a request, and return the answer up to the end of `until`."""
    await stream.send_all(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    answer = b""
    while until not in answer:
        chunk = bytes(await stream.receive_some())
        assert chunk, answer
        answer += chunk
    return answer


async def open_stream(server: Server) -> trio.SocketStream:
    """Open a page, then its stream; return the socket once the first event is there."""
    async with await trio.open_tcp_stream("127.0.0.1", server.port) as page:
        answer = await ask(page, "/", b"hello")
    cookie = answer.decode().partition("set-cookie: ")[2].partition(";")[0]
    stream = await trio.open_tcp_stream("127.0.0.1", server.port)
    await ask(stream, "/sse", b"connected", cookie)
    return stream


async def read_to_the_end(stream: trio.SocketStream) -> bytes:
    """Everything until the server closes."""
    return b"".join([bytes(chunk) async for chunk in stream])


async def test_cure_a_a_kept_alive_connection_does_not_delay_the_end() -> None:
    """It is idle after its request, and closed as soon as the server stops."""
    async with serving() as server, await trio.open_tcp_stream("127.0.0.1", server.port) as stream:
        await ask(stream, "/", b"hello")
        await ask(stream, "/", b"hello")
        server.stop.set()
        assert await read_to_the_end(stream) == b""
        await server.stopped.wait()


async def test_open_streams_end_cleanly_as_soon_as_the_server_stops() -> None:
    """With the terminating chunk, long before the grace period is over."""
    async with serving() as server:
        streams = [await open_stream(server) for _ in range(3)]
        server.stop.set()
        for stream in streams:
            async with stream:
                assert (await read_to_the_end(stream)).endswith(b"0\r\n\r\n")
        await server.stopped.wait()
        assert len(server.store) == 0


@pytest.mark.parametrize("leave", ["close", "reset", "half-close"])
async def test_a_client_that_leaves_is_reaped_at_once(leave: str) -> None:
    """However it leaves: nothing is polled for."""
    async with serving() as server:
        stream = await open_stream(server)
        assert len(server.store) == 1
        if leave == "reset":
            stream.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if leave == "half-close":
            await stream.send_eof()
        else:
            await stream.aclose()
        while len(server.store):  # noqa: ASYNC110 - the store has nobody to tell
            await trio.sleep(0.01)
        await server.somebody_went.wait()
        assert server.gone == ["closed"]
        await stream.aclose()


async def test_when_the_server_stops_all_that_happens_at_the_end_of_a_stream_has_happened() -> None:
    """At once, whatever the grace; and all of it before the server has stopped."""
    async with serving(grace=PATIENCE) as server:
        streams = [await open_stream(server) for _ in range(3)]
        server.stop.set()
        for stream in streams:
            async with stream:
                await read_to_the_end(stream)
        await server.stopped.wait()
        assert server.gone == ["shutdown"] * 3
