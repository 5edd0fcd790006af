"""Bytes that go straight to a socket are those that hypercorn would have sent: whole, in order, and as soon."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from quart import Response

from plugins.http._sending import sender_of
from tests.plugins.http.test_stack import Certificate, Server, connect, open_stream, serving, until


class Writes:
    """What is written directly: noted, and taken as a kernel would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, take: Callable[[bytes], int] = len) -> None:
        self.written: list[bytes] = []
        self._write = os.write
        self._take = take
        monkeypatch.setattr("plugins.http._sending.write", self)

    def __call__(self, fileno: int, data: bytes) -> int:
        """Write as much of it as is taken."""
        size = self._take(data)
        if size == 0:
            raise BlockingIOError
        self.written.append(bytes(data[:size]))
        return self._write(fileno, data[:size])


def asking(path: str, method: str = "GET", *more: str) -> bytes:
    """A request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", *more, "\r\n"]).encode()


def routes(server: Server) -> None:
    """Answers of every kind."""

    @server.app.get("/large")
    async def large() -> bytes:
        return b"x" * 5_000_000 + b"end"

    @server.app.get("/nothing")
    async def nothing() -> tuple[str, int]:
        return "", 204

    @server.app.get("/late")
    async def late() -> AsyncGenerator[bytes]:
        await trio.sleep(0.02)
        yield b"late"


async def test_a_short_answer_leaves_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Head, body and end; and so does the next one over the same connection."""
    writes = Writes(monkeypatch)
    async with serving() as server, await connect(server) as stream:
        for _ in range(2):
            await stream.send_all(asking("/"))
            await until(stream, b"hello</p>")
            (whole,) = writes.written
            assert whole.startswith(b"HTTP/1.1 200 ")
            assert whole.endswith(b"\r\n\r\n<p>hello</p>")
            writes.written.clear()


TAKES: dict[str, Callable[[bytes], int]] = {
    "nothing": lambda data: 0,
    "one byte": lambda data: 1,
    "all but one byte": lambda data: len(data) - 1,
}


@pytest.mark.parametrize("take", TAKES)
async def test_what_a_socket_does_not_take_follows(take: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything else."""
    Writes(monkeypatch, TAKES[take])
    async with serving() as server, await connect(server) as stream:
        for _ in range(3):
            await stream.send_all(asking("/"))
            assert (await until(stream, b"hello</p>")).startswith(b"HTTP/1.1 200 ")


async def test_a_large_answer_is_whole_however_slowly_it_is_read() -> None:
    """Through a kernel's buffers that are really full."""
    async with serving() as server, await connect(server) as stream:
        routes(server)
        await stream.send_all(asking("/large"))
        await trio.testing.wait_all_tasks_blocked(0.01)
        answer = await until(stream, b"end")
        assert answer.endswith(b"\r\n\r\n" + b"x" * 5_000_000 + b"end")


@pytest.mark.parametrize(
    ("request_", "head", "end"),
    [
        (asking("/", "HEAD"), b"HTTP/1.1 200 ", b"\r\n\r\n"),
        (asking("/nothing"), b"HTTP/1.1 204 ", b"\r\n\r\n"),
        (asking("/nowhere"), b"HTTP/1.1 404 ", b"</p>"),
        (asking("/", "GET", "Connection: close"), b"HTTP/1.1 200 ", b"hello</p>"),
        (asking("/", "POST", "Expect: 100-continue", "Content-Length: 0"), b"HTTP/1.1 100 ", b"</p>"),
    ],
)
async def test_answers_of_every_kind_come_as_they_are(request_: bytes, head: bytes, end: bytes) -> None:
    """With a body and without; the connection goes on, or does not, as ever."""
    async with serving() as server, await connect(server) as stream:
        routes(server)
        await stream.send_all(asking("/"))  # from now on, what is sent goes straight to the socket
        await until(stream, b"hello</p>")
        await stream.send_all(request_)
        assert (await until(stream, end)).startswith(head)
        if b"close" in request_:
            assert await stream.receive_some() == b""
        else:
            await stream.send_all(asking("/"))
            await until(stream, b"hello</p>")


async def test_the_head_of_an_answer_that_is_still_being_made_does_not_wait() -> None:
    """Clients learn from it that there will be one."""
    async with serving() as server, await connect(server) as stream:
        begin = trio.Event()

        @server.app.get("/slow")
        async def slow() -> Response:
            async def body() -> AsyncGenerator[bytes]:
                await begin.wait()
                yield b"body"

            return Response(body(), headers={"Content-Length": "4"})

        await stream.send_all(asking("/slow"))
        assert (await until(stream, b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        begin.set()
        await until(stream, b"body")


async def test_an_app_that_sends_without_end_lets_others_run() -> None:
    """Although nothing that it sends has to wait."""
    async with serving() as server, await connect(server) as stream:
        turns: list[int] = []
        sent: list[int] = []

        @server.app.get("/many")
        async def many() -> Response:
            async def body() -> AsyncGenerator[bytes]:
                for number in range(200):
                    sent.append(number)
                    yield b"x"
                yield b"end"

            return Response(body())

        async def look() -> None:
            while len(sent) < 200:
                turns.append(len(sent))
                await trio.lowlevel.checkpoint()

        async with trio.open_nursery() as nursery:
            await stream.send_all(asking("/many"))
            nursery.start_soon(look)
            await until(stream, b"end")
        assert len(set(turns)) > 5


async def test_who_leaves_before_the_answer_harms_nobody() -> None:
    """What is written to them is lost, and nothing else."""
    async with serving() as server:
        routes(server)
        for _ in range(5):
            stream = await connect(server)
            await stream.send_all(asking("/late") * 2)
            stream.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            await stream.aclose()
        async with await connect(server) as page:
            await page.send_all(asking("/late"))
            await until(page, b"late")


@pytest.mark.parametrize("why", ["switched off", "tls"])
async def test_where_it_cannot_be_nothing_is_sent_directly(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes all the same."""
    writes = Writes(monkeypatch)
    certificate = Certificate(tmp_path) if why == "tls" else None
    options: dict[str, Any] = {"certificate": certificate, "direct_writes": why != "switched off"}
    async with serving(**options) as server:
        stream = await open_stream(server)
        assert writes.written == []
        await stream.aclose()


async def test_a_connection_that_somebody_else_sends_for_is_left_alone() -> None:
    """Such as one whose `send` was replaced already; our own is put there once."""
    async with serving(direct_writes=False) as server, await open_stream(server):
        protocol = server.line.transport._protocol
        sender = sender_of(protocol)
        assert sender is not None
        assert sender_of(protocol) is sender

        async def send(_: object) -> None:
            """Send nothing."""

        protocol.send = send
        assert sender_of(protocol) is None
        protocol.send = sender.send
