"""Objects that an app gives to `Live` once are for many visitors: none of them sees what became of another's."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from quart.typing import ResponseReturnValue
from trio.testing import MockClock

from effects import Context, Registry
from plugins.connections import own_key
from plugins.http import Signal
from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR, Small
from tests.spoiling import Spoiler, spoil

SHOW = ["patch-signals", {"more": {"a": 1}}]
GIVEN: list[Any] = [SHOW, ["note", {"names": []}, [Signal("name", default=[{"a": []}])]]]
NAMES = Signal("names", default=[{"all": []}])


class Form(BaseModel):
    """What is sent."""

    age: int


def app(**options: Any) -> tuple[Small, Spoiler]:
    """An app that fails, and refuses, and streams."""
    spoiler = Spoiler()
    small = Small(spoiler.registry, **options)

    @small.app.post("/fail")
    async def fail() -> ResponseReturnValue:
        return await small.live.reply([["fail"]])

    @small.app.post("/form")
    async def form() -> ResponseReturnValue:
        await small.live.signals(Form)
        raise AssertionError("never")

    @small.app.get("/carry")
    async def carry() -> ResponseReturnValue:
        return await small.live.stream([["fail"]])

    @small.app.get("/room")
    async def room() -> ResponseReturnValue:
        return await small.live.stream(
            [["close-sse"]], key=["room", ["tea"]], on_open=CAME, on_close=[["note", NAMES, {"all": []}]], grace=0
        )

    return small, spoiler


CAME: list[Any] = [["note", NAMES, own_key(["room", ["tea"]]), {"all": []}], SHOW]


@pytest.mark.parametrize("path", ["/fail", "/form"])
async def test_no_request_sees_what_another_did_to_a_handler(path: str) -> None:
    """`on_error` and `on_invalid`."""
    small, spoiler = app(on_error=GIVEN, on_invalid=GIVEN)
    client = await small.visitor()
    for _ in range(3):
        answer = await client.post(path, json={"age": "none"}, headers=DATASTAR)
        assert answer.status_code == 200
    third = len(spoiler.seen) // 3
    assert third
    assert spoiler.seen == spoiler.seen[:third] * 3


async def test_a_default_is_nobodys_but_whose_request_it_is() -> None:
    """Though a module names the placeholder once."""
    seen: list[object] = []
    registry = Registry("take")

    @registry.effect("take")
    def take(ctx: Context, names: object) -> None:
        seen.append(repr(names))
        spoil(names)

    small = Small(registry)
    for _ in range(2):
        (await small.dispatch([["take", NAMES]])).raise_errors()
    assert seen == ["[{'all': []}]"] * 2


@pytest.mark.parametrize("path", ["/carry", "/room"])
async def test_no_stream_sees_what_became_of_another_s_effects(path: str, autojump_clock: MockClock) -> None:
    """`on_error` of one that carries, `on_open` and `on_close` of one that stays."""
    small, spoiler = app(on_error=GIVEN)
    lists: list[list[str]] = []
    async with small.app.test_app():
        client = await small.visitor()
        for _ in range(3):
            async with open_sse(client, path) as stream:
                async for _ in stream:
                    pass
            lists.append([*spoiler.seen])
            spoiler.seen.clear()
    assert lists[0]
    assert lists == [lists[0]] * 3
