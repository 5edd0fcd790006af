"""Sessions, as those would try them whose session it is not."""

from __future__ import annotations

from collections import UserDict
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing
from quart import session
from quart.sessions import SessionInterface, SessionMixin
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio
from trio.testing import MockClock

from effects import RegistrationError, create_dispatch
from plugins.connections import ANY, Connections
from plugins.http import Live
from plugins.http._request.session import Sessions
from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR, Small

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


def site() -> Small:
    """Log in, log out, a stream, and a message to oneself."""
    small = Small()

    @small.app.post("/login")
    async def login() -> ResponseReturnValue:
        session["user"] = "ann"
        small.log.append(small.live.rotate_session())
        return await small.live.reply([])

    @small.app.post("/logout")
    async def logout() -> ResponseReturnValue:
        small.live.end_session()
        return await small.live.reply([])

    @small.app.get("/who")
    async def who() -> ResponseReturnValue:
        return {"user": session.get("user"), "id": session.get("rhialto.id")}

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([], key="k")

    return small


async def who(client: TestClientProtocol) -> dict[str, Any]:
    """Return what the server takes a browser for."""
    said: dict[str, Any] = await (await client.get("/who")).get_json()
    return said


def cookie(client: TestClientProtocol) -> str:
    """The session cookie of a browser."""
    jar: Any = client.cookie_jar
    return str(next(iter(jar)).value)


async def test_rotation_makes_a_new_id_and_keeps_what_the_session_holds() -> None:
    """For logging in."""
    small = site()
    async with small.app.test_app():
        ann = await small.visitor()
        before = await who(ann)
        await ann.post("/login", headers=DATASTAR)
        after = await who(ann)
    assert after == {"user": "ann", "id": small.log[0]}
    assert after["id"] != before["id"]


async def test_rotation_ends_the_streams_of_the_old_id() -> None:
    """And nobody else's; the browser opens them anew, under the new one."""
    small = site()
    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/sse") as stream, open_sse(ben, "/sse") as other:
            await ann.post("/login", headers=DATASTAR)
            await trio.testing.wait_all_tasks_blocked()
            assert len(small.streams()) == 1
            assert [event async for event in stream] == []
            async with stream.reconnect():
                assert [one.scope for one in small.store.match([small.log[0], ANY])] == [small.log[0]]
                (bens,) = small.store.match([(await who(ben))["id"], ANY])
                bens.send(b"data: still here\n\n")
                assert (await other.event()).data == "still here"


async def test_a_planted_session_is_worth_nothing_after_login() -> None:
    """Session fixation: whoever made the victim use a cookie of theirs hears nothing of what follows."""
    small = site()
    async with small.app.test_app():
        mallory = await small.visitor()
        victim = small.app.test_client()
        victim.set_cookie("localhost", "session", cookie(mallory))
        await victim.post("/login", headers=DATASTAR)
        assert (await who(mallory))["user"] is None
        async with open_sse(mallory, "/sse") as stream, open_sse(victim, "/sse"):
            assert [event async for event in stream] == []
            assert [one.scope for one in small.streams()] == [(await who(victim))["id"]]


async def test_a_stream_that_was_asked_for_before_comes_too_late() -> None:
    """It waits for its verdict while its session is rotated; the client is told to come back with the new one."""
    small = site()
    asked, answer = trio.Event(), trio.Event()

    async def allow(data: object) -> bool:
        asked.set()
        await answer.wait()
        return True

    @small.app.get("/slow")
    async def slow() -> ResponseReturnValue:
        return await small.live.stream([], key="k", allow=allow)

    async with small.app.test_app():
        ann = await small.visitor()

        async def open_slowly() -> None:
            async with open_sse(ann, "/slow") as stream:
                assert (stream.status, [event async for event in stream]) == (200, [])
                assert stream.retry is not None
                assert 1_000 <= stream.retry < 2_000
                async with stream.reconnect():
                    assert [one.scope for one in small.streams()] == [small.log[0]]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(open_slowly)
            await asked.wait()
            await ann.post("/login", headers=DATASTAR)
            answer.set()


@pytest.mark.parametrize("permanent", [True, False])
async def test_an_answer_that_was_under_way_brings_no_session_back(permanent: bool) -> None:
    """Whether it changes the session, or only refreshes it: after logging out nobody is logged in."""
    small = site()
    asked, answer = trio.Event(), trio.Event()

    @small.app.get("/slow")
    async def slow() -> str:
        session.permanent = permanent
        session["seen"] = True
        asked.set()
        await answer.wait()
        return "<p>slow"

    async with small.app.test_app():
        ann = await small.visitor()
        await ann.post("/login", headers=DATASTAR)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ann.get, "/slow")
            await asked.wait()
            await ann.post("/logout", headers=DATASTAR)
            answer.set()
        assert await who(ann) == {"user": None, "id": None}


async def test_files_do_not_vary_with_the_session() -> None:
    """Looking whether it has ended does not count as reading it."""
    small = site()

    @small.app.get("/file")
    async def file() -> ResponseReturnValue:
        return "x", 200, {"Content-Type": "text/css"}

    ann = await small.visitor()
    assert "Vary" not in (await ann.get("/file")).headers


async def test_a_request_that_crosses_the_new_cookie_leaves_it_alone() -> None:
    """It was sent with the old one, and its answer may arrive last."""
    small = site()
    async with small.app.test_app():
        ann = await small.visitor()
        crossing = small.app.test_client()
        crossing.set_cookie("localhost", "session", cookie(ann))
        await ann.post("/login", headers=DATASTAR)
        for path in ("/who", "/"):
            assert "Set-Cookie" not in (await crossing.get(path)).headers
        assert await who(crossing) == {"user": None, "id": None}


async def test_a_browser_that_never_got_its_new_session_gets_one_with_a_later_page(autojump_clock: MockClock) -> None:
    """The answer was lost on the way."""
    small = site()
    async with small.app.test_app():
        ann = await small.visitor()
        lost = cookie(ann)
        await ann.post("/login", headers=DATASTAR)
        ann.set_cookie("localhost", "session", lost)
        async with open_sse(ann, "/sse") as stream:
            assert [event async for event in stream] == []
        await trio.sleep(11)
        await ann.get("/")
        async with open_sse(ann, "/sse"):
            assert len(small.streams()) == 1


async def test_all_streams_of_an_app_end_with_the_session() -> None:
    """Also those of another dispatch."""
    small = site()
    connections = Connections()
    other = Live(small.app, create_dispatch([connections]))

    @small.app.get("/other")
    async def other_sse() -> ResponseReturnValue:
        return await other.stream([], key="k")

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/other") as stream:
            assert len(connections.store) == 1
            await ann.post("/login", headers=DATASTAR)
            assert [event async for event in stream] == []


async def test_only_so_many_ended_sessions_are_remembered() -> None:
    """The oldest are forgotten."""
    sessions = Sessions()
    for number in range(10_001):
        sessions.end(str(number))
    assert sessions.seconds_since_end("0") is None
    assert sessions.seconds_since_end("1") is not None


async def test_ending_a_session_empties_it_and_ends_its_streams() -> None:
    """For logging out; the Datastar client then stays away."""
    small = site()
    async with small.app.test_app():
        ann = await small.visitor()
        await ann.post("/login", headers=DATASTAR)
        async with open_sse(ann, "/sse") as stream:
            await ann.post("/logout", headers=DATASTAR)
            assert [event async for event in stream] == []
            assert await who(ann) == {"user": None, "id": None}
            async with stream.reconnect() as again:
                assert again.status == 204


async def test_a_visitor_without_a_session_may_log_in_and_out() -> None:
    """There is nothing to end."""
    small = site()
    async with small.app.test_app():
        stranger = small.app.test_client()
        assert (await stranger.post("/logout", headers=DATASTAR)).status_code == 200
        assert (await stranger.post("/login", headers=DATASTAR)).status_code == 200
        assert (await who(stranger))["id"] == small.log[0]


@pytest.mark.parametrize("forged", ["", "null", "eyJyaGlhbHRvLmlkIjoidmljdGltIn0.aaaaaa.bbbb", "a" * 1_000])
async def test_a_forged_cookie_is_no_session(forged: str) -> None:
    """The signature counts."""
    small = site()
    async with small.app.test_app():
        mallory = small.app.test_client()
        mallory.set_cookie("localhost", "session", forged)
        assert (await mallory.get("/sse", headers=DATASTAR)).status_code == 204
        assert await who(mallory) == {"user": None, "id": None}


async def test_a_secure_cookie_goes_over_https_only_and_cannot_be_planted_by_a_sibling() -> None:
    """`__Host-`: secure, no domain, the path /."""
    small = Small(secure_cookies=True)
    Live(small.app, create_dispatch([Connections()]), secure_cookies=True)
    set_cookie = (await small.app.test_client().get("/")).headers["set-cookie"]
    assert set_cookie.startswith("__Host-session=")
    assert "Secure" in set_cookie
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Path=/" in set_cookie
    assert "Domain" not in set_cookie


@pytest.mark.parametrize("setting", [{"SESSION_COOKIE_DOMAIN": "a.example"}, {"SESSION_COOKIE_PATH": "/app"}])
def test_settings_that_no_host_cookie_can_have_are_refused(setting: dict[str, str]) -> None:
    """With what to do instead."""
    app = QuartTrio("x")
    app.config.update(setting)
    with pytest.raises(RegistrationError, match="a __Host- cookie has no domain and the path /"):
        Live(app, create_dispatch([Connections()]), secure_cookies=True)


async def test_the_app_s_own_settings_count() -> None:
    """Stricter ones above all."""
    app = QuartTrio("x")
    app.config["SESSION_COOKIE_SAMESITE"] = "Strict"
    Live(app, create_dispatch([Connections()]))
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Strict"
    assert app.config["SESSION_COOKIE_SECURE"] is False


class Kept(UserDict[str, object], SessionMixin):
    """A session that is no dict, as some that are kept on a server."""


class KeptSessions(SessionInterface):
    """One session for all."""

    def __init__(self) -> None:
        self.session = Kept()

    async def open_session(self, app: object, request: object) -> Any:
        """That one."""
        return self.session

    async def save_session(self, app: object, session: object, response: object) -> None:
        """It is kept as it is."""


async def test_sessions_may_be_kept_on_the_server() -> None:
    """By an interface of the app's own."""
    small = site()
    app: Any = small.app
    app.session_interface = KeptSessions()
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as stream:
            await ann.post("/login", headers=DATASTAR)
            assert [event async for event in stream] == []
        async with open_sse(ann, "/sse"):
            assert [one.scope for one in small.streams()] == [small.log[0]]
