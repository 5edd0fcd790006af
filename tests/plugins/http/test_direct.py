"""Bytes that go straight to a socket are those of the long way: the same events, whole and in order."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import h11
import pytest
import trio
import trio.lowlevel
import trio.testing
from quart import Response
from quart.wrappers.response import ResponseBody

from plugins.connections import ANY, Connection
from plugins.datastar.testing import SSEParser
from plugins.http._direct import DirectWrites, Outlet
from plugins.http._stack import Lifeline
from plugins.http._transport import Transport
from tests.plugins.http.test_stack import (
    Certificate,
    Server,
    Stream,
    ask,
    connect,
    open_stream,
    read_to_the_end,
    serving,
)

Write = Callable[[int, bytes], int]


class Socket:
    """What is written directly: counted, and taken as a kernel would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, take: Callable[[bytes], int] = len) -> None:
        self.written: list[bytes] = []
        self._write = os.write
        self._take = take
        monkeypatch.setattr("plugins.http._direct.os.write", self)

    def __call__(self, fileno: int, data: bytes) -> int:
        """Write as much of it as is taken."""
        size = self._take(data)
        if size == 0:
            raise BlockingIOError
        self.written.append(data[:size])
        return self._write(fileno, data[:size])


async def say(server: Server, *texts: str) -> None:
    """Broadcast texts to the server's streams."""
    effects = [["patch-signals", {"said": text}] for text in texts]
    (await server.dispatch([["broadcast", {"pattern": [ANY, "page"]}, *effects]])).raise_errors()


async def ended(server: Server, stream: Stream) -> bytes:
    """Stop the server, and read a stream to its end: what is inside the chunks, which must be whole."""
    server.stop.set()
    parser = h11.Connection(h11.CLIENT)
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n" + await read_to_the_end(stream))
    body = b""
    while not isinstance(event := parser.next_event(), h11.EndOfMessage):
        body += bytes(event.data) if isinstance(event, h11.Data) else b""
    return body


def said(body: bytes) -> list[object]:
    """The texts in it."""
    return [event.signals["said"] for event in SSEParser().feed(body)]


async def test_idle_streams_are_written_to_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is sent by one dispatch in one piece."""
    socket = Socket(monkeypatch)
    async with serving() as server:
        streams = [await open_stream(server) for _ in range(3)]
        await trio.testing.wait_all_tasks_blocked(0.01)
        await say(server, "one", "two")
        await trio.testing.wait_all_tasks_blocked(0.01)
        await say(server, "three")
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert len(socket.written) == 6
        for stream in streams:
            assert said(await ended(server, stream)) == ["one", "two", "three"]
            await stream.aclose()


TAKES: dict[str, Callable[[bytes], int]] = {
    "nothing": lambda data: 0,
    "one byte": lambda data: 1,
    "all but one byte": lambda data: len(data) - 1,
    "anything": lambda data: random.Random(len(data)).randrange(len(data)),
}


@pytest.mark.parametrize("take", TAKES)
async def test_what_a_socket_does_not_take_follows(take: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything that is sent later, however quickly that comes."""
    Socket(monkeypatch, TAKES[take])
    async with serving() as server:
        stream = await open_stream(server)
        texts = [f"{number}{'x' * number}" for number in range(100)]
        for number, text in enumerate(texts):
            await say(server, text)
            for _ in range(number % 5):
                await trio.lowlevel.checkpoint()
        assert said(await ended(server, stream)) == texts
        await stream.aclose()


async def test_a_client_that_reads_slowly_gets_all_of_it() -> None:
    """Through a kernel's buffers that are really full."""
    async with serving() as server:
        stream = await open_stream(server)
        (connection,) = server.store
        texts: list[str] = []
        while not connection.waiting:
            texts.append(f"{len(texts)}{'x' * 100_000}")
            await say(server, texts[-1])
            await trio.testing.wait_all_tasks_blocked()
        for number in range(10):
            texts.append(f"later {number}")
            await say(server, texts[-1])
        assert said(await ended(server, stream)) == texts
        await stream.aclose()


async def test_a_client_that_has_gone_is_noticed_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails is tried again the long way."""
    async with serving() as server:
        stream = await open_stream(server)

        def broken(fileno: int, data: bytes) -> int:
            raise ConnectionResetError

        monkeypatch.setattr("plugins.http._direct.os.write", broken)
        await say(server, "one")
        assert said(await ended(server, stream)) == ["one"]
        await stream.aclose()


@pytest.mark.parametrize("way", ["switched off", "tls", "http 1.0"])
async def test_where_it_cannot_be_nothing_is_written_directly(
    way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It comes all the same."""
    socket = Socket(monkeypatch)
    certificate = Certificate(tmp_path) if way == "tls" else None
    async with serving(direct_writes=way != "switched off", certificate=certificate) as server:
        stream = await open_stream(server) if way != "http 1.0" else await open_old_stream(server)
        await trio.testing.wait_all_tasks_blocked(0.01)
        await say(server, "one")
        answer = b""
        while b'"said":"one"' not in answer:
            answer += bytes(await stream.receive_some())
        assert socket.written == []
        await stream.aclose()


async def open_old_stream(server: Server) -> Stream:
    """Open a stream as a client of HTTP/1.0 does, to which nothing is sent in chunks."""
    async with await connect(server) as page:
        answer = await ask(page, "/", b"hello")
    cookie = answer.decode().partition("set-cookie: ")[2].partition(";")[0]
    stream = await connect(server)
    await stream.send_all(f"GET /sse HTTP/1.0\r\nDatastar-Request: true\r\nCookie: {cookie}\r\n\r\n".encode())
    answer = b""
    while b"connected" not in answer:
        answer += bytes(await stream.receive_some())
    return stream


def outlet(connection: Connection, writes: DirectWrites | None = None, heartbeat: float = 15) -> Outlet:
    """An outlet that has no socket."""
    return Outlet(connection, Lifeline(Transport(None)), heartbeat, lambda frames: frames, writes)


async def test_a_heartbeat_is_counted_from_the_last_write(autojump_clock: trio.testing.MockClock) -> None:
    """Whoever made it."""
    connection = Connection("s", "k")
    connection.on_queued(lambda: None)
    one = outlet(connection)
    one._socket, other = trio.socket.socketpair()
    got: list[bytes] = []
    with one._socket, other:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_read, one, got)
            await trio.sleep(10)
            connection.send(b"frame")
            one.flush(trio.current_time(), lambda frames: frames)
            await trio.sleep(14)
            assert got == []
            await trio.sleep(2)
            assert got == [b":\n\n"]


@pytest.mark.parametrize("running", [True, False])
async def test_a_stream_is_never_silent_for_longer_than_it_may_be(
    running: bool, monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    """Nor is it written to much sooner than it need be; whether one task sees to all, or its own has to."""
    written: list[tuple[float, bytes]] = []
    begun = 0.0

    def write(fileno: int, data: bytes) -> int:
        written.append((trio.current_time() - begun, data))
        return len(data)

    monkeypatch.setattr("plugins.http._direct.os.write", write)
    writes = DirectWrites(16)
    connection = Connection("s", "k")
    one = outlet(connection, writes, 16)
    mine, other = trio.socket.socketpair()
    monkeypatch.setattr(Lifeline, "chunked_socket", lambda self: mine)
    with mine, other:
        async with trio.open_nursery() as nursery:
            scope = await nursery.start(_running, writes)
            await trio.sleep(100)
            begun = trio.current_time()
            one.open()
            nursery.start_soon(_read_on, one, write)
            await trio.sleep(1)
            if not running:
                scope.cancel()
            await trio.sleep(20)
            connection.send(b"frame")
            await trio.sleep(20)
            connection.close()
            await trio.sleep(100)
            one.close()
            scope.cancel()
    when, what = zip(*written, strict=True)
    assert [data.split(b"\r\n")[running] for data in what] == [b":\n\n", b"frame", b":\n\n"]
    assert all(14 <= later - sooner <= 16 for sooner, later in [(0, when[0]), (when[1], when[2])])
    assert when[1] == pytest.approx(21)


async def _read_on(one: Outlet, write: Callable[[int, bytes], int]) -> None:
    while data := await one.next():
        write(0, data)


async def test_what_is_queued_when_a_stream_ends_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if something has to go out before that a socket did not take."""
    Socket(monkeypatch, lambda data: min(len(data), 100_000))
    async with serving() as server:
        stream = await open_stream(server)
        await trio.testing.wait_all_tasks_blocked(0.01)
        (connection,) = server.store
        texts = ["x" * 1_000_000, "x" * 1_000_000]
        await say(server, texts[0])
        await trio.testing.wait_all_tasks_blocked()
        while not connection.waiting:
            await say(server, texts[0])
            texts.append(texts[0])
            await trio.testing.wait_all_tasks_blocked()
        await say(server, "goodbye", "see you")
        connection.close()
        body = await ended(server, stream)
        assert said(body)[-2:] == ["goodbye", "see you"]
        await stream.aclose()


async def test_a_body_that_somebody_wraps_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they make of it is what goes out."""
    socket = Socket(monkeypatch)

    class Shouting(ResponseBody):
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        async def __aenter__(self) -> Any:
            await self.inner.__aenter__()
            return self

        async def __aexit__(self, *ending: Any) -> None:
            await self.inner.__aexit__(*ending)

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> bytes:
            frames: bytes = await self.inner.__anext__()
            return frames.replace(b"one", b"ONE")

    async with serving() as server:

        @server.app.after_request
        async def shout(response: Response) -> Response:
            if response.mimetype == "text/event-stream":
                response.response = Shouting(response.response)
            return response

        stream = await open_stream(server)
        await say(server, "one")
        answer = b""
        while b"ONE" not in answer:
            answer += bytes(await stream.receive_some())
        assert socket.written == []
        await stream.aclose()


async def test_a_stream_that_cannot_be_written_to_ends_and_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is raised."""
    turns: list[int] = []

    def take(data: bytes) -> int:
        turns.append(len(data))
        if len(turns) == 2:
            raise MemoryError
        return len(data)

    Socket(monkeypatch, take)
    async with serving() as server:
        streams = [await open_stream(server) for _ in range(3)]
        await trio.testing.wait_all_tasks_blocked(0.01)
        await say(server, "one")
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert len(server.store) == 2
        assert "a stream could not be written to" in caplog.text
        await say(server, "two")
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert len(turns) == 5
        for stream in streams:
            await stream.aclose()


async def test_nothing_is_written_where_there_is_nothing(autojump_clock: trio.testing.MockClock) -> None:
    """Such as for who was woken up by one, and written out by another."""
    connection = Connection("s", "k")
    one = outlet(connection)
    one._socket, other = trio.socket.socketpair()
    got: list[bytes] = []
    with one._socket, other:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_read, one, got)
            await trio.sleep(1)
            one.flush(trio.current_time(), lambda frames: frames)
            connection.wake()
            await trio.sleep(1)
            assert got == []
            connection.close()
    assert got == [b""]


async def test_a_heartbeat_does_not_come_behind_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the task of a stream that has ended finds out that its end has been written: its compressor has ended."""
    connection = Connection("s", "k")
    finished: list[bytes] = []

    def finish(frames: bytes) -> bytes:
        finished.append(frames)
        return frames

    one = Outlet(connection, Lifeline(Transport(None)), 15, finish, None)
    receive = Connection.receive

    async def overtaken(self: Connection) -> bytes:
        one.beat(trio.current_time() + 15, lambda frames: frames)
        return await receive(self)

    monkeypatch.setattr(Connection, "receive", overtaken)
    one._socket, other = trio.socket.socketpair()
    with one._socket, other:
        connection.close()
        for _ in range(2):
            assert await one.next() == b""
    assert finished == []


async def test_when_the_writer_ends_streams_write_for_themselves() -> None:
    """What was left to it, and what comes later."""
    writes = DirectWrites(15)
    connections = [Connection("s", number) for number in range(2)]
    got: list[bytes] = []
    async with trio.open_nursery() as nursery:
        scope = await nursery.start(_running, writes)
        for connection in connections:
            one = outlet(connection, writes)
            connection.on_queued(partial(writes.add, one))
            nursery.start_soon(_read, one, got)
        await trio.testing.wait_all_tasks_blocked()
        connections[0].send(b"left to it")
        scope.cancel()
        await trio.testing.wait_all_tasks_blocked()
        connections[1].send(b"later")
    assert got == [b"left to it", b"later"]


async def test_many_streams_do_not_keep_others_from_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many writes it lets them, even if it is stopped then."""
    writes = DirectWrites(15)
    turns: list[str] = []
    monkeypatch.setattr(Outlet, "flush", lambda *_: turns.append("written"))
    monkeypatch.setattr(Outlet, "leave_it", lambda _: turns.append("left"))

    async def stop(scope: trio.CancelScope) -> None:
        scope.cancel()

    async with trio.open_nursery() as nursery:
        scope = await nursery.start(_running, writes)
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(130):
            writes.add(outlet(Connection("s", "k"), writes))
        await trio.testing.wait_all_tasks_blocked()
        assert turns == ["written"] * 130
        for _ in range(130):
            writes.add(outlet(Connection("s", "k"), writes))
        nursery.start_soon(stop, scope)
    assert 130 <= turns.count("written") < 260
    assert turns.count("left") >= 130 - 64


async def test_writes_that_take_long_do_not_keep_others_from_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as large events, each compressed for its stream alone."""
    writes = DirectWrites(15)
    turns: list[str] = []

    def flush(*_: object) -> None:
        time.sleep(0.006)
        turns.append("written")

    async def look() -> None:
        while turns.count("written") < 5:
            turns.append("other")
            await trio.lowlevel.checkpoint()

    monkeypatch.setattr(Outlet, "flush", flush)
    monkeypatch.setattr(Outlet, "leave_it", lambda _: None)
    async with trio.open_nursery() as nursery:
        scope = await nursery.start(_running, writes)
        for number in range(5):
            writes.add(outlet(Connection("s", number), writes))
        await look()
        scope.cancel()
    first = turns.index("written")
    assert "other" in turns[first : first + 3]


async def _read(one: Outlet, got: list[bytes]) -> None:
    got.append(await one.next())


async def _running(writes: DirectWrites, task_status: trio.TaskStatus[trio.CancelScope]) -> None:
    with trio.CancelScope() as scope:
        task_status.started(scope)
        await writes.run()
