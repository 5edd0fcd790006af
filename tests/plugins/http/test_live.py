"""`Live`: requests in, answers and streams out, in the test client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import trio
from pydantic import BaseModel, field_validator
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio
from trio.testing import MockClock

from effects import Context, Dispatch, RegistrationError, Registry, create_dispatch
from plugins.connections import ANY, Connections, MemoryStore
from plugins.datastar import Datastar
from plugins.http import Http, Live, PathParam, Session, Signal
from plugins.http.testing import open_sse

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

DATASTAR = {"Datastar-Request": "true"}


class Greeting(BaseModel):
    """A form."""

    name: str

    @field_validator("name")
    @classmethod
    def _somebody(cls, name: str) -> str:
        if not name:
            raise ValueError("Say a name.")
        return name


class Site:
    """A small app with every kind of route."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.store = MemoryStore()
        self.started = trio.Event()
        self.go_on = trio.Event()
        test = Registry("test")

        @test.effect("note")
        async def note(ctx: Context, text: object) -> None:
            self.log.append(str(text))

        @test.effect("wait")
        async def wait(ctx: Context) -> None:
            self.started.set()
            await self.go_on.wait()

        @test.effect("fail")
        def fail(ctx: Context) -> None:
            raise ValueError("a secret")

        self.dispatch: Dispatch = create_dispatch(
            [Datastar(), Connections(self.store), Http(), test], block=["rhialto.log"]
        )
        self.app = QuartTrio(__name__)
        self.app.secret_key = "not very"
        self.live = Live(self.app, self.dispatch, max_frames=20)
        self._routes()

    def _routes(self) -> None:
        app, live = self.app, self.live

        @app.get("/")
        async def home() -> str:
            return "<p>"

        @app.get("/data")
        async def data() -> ResponseReturnValue:
            return {"not": "a page"}

        @app.get("/sse/<kind>")
        async def sse(kind: str) -> ResponseReturnValue:
            effects: dict[str, list[object]] = {
                "ok": [["patch-signals", {"connected": True}]],
                "bad": [["fail"]],
                "slow": [["wait"]],
            }
            return await live.stream(effects[kind], key=("page", live.session_id))

        @app.get("/snapshot")
        async def snapshot() -> ResponseReturnValue:
            async def effects() -> list[object]:
                at_least_one = self.store.match([ANY, ANY])
                at_least_one[0].send(b"event: x\ndata: live\n\n")
                return [["patch-signals", {"state": "old"}]]

            return await live.stream(effects, key="snapshot")

        @app.get("/pass")
        async def passing() -> ResponseReturnValue:
            return await live.stream(lambda: [["patch-signals", {"n": 1}], ["wait"], ["patch-signals", {"n": 2}]])

        @app.post("/greet")
        async def greet() -> ResponseReturnValue:
            form = await live.signals(Greeting)
            say = ["broadcast", {"pattern": [ANY, ["page", ANY]]}, ["patch-signals", {"hello": form.name}]]
            return await live.reply([say, ["patch-signals", {"name": ""}]], otherwise=("plain", 303))

        @app.route("/note/<where>", methods=["GET", "POST", "DELETE"])
        async def note(where: str) -> ResponseReturnValue:
            values = [["note", Signal("a", "b")], ["note", PathParam("where")], ["note", Session("rhialto.id")]]
            return await live.reply(values)

        @app.post("/fail")
        async def fail() -> ResponseReturnValue:
            return await live.reply([["fail"], ["note", "still runs"]])

        @app.post("/wait")
        async def wait() -> ResponseReturnValue:
            return await live.reply([["wait"], ["note", "never"]])

        @app.post("/close")
        async def close() -> ResponseReturnValue:
            return await live.reply([["close-sse"], ["patch-signals", {}]])

    async def visitor(self) -> TestClientProtocol:
        """A browser that has opened the page."""
        client = self.app.test_client()
        assert (await client.get("/")).status_code == 200
        return client


@pytest.fixture
async def site() -> Site:
    """A site that is not serving yet."""
    return Site()


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
                tab.disconnect()
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
            stream.disconnect()
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


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
async def test_requests_from_other_sites_are_refused(site: Site, headers: dict[str, str]) -> None:
    """For streams and replies, whatever the method; nothing has run."""
    async with site.app.test_app():
        ann = await site.visitor()
        for answer in (
            await ann.get("/sse/ok", headers=headers),
            await ann.post("/fail", headers=headers),
            await ann.get("/note/x", headers=headers),
        ):
            assert answer.status_code == 403
        assert site.log == []
        assert len(site.store) == 0


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}]
)
async def test_requests_from_this_site_are_not(site: Site, headers: dict[str, str]) -> None:
    """Nor those of clients that are no browsers."""
    assert (await site.app.test_client().post("/close", headers=headers)).status_code == 204


async def test_a_plain_browser_gets_otherwise(site: Site) -> None:
    """The same form, posted without JavaScript: the effects run, and no events are answered."""
    async with site.app.test_app():
        ann = await site.visitor()
        async with open_sse(ann, "/sse/ok") as stream:
            await stream.event()
            answer = await ann.post("/greet", form={"name": "Cy"})
            assert (answer.status_code, await answer.get_data()) == (303, b"plain")
            assert (await stream.event()).data == 'signals {"hello":"Cy"}'


async def test_signals_that_do_not_fit_are_patched_back_as_messages(site: Site) -> None:
    """As a 200, the only status that the client applies; in the validator's own words."""
    answer = await site.app.test_client().post("/greet", json={"name": ""}, headers=DATASTAR)
    assert answer.status_code == 200
    assert b'data: signals {"errors":{"name":"Say a name."}}' in await answer.get_data(as_text=False)


async def test_signals_that_do_not_fit_are_a_422_for_others(site: Site) -> None:
    """With a message for each field, and no values."""
    answer = await site.app.test_client().post("/greet", json={"name": 31337})
    assert answer.status_code == 422
    assert (await answer.get_json())["errors"] == {"name": "Input should be a valid string"}


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b'{"a": NaN}', b"\xff", b"[" * 100_000])
async def test_bodies_that_are_no_json_object_are_a_400(site: Site, body: bytes) -> None:
    """Never a 500."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = await site.app.test_client().post("/greet", data=body, headers=headers)
    assert answer.status_code == 400


async def test_other_content_types_are_a_415(site: Site) -> None:
    """An empty body is no signals, whatever its type."""
    client = site.app.test_client()
    headers = {"Content-Type": "text/plain"}
    assert (await client.post("/greet", data=b"{}", headers=headers)).status_code == 415
    assert (await client.post("/close", headers=headers)).status_code == 204


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_signals_of_get_and_delete_are_in_the_query(site: Site, method: str) -> None:
    """As the client sends them; placeholders stand for them, for path parameters and the session."""
    ann = await site.visitor()
    query = {"datastar": '{"a": {"b": "sig"}}'}
    answer = await cast(Any, ann).open("/note/here", method=method, query_string=query)
    assert answer.status_code == 204
    assert site.log[:2] == ["sig", "here"]
    assert len(site.log[2]) == 32


@pytest.mark.parametrize("signals", ["{}", '{"a": 1}', '{"a": {}}'])
async def test_what_the_request_does_not_carry_is_an_error(site: Site, signals: str) -> None:
    """Of that one effect; the others run."""
    ann = await site.visitor()
    answer = await ann.get("/note/here", query_string={"datastar": signals})
    assert answer.status_code == 500
    assert [error["error"] for error in (await answer.get_json())["errors"]] == ["MissingValueError"]
    assert site.log[0] == "here"


async def test_a_dispatch_that_failed_is_a_500_with_problem_details(site: Site) -> None:
    """Keys, places and types; no values. What did not fail has run."""
    answer = await site.app.test_client().post("/fail", headers=DATASTAR)
    assert answer.status_code == 500
    assert await answer.get_json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "1 failed in this dispatch.",
        "errors": [{"phase": "execute", "key": "fail", "at": "effects[0]", "error": "ValueError"}],
    }
    assert site.log == ["still runs"]


async def test_a_reply_is_cancelled_when_its_client_leaves(site: Site) -> None:
    """Nothing runs on for nobody."""
    async with trio.open_nursery() as nursery:

        async def visit() -> None:
            async with open_sse(site.app.test_client(), "/wait", method="POST"):
                pass

        nursery.start_soon(visit)
        await site.started.wait()
        nursery.cancel_scope.cancel()
    site.go_on.set()
    await trio.testing.wait_all_tasks_blocked()
    assert site.log == []


async def test_a_reply_can_be_closed_early(site: Site) -> None:
    """What is sent after that is not answered."""
    answer = await site.app.test_client().post("/close", headers=DATASTAR)
    assert await answer.get_data() == b""


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


def test_live_needs_a_plain_quart_trio_app() -> None:
    """It stands in for the app's connection class, and for no other."""

    class Odd(QuartTrio):
        asgi_http_class = cast(Any, object)

    dispatch = create_dispatch([Connections()])
    with pytest.raises(TypeError, match=r"needs a quart_trio\.QuartTrio app, not str"):
        Live(cast(Any, "app"), dispatch)
    with pytest.raises(TypeError, match="own asgi_http_class object"):
        Live(Odd("x"), dispatch)


def test_two_lives_on_one_app_are_two_dispatches() -> None:
    """The app is cured once."""
    app = QuartTrio("x")
    for _ in range(2):
        Live(app, create_dispatch([Connections()]))


async def test_an_app_without_a_secret_key_does_not_start() -> None:
    """Its sessions could not be signed."""
    app = QuartTrio("x")
    Live(app, create_dispatch([Connections()]))
    with pytest.raises(RegistrationError, match="no secret_key"):
        await app.startup()
