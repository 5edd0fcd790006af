"""A frame that is sent too late, by work that outlives its answer, is an error: it reaches nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing
from pydantic import BaseModel
from quart.typing import ResponseReturnValue

from effects import Context, ErrorRecord, LifecycleError, Registry, Via, hookimpl
from plugins.datastar import html
from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR, Small

Reply = Callable[[Small], Awaitable[ResponseReturnValue]]
LATE = ["patch-elements", html("<p id=late>")]


class Late:
    """An effect that spawns work, which sends something once it is told to. Errors that are heard are kept."""

    name = "late"

    def __init__(self) -> None:
        self.go = trio.Event()
        self.heard: list[ErrorRecord] = []
        self.registry = Registry("late")
        self.registry.effect("later")(self.later)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the effect."""
        return self.registry

    @hookimpl
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Keep it."""
        self.heard.append(record)

    def later(self, ctx: Context) -> None:
        """Go on after the answer."""
        ctx.spawn(self.work)

    async def work(self, ctx: Context) -> None:
        """Send what is late."""
        await self.go.wait()
        await ctx.dispatch([LATE])

    def check(self, what: str) -> None:
        """One error was heard, once."""
        (record,) = self.heard
        assert isinstance(record.exception, LifecycleError)
        assert f"something was sent after {what} was over" in str(record)
        assert "broadcast it to a stream with a key" in str(record)
        assert (record.phase, record.key, record.path[-2:]) == ("execute", "patch-elements", (Via.CONTINUATION, 0))
        assert Via.BACKGROUND in record.path


@pytest.fixture
def late() -> Late:
    """Such a plugin."""
    return Late()


def route(small: Small, method: str, answer: Reply) -> None:
    """Answer requests so."""

    async def view() -> ResponseReturnValue:
        return await answer(small)

    getattr(small.app, method)("/late")(view)


class Named(BaseModel):
    """Signals that have to have a name."""

    name: str


REPLIES: dict[str, Reply] = {
    "reply": lambda small: small.live.reply([["later"]]),
    "reply that fails": lambda small: small.live.reply([["later"], ["fail"]]),
    "on_error": lambda small: small.live.reply([["fail"]], on_error=[["later"]]),
    "on_invalid": lambda small: small.live.reply([], signals=Named, on_invalid=[["later"]]),
}


@pytest.mark.parametrize("headers", [DATASTAR, {}], ids=["datastar", "plain"])
@pytest.mark.parametrize("what", REPLIES)
async def test_what_is_sent_after_a_reply_is_an_error(late: Late, what: str, headers: dict[str, str]) -> None:
    """Whatever was answered, and to whom."""
    small = Small(late)
    route(small, "post", REPLIES[what])
    async with small.app.test_app():
        visitor = await small.visitor()
        await visitor.post("/late", json={}, headers=headers)
        await trio.testing.wait_all_tasks_blocked()
        heard = [record for record in late.heard if record.key != "fail"]
        assert heard == []
        late.go.set()
        await trio.testing.wait_all_tasks_blocked()
        late.heard = [record for record in late.heard if record.key != "fail"]
        if what == "on_invalid" and not headers:
            assert late.heard == []  # who posts a form is told in words, and nothing has run
        else:
            late.check("its answer")


async def test_what_is_sent_after_a_stream_without_a_key_is_an_error(late: Late) -> None:
    """It was read to its end."""
    small = Small(late)
    route(small, "get", lambda small: small.live.stream([["later"]]))
    async with small.app.test_app():
        async with open_sse(await small.visitor(), "/late") as stream:
            assert [event async for event in stream] == []
        late.go.set()
        await trio.testing.wait_all_tasks_blocked()
        late.check("its stream without a key")


async def test_what_is_sent_once_the_client_has_left_is_an_error(late: Late) -> None:
    """A stream without a key ends then, too."""

    @late.registry.effect("wait")
    async def wait(ctx: Context) -> None:
        await trio.sleep_forever()

    small = Small(late)
    route(small, "get", lambda small: small.live.stream([["later"], ["wait"]]))
    async with small.app.test_app():
        async with open_sse(await small.visitor(), "/late"):
            pass
        late.go.set()
        await trio.testing.wait_all_tasks_blocked()
        late.check("its stream without a key")


async def test_what_is_sent_to_a_stream_that_stays_arrives(late: Late) -> None:
    """With a key it is never too late while it is open, and of one that has ended nobody hears."""
    small = Small(late)
    route(small, "get", lambda small: small.live.stream([["later"]], key=["page"]))
    async with small.app.test_app():
        async with open_sse(await small.visitor(), "/late") as stream:
            await trio.testing.wait_all_tasks_blocked()
            late.go.set()
            assert "late" in (await stream.event()).data
        assert late.heard == []


async def test_what_is_sent_in_time_is_no_error(late: Late) -> None:
    """Before the effects are done, spawned work may send, too."""
    late.go.set()

    @late.registry.effect("give-way")
    async def give_way(ctx: Context) -> None:
        await trio.testing.wait_all_tasks_blocked()

    small = Small(late)
    route(small, "post", lambda small: small.live.reply([["later"], ["give-way"]]))
    async with small.app.test_app():
        answer = await (await small.visitor()).post("/late", json={}, headers=DATASTAR)
        assert b"late" in await answer.get_data(as_text=False)
    assert late.heard == []
