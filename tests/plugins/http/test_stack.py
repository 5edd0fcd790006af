"""The cures, each shown on a real hypercorn worker with real sockets. Without its cure, each of these fails."""

from __future__ import annotations

import gc
import logging
import os
import socket
import ssl
import struct
import subprocess
import sys
import weakref
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import h11
import pytest
import trio
import trustme
from hypercorn.config import Config
from hypercorn.protocol.h2 import BufferCompleteError
from hypercorn.trio import serve
from hypercorn.trio.run import worker_serve
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import EventWrapper
from hypercorn.utils import wrap_app
from quart import request
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio
from quart_trio.asgi import TrioASGILifespan

from effects import Context, Placeholder, RegistrationError, Registry, create_dispatch
from plugins.connections import ANY, Connections, MemoryStore
from plugins.datastar import Datastar
from plugins.http import Compression, Http, Live
from plugins.http._contained import contain_connections
from plugins.http._stack import Lifeline, _Connection, lifeline
from plugins.http._transport import Linked, Transport, _Bounded
from tests.faults.client import H2, PATIENCE

Stream = trio.SocketStream | trio.SSLStream[trio.SocketStream]


class Certificate:
    """A certificate of this machine, and whoever trusts it."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = folder / "certificate.pem"
        self._authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(self.file))

    def inside(self, stream: trio.SocketStream) -> trio.SSLStream[trio.SocketStream]:
        """A client's end of TLS."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return trio.SSLStream(stream, context, server_hostname="127.0.0.1", https_compatible=True)


class Server:
    """A worker in this process, with a page and a stream."""

    def __init__(
        self,
        grace: float = 0,
        certificate: Certificate | None = None,
        heartbeat: float = 15,
        max_requests: int = 1_000,
        direct_writes: bool = True,
        compress: bool | Compression = False,
        keep_alive: float = 10 * PATIENCE,
        around: Callable[[Any], Any] = lambda app: app,
        access: logging.Logger | None = None,
        graceful: float = 10 * PATIENCE,
    ) -> None:
        self.graceful = graceful
        self.around = around
        self.access = access
        self.grace = grace
        self.keep_alive = keep_alive
        self.max_requests = max_requests
        self.certificate = certificate
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

        @test.effect("wait")
        async def wait(ctx: Context) -> None:
            await trio.sleep(0.05)

        self.app = QuartTrio(__name__)
        self.app.secret_key = "not very"
        self.dispatch = create_dispatch([Datastar(), connections, Http(), test])
        self.live = live = Live(
            self.app, self.dispatch, heartbeat=heartbeat, direct_writes=direct_writes, compress=compress
        )

        @self.app.get("/")
        async def home() -> str:
            return "<p>hello</p>"

        @self.app.get("/sse")
        async def sse() -> ResponseReturnValue:
            self.line = lifeline(request)
            first, last = ["patch-signals", {"connected": True}], ["gone", Placeholder("connection/cause")]
            return await live.stream([first], key="page", on_close=[last], grace=self.grace)

        self.stop = trio.Event()
        self.stopped = trio.Event()
        self.port = 0

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until `stop`, with a grace period that no test would wait for."""
        config = Config()
        config.bind = ["127.0.0.1:0"]
        config.graceful_timeout = self.graceful
        config.keep_alive_timeout = cast(int, self.keep_alive)
        config.accesslog = self.access
        config.errorlog = logging.getLogger("tests.hypercorn")
        config.keep_alive_max_requests = self.max_requests
        if self.certificate is not None:
            config.certfile = config.keyfile = str(self.certificate.file)
        async with trio.open_nursery() as nursery:
            run = partial(serve, self.around(self.app), config, shutdown_trigger=self.stop.wait)
            (bind,) = await nursery.start(run)
            self.port = int(bind.rpartition(":")[2])
            task_status.started()
        self.stopped.set()


@asynccontextmanager
async def serving(**options: Any) -> AsyncGenerator[Server]:
    """A server that is stopped, and has stopped, at the end."""
    server = Server(**options)
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            await nursery.start(server.run)
            yield server
            server.stop.set()
            await server.stopped.wait()


async def connect(server: Server) -> Stream:
    """A connection to the server, inside TLS if it has a certificate."""
    stream = await trio.open_tcp_stream("127.0.0.1", server.port)
    return stream if server.certificate is None else server.certificate.inside(stream)


async def ask(stream: Stream, path: str, end: bytes, cookie: str = "") -> bytes:
    """Send a request, and return the answer up to and with `end`."""
    await stream.send_all(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    return await until(stream, end)


async def until(stream: Stream, end: bytes) -> bytes:
    """Return what comes up to and with something."""
    answer = b""
    while end not in answer:
        chunk = bytes(await stream.receive_some())
        assert chunk, answer
        answer += chunk
    return answer


async def open_stream(server: Server) -> Stream:
    """Open a page, then its stream; return the connection once the first event is there."""
    cookie = await visit(server)
    stream = await connect(server)
    await ask(stream, "/sse", b"connected", cookie)
    return stream


async def visit(server: Server) -> str:
    """Open a page: the cookie of the session that it comes with."""
    async with await connect(server) as page:
        answer = await ask(page, "/", b"hello")
    return answer.decode().partition("set-cookie: ")[2].partition(";")[0]


async def read_to_the_end(stream: Stream) -> bytes:
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


async def test_cure_a_nobody_hears_of_an_end_before_the_answer_has_been_sent() -> None:
    """The end of a client that has got all it asked for is no reason to cancel anything."""
    happened: list[str] = []
    sending, written = trio.Event(), trio.Event()

    async def receive() -> dict[str, str]:
        await sending.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sending.set()
            await written.wait()
            happened.append("sent")

    async def answer(receive: Any, send: Any) -> None:
        async def hear() -> None:
            await receive()
            happened.append("heard")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(hear)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x"})

    async with trio.open_nursery() as nursery:
        nursery.start_soon(_Connection(QuartTrio(__name__), {"http_version": "1.1"}, answer), receive, send)
        await trio.testing.wait_all_tasks_blocked()
        written.set()
    assert happened == ["sent", "heard"]


async def test_a_client_that_leaves_before_its_answer_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quart 0.23 says so by an exception, which nobody else takes; all others pass."""
    monkeypatch.setattr("plugins.http._stack._CLIENT_LEFT", ConnectionError)

    async def fail(error: Exception, receive: Any, send: Any) -> None:
        async with trio.open_nursery():
            raise error

    def connection(error: Exception) -> _Connection:
        return _Connection(QuartTrio(__name__), {"http_version": "1.1"}, partial(fail, error))

    await connection(ConnectionError())(print, print)
    with pytest.raises(ExceptionGroup) as caught:
        await connection(ValueError())(print, print)
    assert caught.value.subgroup(ValueError) is not None


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["idle", "chatty"])
def test_a_client_that_vanishes_without_a_word_is_noticed(kind: str) -> None:
    """Whether anything is sent to it or not: in a network of its own, which goes down."""
    alone = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets nobody have a network of their own")
    vanish = [sys.executable, "-m", "tests.plugins.http.vanishing", "2", kind]
    done = subprocess.run(
        [*alone, *vanish], cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("closed\n", "")


@pytest.mark.parametrize("tls", [False, True])
async def test_the_kernel_is_told_to_expect_answers_from_those_who_have_a_stream(
    tls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands between the stream and its socket; once it is closed, nobody is asked any more."""
    async with serving(certificate=Certificate(tmp_path) if tls else None) as server:
        stream = await open_stream(server)
        found = server.line.transport._socket()
        assert found is not None
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 7
        monkeypatch.delattr(socket, "TCP_USER_TIMEOUT")  # as beyond Linux
        server.line.transport.carry_stream(30)
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
        await trio.aclose_forcefully(stream)
        await server.somebody_went.wait()
        server.line.transport.carry_stream(1)
    Transport(print).carry_stream(1)  # another server, of which we know nothing


def _tasks(task: trio.lowlevel.Task | None) -> list[trio.lowlevel.Task]:
    """A task, and all below it."""
    assert task is not None
    return [task, *(one for nursery in task.child_nurseries for child in nursery.child_tasks for one in _tasks(child))]


def waits_for_leaving() -> bool:
    """Whether a task waits for a client to leave."""
    tasks = [task.name for task in _tasks(trio.lowlevel.current_root_task())]
    return any("handle_messages" in name or "_wait_for_leaving" in name for name in tasks)


def behind(app: Any) -> Any:
    """Middleware that does nothing."""

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    return outer


@pytest.mark.parametrize("parked", [True, False])
async def test_an_open_stream_keeps_nothing_of_its_request(parked: bool) -> None:
    """Nor a task that waits for its client to leave, which is noticed all the same."""
    kept: list[weakref.ref[object]] = []
    async with serving(around=(lambda app: app) if parked else behind) as server:

        @server.app.before_request
        async def keep() -> None:
            kept.append(weakref.ref(request._get_current_object()))  # type: ignore[attr-defined, unused-ignore]

        stream = await open_stream(server)
        gc.collect()
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert [one() for one in kept] == [None, None]  # that for the page, and that for the stream
        assert (server.line.transport.parked is not None) == parked
        assert not waits_for_leaving()
        await stream.aclose()
        await server.line.over()
        await server.somebody_went.wait()
        assert server.gone == ["closed"]


async def test_middleware_that_looks_at_messages_sees_a_client_leave() -> None:
    """It has asked for them."""
    seen: list[str] = []
    async with serving() as server:
        inner = server.app.asgi_app

        async def outer(scope: Any, receive: Any, send: Any) -> None:
            async def looked_at() -> Any:
                message = await receive()
                seen.append(message["type"])
                return message

            await inner(scope, looked_at, send)

        server.app.asgi_app = outer  # type: ignore[method-assign]
        stream = await open_stream(server)
        seen.clear()
        await stream.aclose()
        await server.line.over()
        assert seen == ["http.disconnect"]


@pytest.mark.parametrize(
    ("sent", "parked"),
    [
        ("GET /sse HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf ", False),
        ("GET /sse HTTP/1.1\r\nConnection: close\r\n\r\n", True),
        ("GET /sse HTTP/1.0\r\n\r\n", False),
    ],
)
async def test_a_client_that_leaves_is_noticed_whatever_it_has_sent(sent: str, parked: bool) -> None:
    """Such as half of a body, with a stream that is open already: by a task, unless the stream is parked."""
    async with serving() as server:
        async with await connect(server) as page:
            answer = await ask(page, "/", b"hello")
        cookie = answer.decode().partition("set-cookie: ")[2].partition(";")[0]
        stream = await connect(server)
        head, _, rest = sent.partition("\r\n")
        await stream.send_all(f"{head}\r\nHost: a\r\nDatastar-Request: true\r\nCookie: {cookie}\r\n{rest}".encode())
        answer = b""
        while b"connected" not in answer:
            answer += bytes(await stream.receive_some())
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert (server.line.transport.parked is not None, waits_for_leaving()) == (parked, not parked)
        await stream.aclose()
        await server.line.over()
        await server.somebody_went.wait()
        assert server.gone == ["closed"]


async def test_a_client_that_has_left_already_is_not_waited_for_by_call() -> None:
    """That it has left may be in the app's queue."""
    async with serving(direct_writes=False) as server:
        await (await open_stream(server)).aclose()
        await server.line.over()
        assert not server.line.transport.on_disconnect(print)


async def fill(server: Server, until: Callable[[], bool]) -> None:
    """Broadcast to whoever has the stream, who does not read, until something is so."""
    frame = ["patch-signals", {"text": "x" * 100_000}]
    while not until():
        await server.dispatch([["broadcast", {"pattern": [ANY, "page"]}, frame]])
        await trio.sleep(0.001)


@pytest.mark.parametrize("parked", [True, False])
async def test_cure_b_a_client_that_never_reads_loses_its_connection_when_it_overflows(parked: bool) -> None:
    """All of it: the socket, the request, the key. The next one begins anew."""
    async with serving(direct_writes=parked) as server, await open_stream(server) as stream:
        await fill(server, lambda: len(server.store) == 0)
        await server.line.over()
        await server.somebody_went.wait()
        assert server.gone == ["overflow"]
        with pytest.raises(trio.BrokenResourceError):  # noqa: PT012 - it may take more than one
            while True:
                await stream.send_all(b"x")


@pytest.mark.parametrize("parked", [True, False])
async def test_cure_b_a_client_that_never_reads_does_not_delay_the_end(parked: bool) -> None:
    """Even if all that is queued for it fits."""
    async with serving(direct_writes=parked) as server, await open_stream(server):
        (connection,) = server.store
        await fill(server, lambda: connection.queued > 1)
        server.stop.set()
        await server.stopped.wait()
        assert server.gone == ["shutdown"]


async def test_cures_c_and_d_streams_over_http2_have_backpressure_and_outlive_many_requests() -> None:
    """One without a window is cut off, and the others on its connection go on."""
    async with serving(max_requests=5) as server:
        async with await trio.open_tcp_stream("127.0.0.1", server.port) as page:
            answer = await ask(page, "/", b"hello")
        cookie = answer.decode().partition("set-cookie: ")[2].partition(";")[0]
        client = await H2.connect(server.port, window=0)
        async with client.stream:
            stuck, other = [await client.ask("/sse", cookie) for _ in range(2)]
            client.protocol.increment_flow_control_window(10_000_000, other)
            client.protocol.increment_flow_control_window(100_000_000)
            await client.flush()
            for _ in range(10):
                number = await client.ask("/", cookie)
                client.protocol.increment_flow_control_window(1_000, number)
                await client.until(lambda number=number: number in client.ended)  # type: ignore[misc]
            frame = ["patch-signals", {"text": "x" * 100_000}]
            for number in range(20):
                await server.dispatch([["broadcast", {"pattern": [ANY, "page"]}, frame]])
                await client.until(lambda number=number: len(client.read[other]) > number * 100_000)  # type: ignore[misc]
            assert [connection.cause for connection in server.store] == [None]
            assert client.read[stuck] == b""
            assert not client.terminated


async def test_cure_c_a_buffer_that_was_closed_takes_nothing_more() -> None:
    """As hypercorn has it: who pushes is told."""
    buffer = _Bounded(EventWrapper)
    await buffer.push(b"x")
    assert await buffer.pop(1) == b"x"
    buffer.set_complete()
    with pytest.raises(BufferCompleteError):
        await buffer.push(b"y")


@pytest.mark.parametrize("parked", [True, False])
async def test_cure_e_a_client_that_leaves_with_a_request_pipelined_is_let_go(parked: bool) -> None:
    """At once, or as soon as the heartbeat finds out."""
    async with serving(heartbeat=0.05, direct_writes=parked) as server:
        stream = await open_stream(server)
        found = server.line.transport._socket()
        assert found is not None
        await stream.send_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await trio.sleep(0.05)
        await stream.aclose()
        await server.line.over()
        while found.fileno() != -1:  # noqa: ASYNC110 - nobody says when it is closed
            await trio.sleep(0.01)


@pytest.mark.parametrize("path", ["/", "/late", "/slow", "/sse"])
@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("direct", [False, True])
async def test_cure_e_whoever_leaves_with_requests_pipelined_leaves_nothing_behind(
    path: str, reset: bool, direct: bool
) -> None:
    """Neither a socket nor a task, whether the answer is complete, fails in its middle, or is a stream."""
    async with serving(heartbeat=0.05, keep_alive=0.05, direct_writes=direct) as server:

        @server.app.get("/late")
        async def late() -> AsyncGenerator[bytes]:
            yield b"x"
            await trio.sleep(0.02)
            raise ValueError

        @server.app.get("/slow")
        async def slow() -> str:
            await trio.sleep(0.05)
            return "at last"

        def open_now() -> tuple[int, int]:
            return trio.lowlevel.current_statistics().tasks_living, len(os.listdir("/proc/self/fd"))

        before = open_now()
        for number in range(20):
            stream = await connect(server)
            await stream.send_all(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 4)
            await trio.sleep(0.002 * number)
            if reset:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await stream.aclose()
        with trio.fail_after(PATIENCE):
            while open_now() != before:  # noqa: ASYNC110 - nobody says when they are closed
                await trio.sleep(0.01)


@pytest.mark.parametrize("kind", ["direct writes", "none", "tls"])
async def test_cure_i_who_leaves_between_two_requests_leaves_nothing_behind(kind: str, tmp_path: Path) -> None:
    """At once, however long the next request would have been waited for."""
    certificate = Certificate(tmp_path) if kind == "tls" else None
    async with serving(direct_writes=kind == "direct writes", certificate=certificate) as server:

        def open_now() -> tuple[int, int]:
            return trio.lowlevel.current_statistics().tasks_living, len(os.listdir("/proc/self/fd"))

        before = open_now()
        for number in range(60):
            page = await connect(server)
            await page.send_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in range(number % 20):
                await trio.lowlevel.checkpoint()
            if number % 3 and isinstance(page, trio.SocketStream):
                page.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await page.aclose()
        with trio.fail_after(PATIENCE):
            while open_now() != before:  # noqa: ASYNC110 - nobody says when they are closed
                await trio.sleep(0.01)


async def test_cure_e_what_is_still_sent_to_nobody_is_ignored() -> None:
    """Such as by an app that has not noticed yet."""
    async with serving(direct_writes=False) as server:
        await (await open_stream(server)).aclose()
        await server.line.over()
        await server.line.transport.let_go()
        assert server.line.transport._protocol.connection.send(h11.Data(data=b"x")) == b""


async def test_cure_f_a_request_that_hypercorn_fails_over_ends_its_connection_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged without what was sent."""
    async with serving() as server, await open_stream(server):
        client = await H2.connect(server.port)
        await client.say([(":method", b"secr\xffet"), (":path", "/"), (":authority", "a"), (":scheme", "http")])
        await client.until_refused()
        async with await connect(server) as page:
            await ask(page, "/", b"hello")
        assert len(server.store) == 1
    (record,) = caplog.records
    assert record.getMessage().startswith("hypercorn broke a connection off: UnicodeDecodeError in ")
    assert record.exc_info is None
    assert "secr" not in caplog.text


def test_connections_are_contained_once() -> None:
    """However many apps there are."""
    contain_connections(Linked)
    contained = TCPServer.run
    contain_connections(Linked)
    assert TCPServer.run is contained


async def test_a_request_without_a_nursery_has_nothing_to_cancel() -> None:
    """It has just begun."""
    Lifeline(Transport(print)).abort()


def test_a_client_needs_a_second_to_answer() -> None:
    """Kernels count in seconds, and not for ever."""
    for seconds in (0.5, float("inf"), float("nan")):
        with pytest.raises(RegistrationError, match="a number of seconds, 1 to 86400"):
            Live(QuartTrio("x"), create_dispatch([Connections()]), peer_timeout=seconds)


@pytest.mark.parametrize(("workers", "store", "warned"), [(1, MemoryStore(), False), (2, MemoryStore(), True)])
async def test_who_starts_several_workers_is_warned(
    workers: int, store: MemoryStore, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A broadcast does not reach the streams of the others."""
    app = QuartTrio(__name__)
    app.secret_key = "not very"
    Live(app, create_dispatch([Datastar(), Connections(store), Http()]))
    config = Config()
    config.bind, config.workers, config.errorlog = ["127.0.0.1:0"], workers, None
    with caplog.at_level(logging.WARNING, "plugins.http"):
        await worker_serve(wrap_app(app, 0, "asgi"), config, shutdown_trigger=trio.lowlevel.checkpoint)
    assert ("this is one of 2 workers" in caplog.text) == warned


def test_a_lifespan_class_of_an_app_s_own_stays() -> None:
    """Nobody is warned then."""

    class Own(TrioASGILifespan):
        pass

    app = QuartTrio(__name__)
    app.asgi_lifespan_class = Own
    Live(app, create_dispatch([Datastar(), Connections(), Http()]))
    assert app.asgi_lifespan_class is Own
