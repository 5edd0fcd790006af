"""A parked stream is a stream as any other, and its connection a connection as any other."""

from __future__ import annotations

import gc
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.lowlevel
import trio.testing
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import EventWrapper
from quart import request
from quart.typing import ResponseReturnValue

from plugins.connections import Connection
from plugins.http import Compression, Live
from plugins.http._parking import Departures, Parked
from plugins.http._stack import _writes_directly, lifeline
from plugins.http._transport import Transport
from tests.faults.client import PATIENCE
from tests.plugins.http.test_direct import say
from tests.plugins.http.test_stack import (
    Certificate,
    Server,
    Stream,
    ask,
    behind,
    connect,
    open_stream,
    read_to_the_end,
    serving,
    until,
    visit,
)

END = b"0\r\n\r\n"
PAGE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def park(server: Server) -> Stream:
    """Open a stream, and wait until nothing moves any more."""
    stream = await open_stream(server)
    await trio.testing.wait_all_tasks_blocked(0.01)
    return stream


def is_parked(server: Server) -> bool:
    """Whether the stream that was opened last is."""
    return server.line.transport.parked is not None


async def test_a_parked_stream_has_one_task() -> None:
    """That of its connection; and nobody reads from its socket."""
    async with serving() as server:
        await (await park(server)).aclose()
        await server.line.over()
        await trio.testing.wait_all_tasks_blocked(0.05)
        before = trio.lowlevel.current_statistics().tasks_living
        streams = [await park(server) for _ in range(3)]
        assert is_parked(server)
        assert trio.lowlevel.current_statistics().tasks_living == before + 3
        for stream in streams:
            await say(server, "one")
            await until(stream, b"one")
            await stream.aclose()


@pytest.mark.parametrize("pipelined", [False, True])
async def test_when_the_stream_has_ended_its_connection_goes_on(pipelined: bool) -> None:
    """With what has been asked for meanwhile, or is asked for then; and it may be parked again."""
    async with serving() as server:
        stream = await park(server)
        for _ in range(2):
            assert is_parked(server)
            if pipelined:
                await stream.send_all(PAGE)
            (connection,) = server.store
            await say(server, "last words")
            connection.close()
            assert b"last words" in await until(stream, END)
            if not pipelined:
                await stream.send_all(PAGE)
            cookie = (await until(stream, b"hello")).decode().partition("set-cookie: ")[2].partition(";")[0]
            await ask(stream, "/sse", b"connected", cookie)
            await trio.testing.wait_all_tasks_blocked(0.01)
        await stream.aclose()


async def test_a_connection_that_goes_on_keeps_nothing_of_its_stream() -> None:
    """Its next request may be long in coming."""
    async with serving() as server:
        stream = await park(server)
        (connection,) = server.store
        connection.close()
        await until(stream, END)
        await stream.send_all(PAGE)
        await until(stream, b"hello")
        await trio.testing.wait_all_tasks_blocked(0.01)
        del connection, server.line
        gc.collect()
        assert not any(isinstance(one, Parked) for one in gc.get_objects())
        await stream.aclose()


@pytest.mark.parametrize("leave", ["close", "reset", "half-close"])
async def test_who_leaves_with_a_request_pipelined_is_noticed_at_once(leave: str) -> None:
    """No heartbeat is needed for that."""
    async with serving(heartbeat=3600) as server:
        stream = await park(server)
        await stream.send_all(PAGE)
        await trio.testing.wait_all_tasks_blocked(0.01)
        if leave == "reset":
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if leave == "half-close":
            await stream.send_eof()
        else:
            await stream.aclose()
        await server.line.over()
        assert len(server.store) == 0
        await stream.aclose()


async def test_nothing_is_left_of_those_who_came_and_went() -> None:
    """No task, and no file."""
    async with serving() as server:

        def open_now() -> tuple[int, int]:
            return trio.lowlevel.current_statistics().tasks_living, len(os.listdir("/proc/self/fd"))

        await (await park(server)).aclose()
        await trio.testing.wait_all_tasks_blocked(0.01)
        before = open_now()
        for number in range(20):
            stream = await open_stream(server)
            for _ in range(number):  # as it is being parked, too
                await trio.lowlevel.checkpoint()
            await stream.aclose()
        with trio.fail_after(PATIENCE):
            while open_now() != before:  # noqa: ASYNC110 - nobody says when they are closed
                await trio.sleep(0.01)
        assert len(server.store) == 0


async def test_what_is_sent_as_a_stream_is_parked_comes_whole_and_in_order() -> None:
    """At whatever moment."""
    async with serving() as server:
        for moment in range(30):
            stream = await open_stream(server)
            for _ in range(moment):
                await trio.lowlevel.checkpoint()
            for text in "abc":
                await say(server, f"<{text}>")
            answer = await until(stream, b"<c>")
            assert [answer.count(text) for text in (b"<a>", b"<b>", b"<c>")] == [1, 1, 1]
            assert answer.index(b"<a>") < answer.index(b"<b>") < answer.index(b"<c>")
            await stream.aclose()
            await server.line.over()


async def test_a_request_that_has_just_come_is_not_taken_along() -> None:
    """While something waits to be read, the stream stays with hypercorn, which reads it."""
    async with serving() as server:
        cookie = await visit(server)
        stream = await connect(server)
        opening = f"GET /sse HTTP/1.1\r\nHost: a\r\nDatastar-Request: true\r\nCookie: {cookie}\r\n\r\n"
        await stream.send_all(opening.encode() + PAGE)
        await until(stream, b"connected")
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not is_parked(server)
        (connection,) = server.store
        connection.close()
        await until(stream, b"hello")
        await stream.aclose()


@pytest.mark.parametrize("why", ["switched off", "tls", "middleware", "middleware outside", "no epoll"])
async def test_where_it_cannot_be_nothing_is_parked(why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a stream all the same. Middleware would take the end of the call for that of the request."""
    options: dict[str, Any] = {"direct_writes": why != "switched off"}
    if why == "no epoll":
        monkeypatch.setattr("plugins.http._parking._LEFT", 0)
    if why == "tls":
        options["certificate"] = Certificate(tmp_path)
    if why == "middleware outside":
        options["around"] = behind
    async with serving(**options) as server:
        if why == "middleware":
            server.app.asgi_app = behind(server.app.asgi_app)  # type: ignore[method-assign]
        stream = await park(server)
        assert not is_parked(server)
        await say(server, "one")
        await until(stream, b"one")
        await stream.aclose()
        await server.line.over()
        assert len(server.store) == 0


async def test_a_connection_that_is_to_close_closes_after_the_stream() -> None:
    """Such as a proxy's that says so."""
    async with serving() as server:
        cookie = await visit(server)
        stream = await connect(server)
        opening = "GET /sse HTTP/1.1\r\nHost: a\r\nDatastar-Request: true\r\nConnection: close\r\n"
        await stream.send_all(f"{opening}Cookie: {cookie}\r\n\r\n".encode())
        await until(stream, b"connected")
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert is_parked(server)
        (connection,) = server.store
        await say(server, "last words")
        connection.close()
        assert (await read_to_the_end(stream)).endswith(b'last words"}\n\n\r\n' + END)
        await stream.aclose()


async def test_what_is_still_being_made_is_not_parked() -> None:
    """A stream without a key has a task that makes it."""
    async with serving() as server:

        @server.app.get("/slow")
        async def slow() -> ResponseReturnValue:
            server.line = lifeline(request)
            first, last = (["patch-signals", {"said": text}] for text in ("first", "last"))
            return await server.live.stream([first, ["wait"], last])

        stream = await connect(server)
        await ask(stream, "/slow", b"first")
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not is_parked(server)
        assert b"last" in await until(stream, END)
        await stream.aclose()


@pytest.mark.parametrize("parked", [True, False])
@pytest.mark.parametrize("whole", [True, False])
async def test_the_access_log_has_its_line_at_the_end(
    parked: bool, whole: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """With the status, if the answer is complete; parked or not."""
    caplog.set_level(logging.INFO, "tests.access")
    async with serving(direct_writes=parked, access=logging.getLogger("tests.access")) as server:
        stream = await park(server)
        assert is_parked(server) == parked
        assert not any("/sse" in line for line in caplog.messages)
        (connection,) = server.store
        if whole:
            connection.close()
            await until(stream, END)
        await stream.aclose()
        while not (lines := [line for line in caplog.messages if "/sse" in line]):  # noqa: ASYNC110 - nobody says when
            await trio.sleep(0.01)
        assert [" 200 " in line for line in lines] == [whole]


async def test_an_access_log_that_fails_costs_nobody_anything(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even the connection."""

    def fail(*_: object) -> None:
        monkeypatch.undo()
        raise OSError("no disk")

    access = logging.getLogger("tests.access")
    async with serving(access=access) as server:
        stream = await park(server)
        (connection,) = server.store
        monkeypatch.setattr(access, "info", fail)
        connection.close()
        await until(stream, END)
        await stream.send_all(PAGE)
        await until(stream, b"hello")
        await stream.aclose()
    assert "the access log could not be written" in caplog.text


async def test_a_stream_that_cannot_be_made_ends_and_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is raised while a parked one is written."""
    async with serving() as server:
        streams = [await park(server) for _ in range(2)]
        took = Connection.take

        def fail(connection: Connection) -> bytes:
            monkeypatch.setattr(Connection, "take", took)
            raise MemoryError

        monkeypatch.setattr(Connection, "take", fail)
        (connection, _) = server.store
        connection.wake()
        assert await read_to_the_end(streams[0]) == b""
        assert "a stream could not be written to" in caplog.text
        assert len(server.store) == 1
        for stream in streams:
            await stream.aclose()


async def test_what_fails_when_a_client_leaves_keeps_nobody_else_from_leaving(caplog: pytest.LogCaptureFixture) -> None:
    """Nor from being noticed."""
    departures, left = Departures(), trio.Event()

    def fail() -> None:
        raise ValueError

    pairs = [trio.socket.socketpair() for _ in range(2)]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(departures.run)
        await trio.testing.wait_all_tasks_blocked()
        for (mine, theirs), call in zip(pairs, (fail, left.set), strict=True):
            departures.watch(mine.fileno(), call)
            theirs.close()
        await left.wait()
        nursery.cancel_scope.cancel()
    assert "what was to be done when a client left failed" in caplog.text
    assert not departures.watching
    departures.watch(pairs[0][0].fileno(), fail)
    departures.forget(pairs[0][0].fileno())
    for mine, _ in pairs:
        mine.close()


class Line:
    """What is told of an end."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def end(self) -> None:
        """Note it."""
        self.told.append("end")

    def leave(self) -> None:
        """Note it."""
        self.told.append("leave")


class Endless:
    """A body that is never through, and does not hear that it might be."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        await trio.lowlevel.checkpoint()
        return b"x" * 100_000

    def left(self) -> None:
        """Go on."""


@pytest.mark.parametrize("how", ["cancelled", "never begun", "left", "aborted"])
async def test_however_a_parked_stream_ends_its_socket_is_closed(how: str) -> None:
    """And what belongs to the end of the request happens."""
    mine, theirs = trio.socket.socketpair()
    line = Line()
    parked = Parked(line, Endless(), Departures())
    parked.take(trio.SocketStream(mine), True, None)
    if how == "never begun":
        parked.close()
    else:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(parked.carry, EventWrapper())
            await trio.testing.wait_all_tasks_blocked()
            if how == "cancelled":
                nursery.cancel_scope.cancel()
            elif how == "left":
                parked.left()
                await theirs.recv(10_000_000)
            else:
                mine.shutdown(trio.socket.SHUT_RDWR)
    assert mine.fileno() == -1
    assert line.told == ["end", "leave"]
    theirs.close()


async def test_a_connection_that_hypercorn_fails_to_let_go_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its stream knows nothing of it."""
    async with serving() as server:
        close = TCPServer._close

        async def fail(one: TCPServer) -> None:
            await close(one)
            if hasattr(one, "_rhialto_parked"):
                raise ValueError

        monkeypatch.setattr(TCPServer, "_close", fail)
        stream = await park(server)
        assert "hypercorn broke a connection off" in caplog.text
        assert is_parked(server)
        await say(server, "one")
        await until(stream, b"one")
        await stream.aclose()
        await server.line.over()


async def test_who_is_being_parked_when_the_server_gives_up_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """What belongs to the end of the request happens then."""
    async with serving(graceful=0.05) as server:
        close = TCPServer._close

        async def slowly(one: TCPServer) -> None:
            await close(one)
            if hasattr(one, "_rhialto_parked"):
                await trio.sleep_forever()

        @server.app.get("/never")
        async def never() -> str:
            await trio.sleep_forever()

        monkeypatch.setattr(TCPServer, "_close", slowly)
        waiting = await connect(server)
        await waiting.send_all(PAGE.replace(b"/ ", b"/never "))
        stream = await park(server)
        assert is_parked(server)
        server.stop.set()
        await server.line.over()
        for one in (stream, waiting):
            assert await read_to_the_end(one) == b""
            await one.aclose()


def test_under_another_server_nothing_is_parked() -> None:
    """Of which nothing is known."""
    assert not Transport(print).may_park(print)


async def test_a_stream_that_nobody_can_watch_is_not_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as where the kernel has no room for one more."""

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Departures, "watch", full)
    async with serving() as server:
        stream = await park(server)
        assert not is_parked(server)
        await say(server, "one")
        await until(stream, b"one")
        await stream.aclose()
        await server.line.over()


@pytest.mark.parametrize("effects", [0, 1, 2])
async def test_a_request_that_comes_while_a_stream_is_parked_is_answered(
    effects: int, caplog: pytest.LogCaptureFixture
) -> None:
    """In whatever round of the scheduler; and nothing is logged."""
    async with serving(heartbeat=3600) as server:

        @server.app.get("/bare")
        async def bare() -> ResponseReturnValue:
            server.line = lifeline(request)
            return await server.live.stream([["patch-signals", {"a": 1}]] * effects, key="page")

        cookie = await visit(server)
        opening = f"GET /bare HTTP/1.1\r\nHost: a\r\nDatastar-Request: true\r\nCookie: {cookie}\r\n\r\n".encode()
        for moment in range(40):
            stream = await connect(server)
            await stream.send_all(opening)
            for _ in range(moment):
                await trio.lowlevel.checkpoint()
            await stream.send_all(PAGE)
            await trio.testing.wait_all_tasks_blocked(0.001)
            (connection,) = server.store
            connection.close()
            await until(stream, b"hello")
            await stream.aclose()
        assert not caplog.messages


async def test_a_stream_without_effects_is_parked() -> None:
    """Although hypercorn has not begun to wait for the next request when it is asked for."""
    async with serving() as server:

        @server.app.get("/bare")
        async def bare() -> ResponseReturnValue:
            server.line = lifeline(request)
            return await server.live.stream([], key="page")

        stream = await connect(server)
        cookie = await visit(server)
        await ask(stream, "/bare", b"\r\n\r\n", cookie)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert is_parked(server)
        await say(server, "one")
        await until(stream, b"one")
        await stream.aclose()


@pytest.mark.parametrize("compress", [True, Compression(memory=10_000_000)])
async def test_who_leaves_a_compressed_stream_is_no_error(
    compress: bool | Compression, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever its compressor has still to say, or what is queued then."""
    async with serving(compress=compress) as server:
        cookie = await visit(server)
        for queued in (False, True):
            stream = await connect(server)
            head = "GET /sse HTTP/1.1\r\nHost: a\r\nDatastar-Request: true\r\nAccept-Encoding: gzip\r\n"
            await stream.send_all(f"{head}Cookie: {cookie}\r\n\r\n".encode())
            await until(stream, b"gzip")
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert is_parked(server)
            if queued:
                await say(server, "one")
            await stream.aclose()
            await server.line.over()
        assert not caplog.messages


@pytest.mark.parametrize(("pipelined", "most"), [(0, 16), (3, 16), (3, 1)])
async def test_when_the_server_stops_the_last_words_are_read(
    pipelined: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with requests sent behind the stream, which nobody answers: closing does not take them back."""
    monkeypatch.setattr("plugins.http._parking._LEFT_OVER", most)
    async with serving() as server:
        stream = await park(server)
        await stream.send_all(PAGE * pipelined)
        await trio.testing.wait_all_tasks_blocked(0.01)
        server.stop.set()
        answer = await read_to_the_end(stream)
        assert b"retry: " in answer
        assert answer.endswith(END)
        await stream.aclose()


async def test_of_two_lives_the_one_that_says_no_is_heard() -> None:
    """The connections are those of one app."""
    for first in (True, False):
        server = Server(direct_writes=first)
        Live(server.app, server.dispatch, direct_writes=not first)
        assert not _writes_directly(server.app)
