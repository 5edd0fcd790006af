"""`Live.stream` and the life of a session, in the test client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio
from quart import session
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio
from trio.testing import MockClock

from effects import Context, Dispatch, Placeholder, RegistrationError, Registry, Sink, create_dispatch
from plugins.connections import ANY, ConnectionLimits, Connections, MemoryStore
from plugins.datastar import Datastar
from plugins.http import Live
from plugins.http.testing import open_sse
from tests.plugins.http.conftest import Site
from tests.plugins.http.small import Small

DATASTAR = {"Datastar-Request": "true"}


async def test_a_broadcast_reaches_the_streams_of_two_visitors(site: Site) -> None:
    """Each gets its own first effects, and both get what a third one posts."""
    async with site.app.test_app():
        ann, ben = await site.visitor(), await site.visitor()
        async with open_sse(ann, "/sse/ok") as one, open_sse(ben, "/sse/ok") as two:
            assert one.status == 200
            assert one.headers["content-type"] == "text/event-stream"
            assert "set-cookie" not in one.headers
            for stream in (one, two):
                assert (await stream.event()).data == 'signals {"connected":true}'
            answer = await ann.post("/greet", json={"name": "Cy"}, headers=DATASTAR)
            assert await answer.get_data() == b'event: datastar-patch-signals\ndata: signals {"name":""}\n\n'
            for stream in (one, two):
                assert (await stream.event()).data == 'signals {"hello":"Cy"}'


async def test_a_stream_is_stored_under_its_session_until_its_client_leaves(site: Site) -> None:
    """Two tabs are two streams; leaving takes away only one."""
    async with site.app.test_app():
        ann = await site.visitor()
        async with open_sse(ann, "/sse/ok"):
            async with open_sse(ann, "/sse/ok") as tab:
                assert len(site.store.match([ANY, ["page", ANY]])) == 2
                await tab.drop()
            (left,) = site.store.match([ANY, ANY])
            assert left.key == ("page", left.scope)
        assert len(site.store) == 0


async def test_a_client_that_leaves_while_the_app_writes_is_reaped(site: Site) -> None:
    """Also when the response is blocked on a client that does not read."""
    async with site.app.test_app():
        async with open_sse(await site.visitor(), "/sse/ok") as stream:
            (connection,) = site.store.match([ANY, ANY])
            for _ in range(15):
                connection.send(b"x" * 10)
                await trio.testing.wait_all_tasks_blocked()
            await stream.drop()
        assert len(site.store) == 0
        assert connection.cause == "closed"


async def test_a_client_that_leaves_before_the_first_byte_is_reaped(site: Site) -> None:
    """The stream was stored before its first effects ran."""
    async with site.app.test_app():
        ann = await site.visitor()
        async with trio.open_nursery() as nursery:

            async def visit() -> None:
                async with open_sse(ann, "/sse/slow"):
                    pass

            nursery.start_soon(visit)
            await site.started.wait()
            assert len(site.store) == 1
            nursery.cancel_scope.cancel()
        assert len(site.store) == 0


async def test_what_is_broadcast_while_the_snapshot_is_taken_follows_it(site: Site) -> None:
    """The function is called when the stream is stored, and its effects come first."""
    async with site.app.test_app(), open_sse(await site.visitor(), "/snapshot") as stream:
        assert (await stream.event()).data == 'signals {"state":"old"}'
        assert (await stream.event()).data == "live"


async def test_a_stream_without_a_key_sends_as_it_goes_and_closes(site: Site) -> None:
    """It is not stored, and needs no session."""
    async with site.app.test_app(), open_sse(site.app.test_client(), "/pass") as stream:
        assert (await stream.event()).data == 'signals {"n":1}'
        assert len(site.store) == 0
        site.go_on.set()
        assert [event.data async for event in stream] == ['signals {"n":2}']


async def test_a_stream_whose_effects_fail_is_a_500_and_not_stored(site: Site) -> None:
    """With problem details that carry no values."""
    async with site.app.test_app():
        ann = await site.visitor()
        answer = await ann.get("/sse/bad", headers=DATASTAR)
        assert answer.status_code == 500
        assert answer.mimetype == "application/problem+json"
        assert "secret" not in await answer.get_data(as_text=True)
        assert len(site.store) == 0


async def test_streams_end_when_the_app_stops(site: Site) -> None:
    """Cleanly, with what is queued, and the next one cannot start a leak."""
    async with trio.open_nursery() as nursery:
        seen: list[str] = []
        opened = trio.Event()

        async def visit() -> None:
            async with open_sse(await site.visitor(), "/sse/ok") as stream:
                opened.set()
                seen.extend([event.data async for event in stream])

        async with site.app.test_app():
            nursery.start_soon(visit)
            await opened.wait()
    assert seen == ['signals {"connected":true}']
    assert len(site.store) == 0


async def test_a_stream_never_makes_a_session(site: Site) -> None:
    """The Datastar client is told to stay away, others that a page comes first."""
    async with site.app.test_app():
        stranger = site.app.test_client()
        for headers, status in ((DATASTAR, 204), ({}, 403)):
            answer = await stranger.get("/sse/ok", headers=headers)
            assert answer.status_code == status
            assert "set-cookie" not in answer.headers
        assert len(site.store) == 0


async def test_only_pages_make_a_session(site: Site) -> None:
    """Once, signed, for the server's own use."""
    client = site.app.test_client()
    assert "set-cookie" not in (await client.get("/data")).headers
    assert "set-cookie" not in (await client.get("/missing")).headers
    cookie = (await client.get("/")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "set-cookie" not in (await client.get("/")).headers


async def test_a_tampered_cookie_is_no_session(site: Site) -> None:
    """The signature counts."""
    async with site.app.test_app():
        headers = {"Cookie": "session=eyJyaGlhbHRvLmlkIjoieCJ9.aaaaaa.bbbb", **DATASTAR}
        assert (await site.app.test_client().get("/sse/ok", headers=headers)).status_code == 204


async def test_streams_outlast_quart_s_response_timeout(site: Site, autojump_clock: MockClock) -> None:
    """Which is 60 seconds."""
    async with site.app.test_app(), open_sse(await site.visitor(), "/sse/ok") as stream:
        await stream.event()
        await trio.sleep(600)
        site.store.match([ANY, ANY])[0].send(b"event: x\ndata: still here\n\n")
        assert (await stream.event()).data == "still here"


def test_live_needs_the_connections_plugin() -> None:
    """And says so."""
    with pytest.raises(RegistrationError, match="Live keeps streams in the plugin Connections"):
        Live(QuartTrio("x"), create_dispatch([Datastar()]))


def test_live_needs_a_quart_trio_app() -> None:
    """And says so."""
    dispatch = create_dispatch([Connections()])
    with pytest.raises(TypeError, match=r"needs a quart_trio\.QuartTrio app, not str"):
        Live(cast(Any, "app"), dispatch)


async def test_an_app_without_a_secret_key_does_not_start() -> None:
    """Its sessions could not be signed."""
    app = QuartTrio("x")
    Live(app, create_dispatch([Connections()]))
    with pytest.raises(RegistrationError, match="no secret_key"):
        await app.startup()


async def test_the_first_effects_may_end_the_stream(site: Site) -> None:
    """What was sent before is still read."""
    async with site.app.test_app(), open_sse(await site.visitor(), "/sse/close") as stream:
        assert [event.data async for event in stream] == ["signals {}"]


async def test_one_request_is_a_sink_with_one_member(site: Site) -> None:
    """So that effects for each member work without a broadcast, too."""
    async with site.app.test_app():
        ann = await site.visitor()
        async with open_sse(ann, "/sse/each") as stream:
            assert (await stream.event()).data == 'signals {"a":"Opening"}'
        async with open_sse(ann, "/pass/each") as stream:
            assert (await stream.event()).data == 'signals {"a":"_Passing"}'
        answer = await ann.post("/each", headers=DATASTAR)
        assert b'signals {"a":"Buffer"}' in await answer.get_data(as_text=False)


class StoppingServer:
    """A server that has begun to stop when a request comes."""

    def __init__(self) -> None:
        self.context = SimpleNamespace(terminated=trio.Event())
        self.context.terminated.set()
        self.sent: list[dict[str, Any]] = []
        self.asked = False

    async def receive(self) -> dict[str, Any]:
        """The whole request, then nothing more."""
        if self.asked:
            await trio.sleep_forever()
        self.asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        """Keep what is sent."""
        self.sent.append(message)


async def test_a_stream_that_comes_while_the_server_stops_ends_at_once(site: Site) -> None:
    """Cleanly, and with nothing in it but when to come back, to the next server."""
    async with site.app.test_app():
        client: Any = await site.visitor()
        server = StoppingServer()
        app: Any = site.app
        await app(client.request("/sse/ok", headers=DATASTAR).scope, server.receive, server.send)
    start, when, end = server.sent
    assert start["status"] == 200
    assert re.fullmatch(rb"retry: [1-4]\d\d\d\n\n", when["body"])
    assert end == {"type": "http.response.body", "body": b"", "more_body": False}
    assert len(site.store) == 0


@pytest.mark.parametrize("kind", ["keyed", "passing"])
async def test_what_a_stream_sends_itself_is_never_too_much(site: Site, kind: str) -> None:
    """The bounds of its queue are for what others send, and cut off a client that is too slow."""
    async with site.app.test_app():
        client = await site.visitor()
        async with open_sse(client, f"/bulk/{kind}") as stream:
            for _ in range(300):
                assert len((await stream.event()).data) > 10_000


async def test_head_gets_the_headers_and_nothing_runs(site: Site) -> None:
    """It would wait for ever."""
    async with site.app.test_app():
        client = await site.visitor()
        answer = await client.head("/sse/ok", headers=DATASTAR)
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        assert len(site.store) == 0


async def test_a_function_that_fails_is_the_app_s_own_error(site: Site) -> None:
    """Before anything was answered."""
    async with site.app.test_app():
        assert (await site.app.test_client().get("/broken", headers=DATASTAR)).status_code == 500


async def test_a_request_that_did_not_come_in_through_the_app_is_told_so(site: Site) -> None:
    """Quart can make one up for tests, but nothing would end its stream."""
    async with site.app.test_request_context("/", headers=DATASTAR):
        with pytest.raises(RuntimeError, match="in tests, use open_sse"):
            await site.live.stream([])
        session["rhialto.id"] = "somebody"
        with pytest.raises(RuntimeError, match="in tests, use open_sse"):
            await site.live.stream([], key="page")
        assert len(site.store) == 0


async def test_two_lives_on_one_app_know_nothing_of_each_other() -> None:
    """Each has its own dispatch and its own streams."""
    app = QuartTrio("x")
    app.secret_key = "not very"
    plugins = [Connections(), Connections()]
    lives = [Live(app, create_dispatch([Datastar(), plugin])) for plugin in plugins]

    @app.get("/")
    async def home() -> str:
        return "<p>"

    @app.get("/<int:number>")
    async def sse(number: int) -> Any:
        return await lives[number].stream([], key="page")

    async with app.test_app():
        client = app.test_client()
        await client.get("/")
        async with open_sse(client, "/0") as one, open_sse(client, "/1") as two:
            for number, plugin in enumerate(plugins):
                (connection,) = plugin.store.match([ANY, "page"])
                connection.send(f"data: {number}\n\n".encode())
            assert [(await one.event()).data, (await two.event()).data] == ["0", "1"]


async def test_a_plugin_that_fails_while_it_runs_ends_streams_and_refuses_requests(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The rest of the app goes on, and ends as it should."""
    fail = trio.Event()
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncGenerator[None]:
        async def work() -> None:
            await fail.wait()
            raise OSError("the pool is gone")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(work)
            yield

    app = QuartTrio("x")
    app.secret_key = "not very"
    live = Live(app, create_dispatch([Connections(), plugin]))

    @app.get("/")
    async def home() -> str:
        return "<p>"

    @app.get("/sse")
    async def sse() -> Any:
        return await live.stream([], key="page")

    async with app.test_app():
        client = app.test_client()
        await client.get("/")
        async with open_sse(client, "/sse") as stream:
            fail.set()
            assert [event async for event in stream] == []
        assert (await client.get("/sse", headers=DATASTAR)).status_code == 503
        assert (await client.get("/")).status_code == 200
    assert "the dispatch has stopped running" in caplog.text


async def test_a_plugin_that_cannot_open_keeps_the_app_from_starting() -> None:
    """With its own error."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncGenerator[None]:
        raise OSError("no pool")
        yield

    app = QuartTrio("x")
    app.secret_key = "not very"
    Live(app, create_dispatch([Connections(), plugin]))
    async with trio.open_nursery() as app.nursery:
        with pytest.raises(OSError, match="no pool"):
            await app.startup()


async def test_a_stream_that_is_ended_while_it_opens_stops_what_it_was_doing(autojump_clock: MockClock) -> None:
    """Its effects are cancelled, and what they sent so far is all there is."""
    nap = Registry("nap")

    @nap.effect("nap")
    async def sleep(ctx: Context) -> None:
        await trio.sleep(60)

    small = Small(nap)

    @small.app.get("/sse")
    async def sse() -> Any:
        effects = [["patch-signals", {"n": 1}], ["nap"], ["note", "never"]]
        return await small.live.stream(effects, key="k")

    async with small.app.test_app(), trio.open_nursery() as nursery:
        ann = await small.visitor()

        async def throw_out() -> None:
            await trio.sleep(1)
            small.connections.disconnect([ANY, "k"])

        nursery.start_soon(throw_out)
        async with open_sse(ann, "/sse") as stream:
            assert [event.signals async for event in stream] == [{"n": 1}]
    assert trio.current_time() < 2
    assert small.log == []


async def test_a_stream_without_a_key_ends_with_the_server(site: Site) -> None:
    """What it was doing is cancelled."""
    async with site.app.test_app():
        client: Any = await site.visitor()
        server = StoppingServer()
        app: Any = site.app
        await app(client.request("/pass", headers=DATASTAR).scope, server.receive, server.send)
    assert server.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_stream_without_a_key_ends_with_the_app(site: Site) -> None:
    """Where the server does not say that it stops."""
    async with trio.open_nursery() as nursery:
        opened = trio.Event()

        async def visit() -> None:
            async with open_sse(site.app.test_client(), "/pass") as stream:
                await stream.event()
                opened.set()
                assert [event async for event in stream] == []

        async with site.app.test_app():
            nursery.start_soon(visit)
            await opened.wait()


def test_a_server_that_does_not_run_trio_is_told_so() -> None:
    """Its name is on the command line."""
    small = Small()
    app: Any = small.app
    server = StoppingServer()
    client: Any = app.test_client()
    with pytest.raises(RuntimeError, match="hypercorn -k trio"):
        asyncio.run(app(client.request("/").scope, server.receive, server.send))


async def test_what_a_stream_leaves_running_is_bounded_as_others_are(autojump_clock: MockClock) -> None:
    """Once it is open."""
    busy = Registry("busy", late=["sink"])

    @busy.effect("chatter")
    def chatter(ctx: Context, *, sink: Sink) -> None:
        ctx.spawn(talk, sink)

    async def talk(ctx: Context, sink: Sink) -> None:
        await trio.sleep(1)
        for _ in range(1_000):
            sink.send(b"data: x\n\n")

    small = Small(busy, max_frames=10)

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([["chatter"]], key="k")

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse"):
            (connection,) = small.streams()
            await trio.sleep(5)
            assert connection.cause == "overflow"


async def test_an_app_that_was_started_without_it_still_ends() -> None:
    """A `Live` that comes too late never runs, and is not waited for."""
    small = Small()
    async with small.app.test_app():
        Live(small.app, create_dispatch([Connections()]))
        assert (await small.app.test_client().get("/")).status_code == 200


async def test_a_plugin_that_cannot_close_is_heard_of() -> None:
    """With its own error, when the app ends."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncGenerator[None]:
        yield
        raise OSError("no")

    small = Small(plugin)
    async with trio.open_nursery() as small.app.nursery:
        await small.app.startup()
        with pytest.raises(OSError, match="no"):
            await small.app.shutdown()


async def test_where_nothing_is_written_there_is_a_heartbeat(autojump_clock: trio.testing.MockClock) -> None:
    """A comment, which clients ignore, and none where there is something else: a frame starts the time anew."""
    small = Small(heartbeat=15)

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"n": 0}]], key="k")

    ann: Any = await small.visitor()
    request = ann.request("/sse", headers=DATASTAR)
    written: list[tuple[float, bytes]] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_written, small.app, request.scope, written)
        for _ in range(3):
            await trio.sleep(10)
            await small.dispatch([["broadcast", {"pattern": [ANY, "k"]}, ["patch-signals", {"n": 1}]]])
        await trio.sleep(40)
        nursery.cancel_scope.cancel()
    begun = written[0][0]
    kinds = [(round(at - begun), b"signals" in body) for at, body in written]
    assert kinds == [(0, True), (10, True), (20, True), (30, True), (45, False), (60, False)]
    assert written[-1][1] == b":\n\n"


async def _written(app: Any, scope: Any, written: list[tuple[float, bytes]]) -> None:
    """Ask, and keep what is written and when."""

    async def receive() -> dict[str, Any]:
        await trio.sleep_forever()
        return {}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            written.append((trio.current_time(), message["body"]))

    await app(scope, receive, send)


async def test_a_stream_lapses_when_what_allowed_it_is_over(autojump_clock: trio.testing.MockClock) -> None:
    """Whether anything can be written to it or not; its client may come back, and is judged anew."""
    small = Small(heartbeat=15)
    allowed = [True, True, False]

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        gone = ["note", Placeholder("connection/cause")]
        return await small.live.stream([], key="k", on_close=[gone], grace=0, expires=40, allow=allowed.pop(0))

    async with small.app.test_app():
        ann = await small.visitor()
        begun = trio.current_time()
        async with open_sse(ann, "/sse") as quiet, open_sse(ann, "/sse") as busy:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_tick, small)
                events = [event.signals async for event in busy]
                nursery.cancel_scope.cancel()
            assert trio.current_time() - begun == pytest.approx(40, abs=1)
            assert small.streams() == []  # nor is the one there that nobody reads
            await quiet.drop()
            async with busy.reconnect() as again:
                assert again.status == 204
        assert 35 < len(events) <= 41
        await trio.sleep(1)
        assert small.log == ["lapsed"]


async def _tick(small: Small) -> None:
    while True:
        await trio.sleep(1)
        await small.dispatch([["broadcast", {"pattern": [ANY, "k"]}, ["patch-signals", {"n": 1}]]])


async def test_a_server_is_ready_while_it_runs() -> None:
    """And not before, nor as soon as it begins to stop."""
    small = Small()

    @small.app.get("/ready")
    async def ready() -> ResponseReturnValue:
        return "", 200 if small.live.ready else 503

    client: Any = small.app.test_client()
    assert (await client.get("/ready")).status_code == 503
    async with small.app.test_app():
        assert (await client.get("/ready")).status_code == 200
        server = StoppingServer()
        app: Any = small.app
        await app(client.request("/ready").scope, server.receive, server.send)
        assert server.sent[0]["status"] == 503
    assert (await client.get("/ready")).status_code == 503


async def test_a_stream_may_lapse_only_while_the_app_serves() -> None:
    """Otherwise nobody would end it, and nobody does. It is for streams that stay open."""
    small = Small()

    @small.app.get("/<kind>")
    async def sse(kind: str) -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {}]], key="k" if kind == "keyed" else None, expires=1)

    ann = await small.visitor()
    async with open_sse(ann, "/keyed") as stream:
        assert (await stream.event()).signals == {}
    async with open_sse(ann, "/passing") as refused:
        assert refused.status == 500


@pytest.mark.parametrize("expires", [0, -5.0, float("-inf")])
async def test_what_is_over_already_lapses_at_once(expires: float) -> None:
    """Such as for a token that has ended meanwhile; others never notice."""
    small = Small()

    @small.app.get("/<kind>")
    async def sse(kind: str) -> ResponseReturnValue:
        return await small.live.stream([], key=kind, expires=expires if kind == "late" else None)

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/bystander") as bystander, open_sse(ann, "/late") as late:
            assert [event async for event in late] == []
            assert [one.key for one in small.streams()] == ["bystander"]
            assert bystander.status == 200


@pytest.mark.parametrize("expires", [float("nan"), "1"])
async def test_when_a_stream_lapses_is_a_number(expires: object) -> None:
    """A mistake of whoever writes the route: the server goes on."""
    small = Small()

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([], key="k", expires=expires)  # type: ignore[arg-type]

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as refused:
            assert refused.status == 500
        assert (await ann.get("/")).status_code == 200
        assert small.streams() == []


async def test_who_is_replaced_is_told_to_stay_away() -> None:
    """The newer stream goes on: if the older one came back, each would replace the other for ever."""
    small = Small(store=MemoryStore(ConnectionLimits(key=1, evict=["key"])))

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([], key="k")

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as old, open_sse(ann, "/sse"):
            assert [event async for event in old] == []
            assert old.retry == 2**31 - 1
            assert [one.cause for one in small.streams()] == [None]
