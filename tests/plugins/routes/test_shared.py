"""A route is written once, and answers many visitors: none of them sees what became of another's effects."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from pydantic import BaseModel

from effects import Registry
from plugins.connections import ANY, Connection, ConnectionLimits, MemoryStore, own_key
from plugins.http import PathParam, Signal
from plugins.routes import Route, routes
from tests.plugins.http.small import DATASTAR, Small
from tests.spoiling import Spoiler


class Form(BaseModel):
    """What is sent."""

    name: str = ""
    tags: list[str] = []


NAMES: dict[str, Any] = {"names": []}
SHOW = ["patch-signals", {"more": {"a": 1}}]
NOTE = ["note", NAMES, Signal("name"), ["note", NAMES], (1, [2])]
EVERYONE = [ANY, ["room", PathParam("room")]]
OTHERS = {"target": EVERYONE, "exclude": [own_key(["room", "x"]), [ANY, ["room", ["y"]]]]}
HANDLED: dict[str, Any] = {"on_error": [SHOW, NOTE], "on_invalid": [SHOW, ["note", NAMES]]}
WRITTEN = {
    "dispatch": Route("/<room>", signals=Form, dispatch=NOTE),
    "reply": Route("/<room>", signals=Form, dispatch=["note"], reply=[SHOW, NOTE]),
    "target": Route("/<room>", signals=Form, dispatch=NOTE, **OTHERS),  # type: ignore[arg-type]
    "name": Route("/<room>", dispatch=["note", NAMES], target=own_key(["room", PathParam("room")])),
    "on_error": Route("/<room>", signals=Form, dispatch=["fail"], **HANDLED),
    "on_invalid": Route("/<room>", signals=Form, dispatch=NOTE, **HANDLED),
    "default": Route("/<room>", signals=Form, dispatch=["note", Signal("tags"), Signal("name", default=[NAMES])]),
    "default of nobody": Route("/<room>", dispatch=["missing", "a"]),
    "later": Route("/<room>", signals=Form, dispatch=["slowly", NOTE, ["note", [Signal("name", default=[])]]]),
}
SENT: dict[str, Any] = {"on_invalid": {"name": ["no text"]}}


def served(route: Route) -> tuple[Small, Spoiler]:
    """An app with a route, and what happens to its effects."""
    spoiler, registry = Spoiler(), Registry("slowly")

    @registry.effect("slowly")
    async def slowly(ctx: Any, *then: Any) -> None:
        await trio.lowlevel.checkpoint()
        await ctx.dispatch(then)

    @registry.effect("missing")
    def missing(ctx: Any, what: str, names: list[str] = []) -> None:  # noqa: B006
        assert names == []
        names.append(what)

    small = Small(spoiler.registry, registry, store=MemoryStore(ConnectionLimits(scope=9)))
    for bound in routes(small.live, route):
        bound.add_to(small.app)
    for room in ("tea", "x"):
        small.store.add(Connection("somebody", ["room", room]))
    return small, spoiler


@pytest.mark.parametrize("name", WRITTEN)
async def test_no_request_sees_what_another_did_to_a_route(name: str) -> None:
    """One after the other, or at the same time, whatever becomes of what they are handed."""
    route = WRITTEN[name]
    before, (small, spoiler) = repr(route), served(route)
    client = await small.visitor()

    async def ask() -> None:
        answer = await client.post("/tea", json=SENT.get(name, {"name": "ann"}), headers=DATASTAR)
        assert answer.status_code == 200

    await ask()
    alone = [*spoiler.seen]
    assert alone
    await ask()
    assert spoiler.seen == alone * 2
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(ask)
    assert sorted(spoiler.seen) == sorted(alone * 5)
    assert repr(route) == before


async def test_the_effects_of_a_route_may_be_dispatched_in_tests() -> None:
    """As data, again and again."""
    small, spoiler = served(WRITTEN["target"])
    (bound,) = routes(small.live, WRITTEN["target"])
    for effects in (bound.effects, bound.effects, WRITTEN["target"].effects, WRITTEN["target"].effects):
        data = {"signals": {"name": "ann"}, "path": {"room": "tea"}, "connection": {"scope": "s"}}
        (await small.dispatch(effects, data=data)).raise_errors()
    quarter = len(spoiler.seen) // 4
    assert quarter
    assert spoiler.seen == spoiler.seen[:quarter] * 4
