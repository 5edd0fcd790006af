"""The lobby's pages and routes, in the test client: who sees what, and who cannot do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import trio
from markupsafe import escape

from demo.app import app
from demo.lobby import rooms
from demo.rooms import Rooms
from plugins.http.testing import SSEStream, open_sse

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

DATASTAR = {"Datastar-Request": "true"}
BROWSER = {"Accept": "text/html", "Origin": "http://localhost"}
NASTY = [
    "'\"><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "😀 👩‍👩‍👧 שלום עליכם",
    "a\u2028b\u2029c\u0085d",
    "@get('/x') ${1} {{x}}",
    "line\n\n line",
    "x" * 10_000,
]


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms as they are at the start."""
    monkeypatch.setattr(rooms, "_rooms", Rooms()._rooms)
    monkeypatch.setattr(rooms, "_left", Rooms()._left)


async def member(name: str, room: str = "tea") -> TestClientProtocol:
    """A browser that has joined."""
    client = app.test_client()
    assert (await client.get("/lobby", query_string={"room": room})).status_code == 200
    answer = await client.post(f"/lobby/{room}/join", json={"name": name}, headers=DATASTAR)
    assert answer.status_code == 200
    assert f"/lobby/{room}/sse" in await answer.get_data(as_text=True)
    return client


async def greeted(stream: SSEStream, *, first: bool = True) -> str:
    """What a stream begins with: who is here, and for the first of somebody's tabs what everyone is told of them."""
    here, said, last, connected = [await stream.event() for _ in range(4)]
    assert (here.event, said.event) == ("datastar-patch-elements",) * 2
    assert set(last.signals) == {"last"}
    assert connected.signals == {"connected": True}
    return (await stream.event()).elements if first else here.elements


async def say(client: Any, text: object, room: str = "tea") -> int:
    """Post a message; the status of the answer."""
    return int((await client.post(f"/lobby/{room}/message", json={"text": text}, headers=DATASTAR)).status_code)


async def text_of(client: Any, room: str = "tea") -> str:
    """The page, as a browser without JavaScript sees it."""
    return str(await (await client.get("/lobby", query_string={"room": room})).get_data(as_text=True))


async def test_without_a_room_there_is_one() -> None:
    """Every room has an address, so that a reload leads back into it."""
    client = app.test_client()
    for query in ({}, {"room": " "}, {"room": "x" * 41}):
        answer = await client.get("/lobby", query_string=query)
        assert (answer.status_code, answer.headers["location"]) == (302, "/lobby?room=tea")


async def test_people_see_each_other_come_talk_and_go() -> None:
    """In their own room, and nobody else's."""
    async with app.test_app():
        ann, ben, cy = await member("Ann"), await member("Ben"), await member("Cy", "bar")
        async with open_sse(ann, "/lobby/tea/sse") as one, open_sse(cy, "/lobby/bar/sse") as other:
            assert "Ann" in await greeted(one)
            assert "Cy" in await greeted(other)
            async with open_sse(ben, "/lobby/tea/sse") as two:
                assert "Ann</bdi></li><li><bdi>Ben" in await greeted(two)
                assert "Ben" in (await one.event()).elements
                assert "Ben</bdi> joined." in (await one.event()).elements
                assert await say(ben, "hello") == 200
                for stream in (one, two):
                    assert 'Ben</bdi></strong> <span dir="auto">hello' in (await stream.event()).elements
                    assert (await stream.event()).signals == {"last": 1}
                answer = await ben.post("/lobby/tea/leave", headers=DATASTAR)
                assert 'id="name"' in await answer.get_data(as_text=True)
                assert "Ben" not in (await two.event()).elements
                assert 'id="name"' in (await two.event()).elements
                assert [event async for event in two] == []
                async with two.reconnect() as again:
                    assert again.status == 204
            assert "Ben" not in (await one.event()).elements
            assert "Ben</bdi> left." in (await one.event()).elements
            assert await say(cy, "hello", "bar") == 200
            assert "Cy" in (await other.event()).elements


async def test_who_closes_their_last_tab_is_gone_after_a_grace(autojump_clock: trio.testing.MockClock) -> None:
    """Not before: two tabs are one person, and a reload is nobody going."""
    async with app.test_app():
        ann, ben = await member("Ann"), await member("Ben")
        async with open_sse(ann, "/lobby/tea/sse") as one:
            await greeted(one)
            async with open_sse(ben, "/lobby/tea/sse") as two:
                await greeted(two)
                assert "Ben" in (await one.event()).elements
                assert "Ben</bdi> joined." in (await one.event()).elements
                async with open_sse(ben, "/lobby/tea/sse") as tab:
                    await greeted(tab, first=False)
                async with two.reconnect() as reloaded:
                    await greeted(reloaded, first=False)
            gone = trio.current_time()
            assert "Ben" not in (await one.event()).elements
            assert trio.current_time() == pytest.approx(gone + 3)
            assert "Ben</bdi> left." in (await one.event()).elements


@pytest.mark.parametrize("text", NASTY)
async def test_a_message_survives_what_messages_meet(text: str) -> None:
    """It arrives as the text that it is."""
    async with app.test_app():
        ann = await member("Ann")
        async with open_sse(ann, "/lobby/tea/sse") as stream:
            await greeted(stream)
            assert await say(ann, text) == 200
            assert f'<span dir="auto">{escape(text)}</span>' in (await stream.event()).elements


async def test_nobody_speaks_as_another() -> None:
    """Whatever is sent along; and nobody takes a name that is in use."""
    async with app.test_app():
        ann = await member("Ann")
        async with open_sse(ann, "/lobby/tea/sse") as stream:
            await greeted(stream)
            await ann.post("/lobby/tea/message?name=Ben", json={"text": "x", "name": "Ben"}, headers=DATASTAR)
            assert "Ann</bdi>" in (await stream.event()).elements
            stranger = app.test_client()
            await stranger.get("/lobby?room=tea")
            answer = await stranger.post("/lobby/tea/join", json={"name": "ANN"}, headers=DATASTAR)
            assert "Somebody in this room has that name." in await answer.get_data(as_text=True)
            assert await say(stranger, "x") == 403


async def test_nobody_speaks_or_listens_where_they_have_not_joined() -> None:
    """Strangers, members of another room, those who left, those from another site."""
    async with app.test_app():
        ann = await member("Ann")
        for client, room in ((ann, "bar"), (app.test_client(), "tea")):
            await client.get("/lobby?room=tea")
            assert await say(client, "x", room) == 403
            assert (await client.get(f"/lobby/{room}/sse", headers=DATASTAR)).status_code == 204
            assert (await client.post(f"/lobby/{room}/leave", headers=DATASTAR)).status_code == 403
        evil = {"Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded"}
        assert (await ann.post("/lobby/tea/message", data=b"text=x", headers=evil)).status_code == 403
        await ann.post("/lobby/tea/leave", headers=DATASTAR)
        assert await say(ann, "x") == 403
        assert not any(state.messages for state in rooms.now().values())


async def test_without_javascript_the_same_routes_work() -> None:
    """A form leads into the room, says something there, and leads out."""
    async with app.test_app():
        ann = app.test_client()
        await ann.get("/lobby?room=tea")
        answer = await ann.post("/lobby/tea/join", form={"name": "Ann"}, headers=BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (303, "/lobby?room=tea")
        page = await text_of(ann)
        assert "Nobody has said anything yet." in page
        assert 'aria-label="Who is here"><li><bdi>Ann' in page
        room = {**BROWSER, "Referer": "http://localhost/lobby?room=tea"}
        answer = await ann.post("/lobby/tea/message", form={"text": "<hello>"}, headers=room)
        assert (answer.status_code, answer.headers["location"]) == (303, room["Referer"])
        assert "&lt;hello&gt;" in await text_of(ann)
        answer = await ann.post("/lobby/tea/leave", headers=room)
        assert (answer.status_code, answer.headers["location"]) == (303, "/lobby?room=tea")
        assert 'id="name"' in await text_of(ann)


async def test_without_javascript_whoever_is_kept_out_is_told() -> None:
    """On the page they come back to."""
    async with app.test_app():
        ann, other = await member("Ann"), app.test_client()
        async with open_sse(ann, "/lobby/tea/sse") as stream:
            await greeted(stream)
            await other.get("/lobby?room=tea")
            answer = await other.post("/lobby/tea/join", form={"name": "Ann"}, headers=BROWSER)
            assert answer.headers["location"] == "/lobby?room=tea&refused=1"
            page = await (await other.get(answer.headers["location"])).get_data(as_text=True)
            assert "Somebody in this room has that name, or you have another elsewhere.</p>" in page


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 41, None, 7])
async def test_a_name_that_nobody_could_read_is_refused(name: object) -> None:
    """With a message beside the field."""
    client = app.test_client()
    await client.get("/lobby?room=tea")
    answer = await client.post("/lobby/tea/join", json={"name": name}, headers=DATASTAR)
    assert '{"errors":{"name":"' in await answer.get_data(as_text=True)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001])
async def test_a_message_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    """And not kept."""
    async with app.test_app():
        ann = await member("Ann")
        answer = await ann.post("/lobby/tea/message", json={"text": text}, headers=DATASTAR)
        assert '{"errors":{"text":"' in await answer.get_data(as_text=True)
        assert rooms.now()["tea"].messages == ()


@pytest.mark.parametrize("room", ["*", "a b", "ä&ö", "...", "<b>", "%2F"])
async def test_a_room_may_have_any_name(room: str) -> None:
    """Also one that looks like a pattern, a path, or markup."""
    path = f"/lobby/{quote(quote(room, safe=''), safe='%')}"
    async with app.test_app():
        client = app.test_client()
        page = await text_of(client, room)
        assert f"<bdi>{escape(room)}</bdi>" in page
        await client.post(f"{path}/join", json={"name": "Ann"}, headers=DATASTAR)
        async with open_sse(client, f"{path}/sse") as stream:
            assert "Ann" in await greeted(stream)
        assert list(rooms.now()) == [room]


async def test_a_room_that_nobody_could_name_has_no_door() -> None:
    """Nor can it be joined."""
    client = app.test_client()
    await client.get("/lobby?room=tea")
    answer = await client.post(f"/lobby/{'x' * 41}/join", json={"name": "Ann"}, headers=DATASTAR)
    assert answer.status_code == 403


async def test_who_leaves_and_joins_at_once_is_there(autojump_clock: trio.testing.MockClock) -> None:
    """For everybody, and after the grace, too."""
    async with app.test_app():
        ann, ben = await member("Ann"), await member("Ben")
        async with open_sse(ann, "/lobby/tea/sse") as one:
            await greeted(one)
            async with open_sse(ben, "/lobby/tea/sse") as two:
                await greeted(two)
                await ben.post("/lobby/tea/leave", headers=DATASTAR)
            await ben.post("/lobby/tea/join", json={"name": "Ben"}, headers=DATASTAR)
            async with open_sse(ben, "/lobby/tea/sse") as again:
                assert "Ann</bdi></li><li><bdi>Ben" in await greeted(again)
                await trio.sleep(10)
                assert rooms.now()["tea"].names == ["Ann", "Ben"]
                assert await say(ben, "hello") == 200


async def test_a_name_is_somebody_s_until_they_leave() -> None:
    """With or without a stream; then it is free."""
    async with app.test_app():
        ann, other = await member("Ann"), app.test_client()
        await other.get("/lobby?room=tea")
        for _ in range(2):
            answer = await other.post("/lobby/tea/join", json={"name": "ann"}, headers=DATASTAR)
            assert "Somebody in this room has that name." in await answer.get_data(as_text=True)
            assert await say(ann, "mine") == 200
        await ann.post("/lobby/tea/leave", headers=DATASTAR)
        answer = await other.post("/lobby/tea/join", json={"name": "ann"}, headers=DATASTAR)
        assert "/lobby/tea/sse" in await answer.get_data(as_text=True)
        assert await say(ann, "mine") == 403


async def test_a_cookie_from_before_does_not_lead_back() -> None:
    """Such as one that another tab's answer brought: who has left has left, until they join again."""
    async with app.test_app():
        ann: Any = await member("Ann")
        (old,) = [cookie for cookie in ann.cookie_jar if cookie.name == "session"]
        await ann.post("/lobby/tea/leave", headers=DATASTAR)
        ann.cookie_jar.set_cookie(old)
        assert await say(ann, "still here") == 403
        assert (await ann.get("/lobby/tea/sse", headers=DATASTAR)).status_code == 204
        assert 'id="name"' in await text_of(ann)


async def test_who_has_lost_their_name_finds_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new server knows nobody's name: the first to come has it."""
    async with app.test_app():
        ann, thief = await member("Ann"), await member("Thief")
        monkeypatch.setattr(rooms, "_rooms", {})
        await thief.post("/lobby/tea/leave", headers=DATASTAR)
        await thief.post("/lobby/tea/join", json={"name": "Ann"}, headers=DATASTAR)
        assert await say(ann, "x") == 403
        assert 'id="name"' in await text_of(ann)
        answer = await ann.post("/lobby/tea/join", json={"name": "Anna"}, headers=DATASTAR)
        assert "/lobby/tea/sse" in await answer.get_data(as_text=True)
        assert await say(ann, "x") == 200


async def test_back_shows_what_is_so() -> None:
    """No browser keeps the page of a room or of its door."""
    answer = await app.test_client().get("/lobby?room=tea")
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Cookie")
