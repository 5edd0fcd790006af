"""`broadcast` and `with-connection`: the effects run once, and every connection gets the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
import trio

from effects import (
    Context,
    Dispatch,
    LimitError,
    Limits,
    Placeholder,
    RegistrationError,
    Registry,
    Sink,
    create_dispatch,
)
from effects.testing import MemorySink
from plugins.connections import ANY, BroadcastResult, Connection, Connections, MemoryStore, Presence

HOME = [ANY, ["page", "home", ANY]]


def registry(calls: list[str]) -> Registry:
    """Register effects that send text, and count how often they run."""
    test = Registry("test", late=["sink"])

    @test.effect("say")
    def say(ctx: Context, text: str, *, sink: Sink) -> None:
        calls.append(text)
        sink.send(text.encode())

    @test.effect("hang-up")
    def hang_up(ctx: Context, *, sink: Sink) -> None:
        sink.close()

    @test.placeholder("who", each=True)
    def who(data: object, member: Connection) -> object:
        return member.scope

    @test.placeholder("sender")
    def sender(data: dict[str, object]) -> object:
        return data["sender"]

    return test


class World:
    """A dispatch with some connections."""

    def __init__(self, *, max_frames: int = 10, limits: Limits | None = None) -> None:
        self.calls: list[str] = []
        self.store = MemoryStore()
        self.dispatch: Dispatch = create_dispatch([Connections(self.store), registry(self.calls)], limits=limits)
        self.people = {name: Connection(name, ("page", "home", name), max_frames=max_frames) for name in "abc"}
        for person in self.people.values():
            self.store.add(person)

    async def run(self, *effects: object, **data: object) -> BroadcastResult:
        """Dispatch, and return the value of the first effect."""
        result = (await self.dispatch(effects, data=data)).raise_errors()
        value = result.results[0].value
        assert isinstance(value, BroadcastResult)
        return value

    def text_for(self, name: str) -> bytes:
        """Return the bytes queued for one person."""
        return b"".join(self.people[name]._frames)


async def test_a_broadcast_runs_its_effects_once_and_reaches_all() -> None:
    """One run, one encoding, the very same bytes in every queue."""
    world = World()
    result = await world.run(["broadcast", {"pattern": HOME}, ["say", "hi"], ["say", "ho"]])
    assert world.calls == ["hi", "ho"]
    assert [world.text_for(name) for name in "abc"] == [b"hiho"] * 3
    assert len({id(person._frames[0]) for person in world.people.values()}) == 1
    assert result == BroadcastResult(matched=3, queued=6)


async def test_a_broadcast_that_reaches_nobody_runs_all_the_same() -> None:
    """Effects may do more than send."""
    world = World()
    assert await world.run(["broadcast", {"pattern": ["x", ANY]}, ["say", "hi"]]) == BroadcastResult(matched=0)
    assert world.calls == ["hi"]


@pytest.mark.parametrize("exclude", [["a", ANY], [["a", ANY]], [["a", ("page", "home", "a")], ["x", "y"]]])
async def test_a_broadcast_leaves_out_whom_it_is_told(exclude: list[object]) -> None:
    """`exclude` is one name or pattern, or a list of several."""
    world = World()
    await world.run(["broadcast", {"pattern": HOME, "exclude": exclude}, ["say", "hi"]])
    assert [world.text_for(name) for name in "abc"] == [b"", b"hi", b"hi"]


async def test_nested_placeholders_are_the_sender_s() -> None:
    """They are bound when the nested effects run, from the data of the dispatch around them."""
    world = World()
    await world.run(["broadcast", {"pattern": HOME}, ["say", Placeholder("sender")]], sender="Ann")
    assert world.text_for("b") == b"Ann"


async def test_placeholders_for_each_member_are_resolved_for_each() -> None:
    """The effect runs once for each member."""
    world = World()
    await world.run(["broadcast", {"pattern": HOME}, ["say", Placeholder("who")]])
    assert [world.text_for(name) for name in "abc"] == [b"a", b"b", b"c"]


async def test_one_that_overflows_is_cut_off_and_the_others_never_notice() -> None:
    """The result counts the frames that were dropped."""
    world = World(max_frames=1)
    world.people["a"].send(b"old")
    result = await world.run(["broadcast", {"pattern": HOME}, ["say", "hi"]])
    assert result == BroadcastResult(matched=3, queued=2, dropped=1, evicted=1)
    assert world.people["a"].cause == "overflow"
    assert world.text_for("b") == b"hi"


async def test_who_matches_is_settled_at_the_start() -> None:
    """A connection that comes while it runs is not reached."""
    world = World()
    late = Connection("d", ("page", "home", "d"))
    test = Registry("late")

    @test.effect("arrive")
    def arrive(ctx: Context) -> None:
        world.store.add(late)

    dispatch = create_dispatch([Connections(world.store), registry(world.calls), test])
    await dispatch([["broadcast", {"pattern": HOME}, ["arrive"], ["say", "hi"]]])
    assert not late._frames


async def test_nested_errors_are_in_the_result_with_their_place() -> None:
    """The other effects still reach everyone."""
    world = World()
    result = await world.dispatch([["broadcast", {"pattern": HOME}, ["shout"], ["say", "hi"]]])
    assert [(record.key, record.path) for record in result.errors] == [("shout", (0, 2))]
    assert world.text_for("a") == b"hi"


async def test_concurrent_broadcasts_arrive_in_one_order_everywhere() -> None:
    """Each frame enters every queue before anything else runs."""
    world = World(max_frames=1_000)
    async with trio.open_nursery() as nursery:
        for number in range(20):
            effects = [["broadcast", {"pattern": HOME}, ["say", f"<{number}>"], ["say", f"({number})"]]]
            nursery.start_soon(world.dispatch, effects)
    assert world.text_for("a")
    assert world.text_for("a") == world.text_for("b") == world.text_for("c")


async def test_closing_a_group_closes_its_members() -> None:
    """Connections outside the group stay open."""
    world = World()
    await world.run(["broadcast", {"pattern": HOME, "exclude": ["c", ANY]}, ["hang-up"]])
    assert [world.people[name].cause for name in "abc"] == ["closed", "closed", None]


async def test_sending_to_a_group_is_charged_to_the_dispatch() -> None:
    """The frame that crosses the limit goes nowhere, and the error says where."""
    world = World(limits=Limits(members=5))
    result = await world.dispatch([["broadcast", {"pattern": HOME}, ["say", "hi"], ["say", "ho"]]])
    assert world.text_for("a") == b"hi"
    assert [(type(record.exception), record.key) for record in result.errors] == [(LimitError, "say")]


async def test_with_connection_reaches_every_connection_of_a_name() -> None:
    """Two tabs have one name."""
    world = World()
    tab = Connection("a", ["page", "home", "a"])
    world.store.add(tab)
    result = await world.run(["with-connection", ["a", ["page", "home", "a"]], ["say", "hi"]])
    assert result == BroadcastResult(matched=2, queued=2)
    assert world.text_for("b") == b""


async def test_with_connection_of_nobody_says_so_and_runs_nothing() -> None:
    """Reaching no connection is no error."""
    world = World()
    assert await world.run(["with-connection", ["x", "y"], ["say", "hi"]]) == BroadcastResult(matched=0)
    assert world.calls == []


async def test_with_connection_takes_no_pattern() -> None:
    """The error says how to write it."""
    world = World()
    (record,) = (await world.dispatch([["with-connection", HOME, ["say", "hi"]]])).errors
    assert "patterns are for broadcast" in str(record)


async def test_disconnect_ends_everyone_who_matches() -> None:
    """It ends them once their queues have been written; excluded connections stay."""
    world = World()
    world.people["b"].send(b"last words")
    result = await world.run(["disconnect", {"pattern": HOME, "exclude": ["c", ANY]}])
    assert result == BroadcastResult(matched=2)
    assert [world.people[name].cause for name in "abc"] == ["closed", "closed", None]
    assert await world.people["b"].receive() == b"last words"
    assert list(world.store) == [world.people["c"]]


async def test_disconnecting_is_charged_to_the_dispatch() -> None:
    """If the limit is crossed, no connection is ended."""
    world = World(limits=Limits(members=2))
    result = await world.dispatch([["disconnect", {"pattern": HOME}]])
    assert [type(record.exception) for record in result.errors] == [LimitError]
    assert len(world.store) == 3


def test_an_app_can_disconnect_with_a_cause() -> None:
    """`Connections.disconnect` needs no dispatch."""
    connections = Connections()
    ended_connection, open_connection = Connection("a", "k"), Connection("b", "k")
    for connection in (ended_connection, open_connection):
        connections.store.add(connection)
    assert connections.disconnect(["a", ANY], "expired") == 1
    assert (ended_connection.cause, open_connection.cause) == ("expired", None)


async def test_actions_see_who_is_connected() -> None:
    """The state slice lists each name once, and counts the connections."""
    world = World()
    world.store.add(Connection("a", ("page", "home", "a")))
    test = Registry("asking")

    @test.action("ask")
    def ask(state: Mapping[str, Presence]) -> list[object]:
        here = state["connections"]
        others = here.names(HOME, exclude=["b", ANY])
        return [["say", f"{[scope for scope, _ in others]} {here.count(HOME)} {here.count(HOME, ['a', ANY])}"]]

    dispatch = create_dispatch([Connections(world.store), registry(world.calls), test])
    (await dispatch([["ask"]], system={"sink": MemorySink()})).raise_errors()
    assert world.calls == ["['a', 'c'] 4 2"]


def test_what_is_no_store_is_refused() -> None:
    """It is refused when the plugin is made."""
    with pytest.raises(RegistrationError, match="a dict is no ConnectionStore"):
        Connections(cast(Any, {}))


@pytest.mark.parametrize("options", [{}, {"pattern": HOME, "exlude": []}, {"pattern": "page"}, HOME])
async def test_unusable_options_are_refused(options: object) -> None:
    """It is refused before any connection is matched."""
    world = World()
    (record,) = (await world.dispatch([["broadcast", options, ["say", "hi"]]])).errors
    assert record.phase == "validate"
    assert world.calls == []
