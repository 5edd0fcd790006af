"""A client that was cut off comes back to where it was, if it may and if that is known; else it begins anew."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from quart.typing import ResponseReturnValue

from effects import Context, Registry
from plugins.connections import ANY, History
from plugins.http import Allow
from plugins.http.testing import SSEStream, open_sse
from tests.plugins.http.small import DATASTAR, Small


class Board:
    """A board of notes. Its streams begin with how many there are."""

    def __init__(self, history: History | None = None, **options: Any) -> None:
        self.said: list[str] = []
        self.go_on = trio.Event()
        registry = Registry("board")

        @registry.effect("later")
        def later(ctx: Context) -> None:
            ctx.spawn(tell)

        async def tell(ctx: Context) -> None:
            await self.go_on.wait()
            await ctx.dispatch([["patch-signals", {"later": 1}]])

        self.allow: Allow = lambda _: True
        self.small = Small(registry, history=History() if history is None else history, heartbeat=15, **options)
        app, live = self.small.app, self.small.live

        @app.get("/sse")
        async def sse() -> ResponseReturnValue:
            return await live.stream(
                lambda: [["patch-signals", {"all": len(self.said)}], ["patch-signals", {"whole": True}]],
                key="board",
                allow=self.allow,
                replay=True,
            )

        @app.get("/own")
        async def own() -> ResponseReturnValue:
            return await live.stream([["patch-signals", {"own": 1}], ["later"]], key="own", replay=True)

        @app.post("/out")
        async def out() -> ResponseReturnValue:
            live.end_session()
            return ""

        @app.post("/rotate")
        async def rotate() -> ResponseReturnValue:
            live.rotate_session()
            return await live.reply([])

    async def say(self, text: str, key: str = "board") -> None:
        """Put a note on the board."""
        self.said.append(text)
        told = ["broadcast", {"pattern": [ANY, key]}, ["patch-signals", {"said": text}]]
        (await self.small.dispatch([told])).raise_errors()


async def signals(stream: SSEStream, count: int) -> list[dict[str, object]]:
    """Return what the next events patch."""
    return [(await stream.event()).signals for _ in range(count)]


BEGINNING = [{"all": 0}, {"whole": True}]


async def test_what_was_said_meanwhile_is_replayed_instead_of_the_beginning() -> None:
    """Once, in order, and what comes then follows; also when it is cut off again."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            assert await signals(first, 2) == BEGINNING
            await board.say("one")
            assert await signals(first, 1) == [{"said": "one"}]
        await board.say("two")
        await board.say("three")
        async with first.reconnect() as second:
            await board.say("four")
            assert await signals(second, 3) == [{"said": "two"}, {"said": "three"}, {"said": "four"}]
        await board.say("five")
        async with second.reconnect() as third:
            assert await signals(third, 1) == [{"said": "five"}]


async def test_nothing_is_missed_or_sent_twice_while_it_comes_back() -> None:
    """Neither what is said before the stream is stored, nor what is said before its beginning is known."""
    board = Board()
    asked: list[str] = []

    async def allow(_: object) -> bool:
        asked.append(f"as allow is asked the {len(asked) + 1}. time")
        await board.say(asked[-1])
        return True

    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
        board.allow = allow
        await board.say("before")
        async with first.reconnect() as again:
            await board.say("after")
            said = [one["said"] for one in await signals(again, 4)]
            assert said == ["before", *asked, "after"]
            assert len(asked) == 2


async def test_an_id_stands_behind_what_it_is_about() -> None:
    """Whoever is cut off in the middle of the beginning has none, and one of a note says that it has arrived."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
            assert b'"whole":true' in first.body.partition(b"id: ")[0]
            assert first.body.endswith(b".0\n\n")
            await board.say("one")
            await signals(first, 1)
            assert first.body.endswith(b".1\n\n")
            assert first.body.count(b"id: ") == 2


async def test_a_client_that_got_nothing_but_the_beginning_has_a_place() -> None:
    """Its id comes with the beginning, whether anything follows or not."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
        async with first.reconnect() as again:
            await board.say("one")
            assert await signals(again, 1) == [{"said": "one"}]


async def test_a_quiet_stream_keeps_up_with_what_others_are_sent(autojump_clock: trio.testing.MockClock) -> None:
    """With each heartbeat: or else the history would soon not reach back to it."""
    board = Board(History(max_frames=3))
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
            for _ in range(5):
                others = ["broadcast", {"pattern": [ANY, "other"]}, ["patch-signals", {"said": "to others"}]]
                (await board.small.dispatch([others])).raise_errors()
            with trio.move_on_after(20):
                await first.event()
        await board.say("one")
        async with first.reconnect() as again:
            assert await signals(again, 1) == [{"said": "one"}]


async def test_where_the_history_does_not_reach_back_it_begins_anew() -> None:
    """It is told so by its beginning, never by silence."""
    board = Board(History(max_frames=2))
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
        for number in range(3):
            await board.say(str(number))
        async with first.reconnect() as again:
            assert await signals(again, 2) == [{"all": 3}, {"whole": True}]


async def test_another_visitor_gets_nothing_for_somebodys_id() -> None:
    """Their stream begins as any other."""
    board = Board()
    async with board.small.app.test_app():
        ann, bob = await board.small.visitor(), await board.small.visitor()
        async with open_sse(ann, "/sse") as first:
            await signals(first, 2)
        await board.say("for those who were there")
        async with open_sse(bob, "/sse", headers={"Last-Event-ID": first.last_id}) as other:
            assert await signals(other, 2) == [{"all": 1}, {"whole": True}]
        async with first.reconnect() as again:
            assert await signals(again, 1) == [{"said": "for those who were there"}]


@pytest.mark.parametrize("last", ["", ".", "1", "x.1", "\xff.1", "a" * 10_000, "%00", "../etc"])
async def test_ids_that_nobody_gave_are_ignored(last: str) -> None:
    """The stream begins as any other."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse", headers={"Last-Event-ID": last}) as stream:
            assert stream.status == 200
            assert await signals(stream, 2) == BEGINNING


async def test_who_may_not_come_back_gets_nothing() -> None:
    """`allow` is asked first; and once it has said yes again, what was said meanwhile is still not theirs to see."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
        board.allow = lambda _: False
        (await board.small.dispatch([["disconnect", {"pattern": [ANY, "board"]}]])).raise_errors()
        await board.say("a secret")
        async with first.reconnect() as refused:
            assert (refused.status, refused.body) == (204, b"")
        board.allow = lambda _: True
        async with first.reconnect() as again:
            assert await signals(again, 2) == [{"all": 1}, {"whole": True}]


async def test_what_does_not_fit_is_not_replayed() -> None:
    """Or the client would be cut off for it, each time it came back."""
    board = Board(max_bytes=100)
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
        for number in range(200):
            await board.say(str(number))
        async with first.reconnect() as again:
            assert await signals(again, 2) == [{"all": 200}, {"whole": True}]


async def test_what_a_stream_is_sent_alone_is_not_replayed() -> None:
    """Such as by what its own effects have spawned: who comes back begins anew."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/own") as first:
            await signals(first, 1)
            before = first.last_id
            board.go_on.set()
            assert await signals(first, 1) == [{"later": 1}]
        for last, expected in ((first.last_id, {"said": "one"}), (before, {"own": 1})):
            async with open_sse(client, "/own", headers={"Last-Event-ID": last}) as again:
                await board.say("one", "own")
                assert await signals(again, 1) == [expected]


async def test_a_heartbeat_says_nothing_of_what_is_queued(autojump_clock: trio.testing.MockClock) -> None:
    """Whatever comes first, when both come at once: each note arrives with an id that says so, or without."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
            for number in range(40):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_at, trio.current_time() + 15, board, str(number))
                assert (await first.event()).signals == {"said": str(number)}
            body = first.body.decode().split("\n\n")
        said = 0
        for part in body:
            said += part.startswith("event:") and '"said"' in part
            if part.startswith("id: "):
                assert int(part.rpartition(".")[2]) <= said


async def _at(time: float, board: Board, text: str) -> None:
    await trio.sleep_until(time)
    await board.say(text)


@pytest.mark.parametrize("way", ["/out", "/rotate"])
async def test_a_session_that_has_ended_has_no_places(way: str) -> None:
    """Whatever its client claims."""
    board = Board()
    async with board.small.app.test_app():
        client = await board.small.visitor()
        async with open_sse(client, "/sse") as first:
            await signals(first, 2)
        await client.post(way, headers=DATASTAR)
        await board.say("a secret")
        await client.get("/")
        async with first.reconnect() as again:
            assert await signals(again, 2) == [{"all": 1}, {"whole": True}]


async def test_a_stream_that_replays_needs_a_history_and_a_key() -> None:
    """Mistakes of whoever writes the route."""
    small = Small()
    errors: list[BaseException] = []

    @small.app.get("/sse/<kind>")
    async def sse(kind: str) -> ResponseReturnValue:
        return await small.live.stream([], key="key" if kind == "keyed" else None, replay=True)

    @small.app.errorhandler(Exception)
    async def note(error: Exception) -> ResponseReturnValue:
        errors.append(error)
        return "", 500

    async with small.app.test_app():
        client = await small.visitor()
        for kind, message in (("keyed", "replay needs a history"), ("bare", "belong to a stream with a key")):
            assert (await client.get(f"/sse/{kind}", headers=DATASTAR)).status_code == 500
            assert message in str(errors[-1])
        assert small.streams() == []
