"""Effects and placeholders that run once for each member of a sink."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from effects import (
    Context,
    Effect,
    Interceptor,
    Limits,
    Placeholder,
    PlaceholderError,
    Registry,
    Sink,
    Skip,
    Step,
    Stop,
    SystemValueError,
    create_dispatch,
)
from effects.testing import MemorySink

Kit = Callable[[], Registry]
Ear = Callable[[], Any]


def eaching() -> Registry:
    """`number` resolves to a member's place in its group; `each` returns its sink."""
    plugin = Registry("each", late=["sink"])

    @plugin.placeholder("number", each=True)
    def number(data: Any, member: Sink, add: int = 0) -> int:
        members: list[Sink] = data["group"].members()
        return members.index(member) + add

    @plugin.effect("each", each=True)
    def each(ctx: Context, *, sink: Sink) -> Sink:
        return sink

    @plugin.effect("send")
    def send(ctx: Context, value: object, *, sink: Sink) -> int:
        sink.send(str(value).encode())
        return 1

    @plugin.effect("send-each", each=True)
    async def send_each(ctx: Context, value: int, *, sink: Sink) -> int:
        await trio.lowlevel.checkpoint()
        sink.send(str(value).encode())
        return value

    @plugin.effect("fail-each", each=True)
    def fail_each(ctx: Context) -> None:
        raise ValueError("boom")

    return plugin


def texts(group: MemorySink) -> list[str]:
    """Return the texts that each member of a group was sent."""
    members: Any = group.members()
    return [member.text for member in members]


async def test_an_effect_for_each_runs_once_for_each_member() -> None:
    """It finds the member as the sink; its result is the tuple of theirs."""
    group = MemorySink(members=3)
    result = await create_dispatch([eaching()], system={"sink": group})([["each"]])
    (record,) = result.raise_errors().results
    assert record.value == tuple(group.members())
    assert (record.key, record.path, record.plugin, record.skipped) == ("each", (0,), "each", False)


async def test_a_single_sink_is_its_own_member() -> None:
    """It runs once."""
    sink = MemorySink()
    result = await create_dispatch([eaching()], system={"sink": sink})([["each"]])
    assert result.results[0].value == (sink,)


async def test_an_effect_for_each_of_nobody_has_an_empty_result() -> None:
    """A group without members is no error."""
    result = await create_dispatch([eaching()], system={"sink": MemorySink(members=0)})([["each"]])
    assert result.raise_errors().results[0].value == ()


async def test_a_placeholder_for_each_makes_its_effect_run_for_each() -> None:
    """Each member gets its own value."""
    group = MemorySink(members=3)
    dispatch = create_dispatch([eaching()], system={"sink": group})
    result = await dispatch([["send", [Placeholder("number", 10)]]], data={"group": group})
    assert texts(group) == ["[10]", "[11]", "[12]"]
    assert group.frames == []
    assert result.raise_errors().results[0].value == (1, 1, 1)


async def test_effects_before_and_after_go_to_the_whole_group() -> None:
    """The members are the sink of that one effect only."""
    group = MemorySink(members=2)
    dispatch = create_dispatch([eaching()], system={"sink": group})
    effects = [["send", "a"], ["send-each", Placeholder("number")], ["send", "b"]]
    (await dispatch(effects, data={"group": group})).raise_errors()
    assert texts(group) == ["a0b", "a1b"]
    assert group.text == "ab"


async def test_without_a_sink_it_is_an_error() -> None:
    """It says where such an effect belongs."""
    result = await create_dispatch([eaching()])([["each"], ["send", Placeholder("number")]])
    assert [(record.phase, record.key) for record in result.errors] == [("validate", "each"), ("validate", "send")]
    assert isinstance(result.errors[0].exception, SystemValueError)
    assert "'each' runs for each member of a sink, and this dispatch has none" in str(result.errors[0])


async def test_a_placeholder_for_each_in_an_action_is_refused() -> None:
    """An action runs once."""
    plugin = Registry("plugin")
    plugin.action("act")(lambda state, value: [["send", value]])
    group = MemorySink(members=2)
    dispatch = create_dispatch([eaching(), plugin], system={"sink": group})
    (record,) = (await dispatch([["act", Placeholder("number")]], data={"group": group})).errors
    assert isinstance(record.exception, PlaceholderError)
    assert (record.phase, record.key) == ("interpolate", "act")


async def test_each_members_arguments_are_checked() -> None:
    """The value of each member is checked."""
    plugin = Registry("plugin")

    @plugin.placeholder("odd", each=True)
    def odd(data: Any, member: Sink) -> object:
        return 1 if data["group"].members().index(member) else "zero"

    group = MemorySink(members=3)
    dispatch = create_dispatch([eaching(), plugin], system={"sink": group})
    result = await dispatch([["send-each", Placeholder("odd")]], data={"group": group})
    assert [record.phase for record in result.errors] == ["validate"]
    assert result.results[0].value == (1, 1)


async def test_a_placeholder_that_fails_for_one_member_leaves_the_others_alone() -> None:
    """It is a record, and they get theirs."""
    plugin = Registry("plugin")

    @plugin.placeholder("picky", each=True)
    def picky(data: Any, member: Sink) -> int:
        members: list[Sink] = data["group"].members()
        return 1 // members.index(member)

    group = MemorySink(members=3)
    dispatch = create_dispatch([eaching(), plugin], system={"sink": group})
    result = await dispatch([["send", Placeholder("picky")]], data={"group": group})
    assert [(record.phase, record.plugin, record.path) for record in result.errors] == [
        ("interpolate", "plugin", (0, 1))
    ]
    assert texts(group) == ["", "1", "0"]


async def test_hooks_run_for_each_member() -> None:
    """They see the member's sink and value."""
    seen: list[object] = []

    def before(step: Step) -> Any:
        seen.append((step.vector[1], step.system["sink"]))
        return Skip("skipped") if step.vector[1] == 0 else Stop() if step.vector[1] == 2 else None

    group = MemorySink(members=4)
    hook = Interceptor(id="i", before_effect=before)
    dispatch = create_dispatch([eaching()], system={"sink": group}, interceptors=[hook])
    result = await dispatch([["send-each", Placeholder("number")], ["each"]], data={"group": group})
    assert seen == list(enumerate(group.members()))[:3]
    assert texts(group) == ["", "1", "", ""]
    assert [record.value for record in result.results] == [("skipped", 1)]
    assert result.stopped is not None


async def test_a_hooks_change_of_system_stays_and_the_sink_is_the_group_again() -> None:
    """Later effects see the other values that it put there."""
    seen: list[object] = []
    plugin = Registry("plugin")
    plugin.effect("look")(lambda ctx: seen.append((ctx.system["extra"], ctx.system["sink"])))

    def before(step: Step) -> Any:
        return step.replace(system={**step.system, "extra": 1}) if step.key == "each" else None

    group = MemorySink(members=2)
    hook = Interceptor(id="i", before_effect=before)
    dispatch = create_dispatch([eaching(), plugin], system={"sink": group}, interceptors=[hook])
    (await dispatch([["each"], ["look"]])).raise_errors()
    assert seen == [(1, group)]


async def test_failures_of_many_members_are_counted(ear: Ear) -> None:
    """Ten are recorded, the others are summed up in one more, and each record is heard once."""
    listener = ear()
    dispatch = create_dispatch([eaching(), listener], system={"sink": MemorySink(members=1000)})
    result = await dispatch([["fail-each"]])
    assert len(result.errors) == 11
    assert "990 more failures of 'fail-each'" in str(result.errors[-1])
    assert listener.heard == list(result.errors)


async def test_errors_are_recorded_again_after_many_failed() -> None:
    """The cap is for one effect."""
    dispatch = create_dispatch([eaching()], system={"sink": MemorySink(members=20)})
    result = await dispatch([["fail-each"], ["nobody"]])
    assert [record.key for record in result.errors][-1] == "nobody"


async def test_a_continuations_result_is_true_however_many_members_failed() -> None:
    """An interpreter that asks whether its continuation failed is told so for every member."""
    plugin = Registry("plugin")
    answers: list[bool] = []

    @plugin.effect("try", each=True)
    async def attempt(ctx: Context, *then: Effect) -> None:
        answers.append(bool((await ctx.dispatch(list(then))).errors))

    dispatch = create_dispatch([eaching(), plugin], system={"sink": MemorySink(members=20)})
    await dispatch([["try", ["nobody"]]])
    assert answers == [True] * 20


async def test_members_are_visited_within_the_budget_or_not_at_all() -> None:
    """A group that is larger than the rest of the budget is not begun."""
    group = MemorySink(members=11)
    dispatch = create_dispatch([eaching()], system={"sink": group}, limits=Limits(members=10))
    result = await dispatch([["send-each", 1]])
    assert [(record.phase, record.key, record.plugin) for record in result.errors] == [("execute", "send-each", None)]
    assert texts(group) == [""] * 11


async def test_a_budget_that_runs_out_ends_the_members_too(kit: Kit) -> None:
    """The runs of the members dispatch more than the budget."""
    plugin = Registry("plugin")
    notes: list[object] = []

    @plugin.effect("more", each=True)
    async def more(ctx: Context) -> None:
        await ctx.dispatch([["note", 1]])

    system = {"sink": MemorySink(members=5), "notes": notes}
    result = await create_dispatch([kit(), plugin], system=system, limits=Limits(vectors=3))([["more"]])
    assert notes == [1, 1]
    assert len(result.errors) == 1


async def test_cancellation_passes_the_members() -> None:
    """The rest of them is not visited."""
    group = MemorySink(members=3)
    dispatch = create_dispatch([eaching()], system={"sink": group})
    with trio.CancelScope() as scope:
        scope.cancel()
        await dispatch([["send-each", 1]])
    assert scope.cancelled_caught
    assert texts(group) == ["", "", ""]


@pytest.mark.parametrize("sink", [5, None, object()], ids=type)
async def test_what_is_no_sink_is_an_error(sink: object) -> None:
    """It counts as no sink."""
    (record,) = (await create_dispatch([eaching()])([["each"]], system={"sink": sink})).errors
    assert record.phase == "validate"


async def test_a_nested_effect_keeps_its_placeholder_for_its_own_group() -> None:
    """A placeholder for each in a continuation is resolved where that is dispatched."""
    plugin = Registry("plugin")
    inner, outer = MemorySink(members=2), MemorySink(members=3)

    @plugin.effect("to-inner")
    async def to_inner(ctx: Context, *then: Effect) -> None:
        await ctx.dispatch(list(then), data={"group": inner}, system={"sink": inner})

    dispatch = create_dispatch([eaching(), plugin], system={"sink": outer})
    (await dispatch([["to-inner", ["send", Placeholder("number")]]], data={"group": outer})).raise_errors()
    assert (texts(inner), texts(outer)) == (["0", "1"], ["", "", ""])
