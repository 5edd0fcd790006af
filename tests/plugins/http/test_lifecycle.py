"""`on_open`, `on_close` and limits, as clients bring them about."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from quart.typing import ResponseReturnValue
from trio.testing import MockClock

from effects import Context, Placeholder, Registry
from plugins.connections import ConnectionLimits, MemoryStore
from plugins.http import PathParam
from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR, Small


def room(*, store: MemoryStore | None = None) -> Small:
    """A room that says who comes and goes."""
    small = Small(store=store)
    gone = ["note", "left", PathParam("name"), Placeholder("connection/cause")]

    @small.app.get("/room/<name>")
    async def sse(name: str) -> ResponseReturnValue:
        first = [["note", "snapshot"], ["patch-signals", {"n": 1}]]
        came = [["note", "came", Placeholder("connection/own-key")], ["patch-signals", {"n": 2}]]
        return await small.live.stream(first, key=("room", name), on_open=came, on_close=[gone], grace=2)

    return small


CAME = ("came", ("room", "ann"))


async def test_on_open_is_done_before_the_snapshot_and_what_it_sends_follows_it(autojump_clock: MockClock) -> None:
    """So that the snapshot has seen it."""
    small = room()
    async with small.app.test_app():
        async with open_sse(await small.visitor(), "/room/ann") as stream:
            assert [(await stream.event()).signals for _ in range(2)] == [{"n": 1}, {"n": 2}]
            assert small.log == [CAME, "snapshot"]
        await trio.sleep(3)
        assert small.log[2:] == [("left", "ann", "closed")]


async def test_a_reload_does_not_flicker(autojump_clock: MockClock) -> None:
    """Gone and back within the grace."""
    small = room()
    async with small.app.test_app(), open_sse(await small.visitor(), "/room/ann") as stream:
        await stream.event()
        await stream.drop()
        await trio.sleep(1)
        async with stream.reconnect():
            await trio.sleep(10)
            assert small.log == [CAME, "snapshot", "snapshot"]
        await trio.sleep(3)
        assert small.log[3:] == [("left", "ann", "closed")]


async def test_two_tabs_of_one_visitor_are_one(autojump_clock: MockClock) -> None:
    """The first comes, the last goes."""
    small = room()
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/room/ann"):
            async with open_sse(ann, "/room/ann"):
                await trio.sleep(1)
            await trio.sleep(10)
            assert small.log.count(CAME) == 1
            assert len(small.log) == 3
        await trio.sleep(3)
    assert small.log[3:] == [("left", "ann", "closed")]


async def test_a_slow_on_close_leaves_no_page_blank(autojump_clock: MockClock) -> None:
    """The effects of a reload no longer wait for it. What is announced is announced in order, and reaches the page."""
    slow = Registry("slow")

    @slow.effect("mail")
    async def mail(ctx: Context) -> None:
        small.log.append("mail")
        await trio.sleep(45)
        small.log.append("mailed")

    small = Small(slow)

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        came = [["note", "came"], ["patch-signals", {"n": 2}]]
        first = [["note", "snapshot"], ["patch-signals", {"n": 1}]]
        return await small.live.stream(first, key="k", on_open=came, on_close=[["mail"]], grace=0)

    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/sse") as stream:
            assert [(await stream.event()).signals for _ in range(2)] == [{"n": 1}, {"n": 2}]
        await trio.sleep(1)
        async with open_sse(client, "/sse") as again:
            assert (await again.event()).signals == {"n": 1}
            assert small.log == ["came", "snapshot", "mail", "snapshot"]
            assert (await again.event()).signals == {"n": 2}
            assert small.log[4:] == ["mailed", "came"]


async def test_when_the_app_stops_everyone_leaves_without_grace(autojump_clock: MockClock) -> None:
    """With the cause."""
    small = room()
    async with trio.open_nursery() as nursery:
        opened = trio.Event()

        async def visit() -> None:
            async with open_sse(await small.visitor(), "/room/ann") as stream:
                await stream.event()
                opened.set()
                async for _ in stream:
                    pass

        async with small.app.test_app():
            nursery.start_soon(visit)
            await opened.wait()
    assert small.log[-1] == ("left", "ann", "shutdown")
    assert trio.current_time() < 1


async def test_a_stream_without_a_key_has_no_life_of_its_own() -> None:
    """That is a mistake in the app."""
    small = Small()

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        with pytest.raises(TypeError, match="belong to a stream with a key"):
            await small.live.stream([], on_close=[["note", "never"]])
        return "refused"

    answer = await small.app.test_client().get("/sse", headers=DATASTAR)
    assert await answer.get_data(as_text=True) == "refused"


async def test_where_there_is_no_room_the_client_is_told_to_come_back_later(autojump_clock: MockClock) -> None:
    """With a time drawn for each, so that they do not all come at once; the others are not harmed."""
    small = room(store=MemoryStore(ConnectionLimits(scope=1)))
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/room/ann") as stream:
            await stream.event()
            waits: set[Any] = set()
            for _ in range(10):
                async with open_sse(ann, "/room/other") as refused:
                    assert refused.status == 200
                    assert [event async for event in refused] == []
                    waits.add(refused.retry)
            assert len(waits) > 1
            assert all(5_000 <= wait < 15_000 for wait in waits)
            answer = await ann.get("/room/other", headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 503
            assert 5 <= int(answer.headers["Retry-After"]) < 15
            assert small.log == [CAME, "snapshot"]
            assert len(small.streams()) == 1


async def test_a_newer_tab_may_take_the_place_of_the_oldest(autojump_clock: MockClock) -> None:
    """Where the limits say so; nobody has left."""
    small = room(store=MemoryStore(ConnectionLimits(key=1, evict=["key"])))
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/room/ann") as old:
            await old.event()
            async with open_sse(ann, "/room/ann"):
                assert [event.signals async for event in old] == [{"n": 2}]
                await trio.sleep(10)
                assert small.log == [CAME, "snapshot", "snapshot"]


async def test_member_placeholders_work_in_the_snapshot_too(autojump_clock: MockClock) -> None:
    """The stream that opens is its own member."""
    small = Small()

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"key": Placeholder("connection/key")}]], key="k")

    async with small.app.test_app(), open_sse(await small.visitor(), "/sse") as stream:
        assert (await stream.event()).signals == {"key": "k"}
