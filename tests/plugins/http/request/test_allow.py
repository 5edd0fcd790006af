"""`allow=`: who may, as those would try it who may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from quart import session
from quart.typing import ResponseReturnValue

from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR, Small


def guarded(allow: Any) -> Small:
    """A reply and a stream with the same guard."""
    small = Small()

    @small.app.post("/reply")
    async def reply() -> ResponseReturnValue:
        return await small.live.reply([["note", "ran"]], allow=allow)

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        opened, closed = [["note", "opened"]], [["note", "closed"]]
        return await small.live.stream([["note", "ran"]], key="k", allow=allow, on_open=opened, on_close=closed)

    @small.app.get("/passing")
    async def passing() -> ResponseReturnValue:
        return await small.live.stream([["note", "ran"]], allow=allow)

    return small


async def no(data: Mapping[str, object]) -> bool:
    """Refuse, after a while."""
    await trio.lowlevel.checkpoint()
    return False


@pytest.mark.parametrize("allow", [False, lambda data: False, no])
async def test_who_is_refused_gets_403_and_for_a_stream_204_and_nothing_runs(allow: object) -> None:
    """204 makes the Datastar client stay away; others are told."""
    small = guarded(allow)
    async with small.app.test_app():
        ann = await small.visitor()
        assert (await ann.post("/reply", headers=DATASTAR)).status_code == 403
        assert (await ann.post("/reply")).status_code == 403
        for path in ("/sse", "/passing"):
            assert (await ann.get(path, headers=DATASTAR)).status_code == 204
            assert (await ann.get(path, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 403
        assert small.streams() == []
    assert small.log == []


async def yes(data: Mapping[str, object]) -> bool:
    """Allow, after a while."""
    await trio.lowlevel.checkpoint()
    return True


@pytest.mark.parametrize("allow", [True, None, lambda data: True, yes])
async def test_who_is_allowed_passes(allow: object) -> None:
    """A verdict, or a function of the request's data, sync or async."""
    small = guarded(allow)
    async with small.app.test_app():
        ann = await small.visitor()
        assert (await ann.post("/reply", headers=DATASTAR)).status_code == 200
        async with open_sse(ann, "/sse") as stream:
            assert stream.status == 200
    assert small.log == ["ran", "opened", "ran", "closed"]


async def test_it_is_asked_about_this_request() -> None:
    """With what the placeholders are resolved from."""
    asked: list[Mapping[str, Any]] = []

    def allow(data: Mapping[str, Any]) -> bool:
        asked.append(data)
        return True

    small = Small()

    @small.app.get("/sse/<room>")
    async def sse(room: str) -> ResponseReturnValue:
        session["user"] = "ann"
        return await small.live.stream([], key=("room", room), allow=allow)

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, '/sse/blue?datastar={"a":1}'):
            (stream,) = small.streams()
    (data,) = asked
    assert data["signals"] == {"a": 1}
    assert data["path"] == {"room": "blue"}
    assert data["session"]["user"] == "ann"
    assert data["connection"] == {"scope": stream.scope, "key": ("room", "blue")}


@pytest.mark.parametrize("answer", [1, "yes", None, object()])
async def test_an_answer_that_is_no_bool_is_no_yes(answer: object) -> None:
    """A coroutine nobody awaited would be one, else."""
    small = guarded(lambda data: answer)
    async with small.app.test_app():
        ann = await small.visitor()
        assert (await ann.post("/reply", headers=DATASTAR)).status_code == 500
        assert (await ann.get("/sse", headers=DATASTAR)).status_code == 500
    assert small.log == []


async def test_who_is_thrown_out_while_the_verdict_is_awaited_stays_out() -> None:
    """Asked before it is stored, a stream would miss the `disconnect` that was for it."""
    members = {"ann"}

    async def is_member(data: Mapping[str, object]) -> bool:
        verdict = "ann" in members
        await trio.lowlevel.checkpoint()
        members.clear()
        return verdict

    small = guarded(is_member)
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as stream:
            assert stream.status == 204
            assert small.streams() == []
    assert small.log == []


async def test_strangers_are_not_even_asked_about() -> None:
    """Without a session there is no stream; from another site there is nothing."""
    asked: list[object] = []

    def allow(data: Mapping[str, object]) -> bool:
        asked.append(data)
        return True

    small = guarded(allow)
    async with small.app.test_app():
        stranger = small.app.test_client()
        assert (await stranger.get("/sse", headers=DATASTAR)).status_code == 204
        cross = {**DATASTAR, "Sec-Fetch-Site": "cross-site"}
        assert (await stranger.post("/reply", headers=cross)).status_code == 403
    assert asked == []
