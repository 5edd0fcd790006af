"""Law 1: data never becomes code."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import (
    Context,
    Interceptor,
    LimitError,
    Limits,
    Path,
    Placeholder,
    PlaceholderError,
    Registry,
    ShapeError,
    Skip,
    Step,
    Template,
    Via,
    create_dispatch,
)
from effects.testing import MemorySink

Kit = Callable[[], Registry]

words = st.sampled_from(["note", "fail", "run", "it", "Placeholder('it')", "$it", "__placeholder__", "key", "*"])
leaves = st.none() | st.booleans() | st.integers() | st.text() | words
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.dictionaries(words | st.text(), inner) | st.tuples(words, inner).map(list),
    max_leaves=12,
).map(lambda value: json.loads(json.dumps(value)))
late_values = st.builds(Placeholder, st.sampled_from(["it", "nobody"]))
anything = st.recursive(leaves | late_values, lambda inner: st.lists(inner) | st.tuples(inner, inner), max_leaves=6)


@settings(deadline=None)
@given(value=json_values, resolved=anything)
async def test_law_01_data_never_becomes_code(kit: Kit, value: Any, resolved: Any) -> None:
    """JSON of any content arrives as it is, and the value of a placeholder is not looked into."""
    notes: list[Any] = []
    dispatch = create_dispatch([kit()], system={"notes": notes})
    effects = [
        ["note", value],
        ["note", {"deep": [value]}],
        ["tree", ["note", value]],
        ["run", ["note", value]],
        ["note", Placeholder("it")],
        ["note", [Placeholder("it")]],
    ]
    result = await dispatch(effects, data={"it": resolved})
    assert result.errors == ()
    assert notes == [value, {"deep": [value]}, value, value, resolved, [resolved]]
    assert notes[0] is value
    assert notes[4] is resolved


async def test_effects_are_not_looked_for_in_plain_arguments(kit: Kit) -> None:
    """A list that looks like an effect vector stays a list in an argument that is not annotated as effects."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes})
    (await dispatch([["note", ["fail"]], ["note", [["fail"]]]])).raise_errors()
    assert notes == [["fail"], [["fail"]]]


async def test_effects_are_not_looked_for_in_what_an_interpreter_returns(kit: Kit) -> None:
    """The value of an effect is a result, never more effects."""
    dispatch = create_dispatch([kit()], system={"notes": []})
    result = await dispatch([["note", [["fail"]]]])
    assert result.errors == ()
    assert result.results[0].value == [["fail"]]


async def test_effects_are_not_looked_for_in_an_actions_arguments(kit: Kit) -> None:
    """An action's argument is handed over as data."""
    plugin = Registry("plugin")

    @plugin.action("wrap")
    def wrap(state: Mapping[str, object], value: object) -> list[object]:
        return [["note", value]]

    notes: list[object] = []
    (await create_dispatch([kit(), plugin], system={"notes": notes})([["wrap", [["fail"]]]])).raise_errors()
    assert notes == [[["fail"]]]


@pytest.mark.parametrize("vector", [[Placeholder("it"), 1], (Placeholder("it"),)])
async def test_a_placeholder_in_key_position_is_refused(kit: Kit, vector: object) -> None:
    """A key is never late-bound."""
    result = await create_dispatch([kit()], system={"notes": []})([vector], data={"it": "note"})
    (record,) = result.errors
    assert isinstance(record.exception, ShapeError)
    assert record.phase == "shape"
    assert "placeholder stands where an effect key belongs" in str(record)


async def test_a_placeholder_in_the_dispatched_list_is_refused(kit: Kit) -> None:
    """A whole vector is never late-bound."""
    result = await create_dispatch([kit()], system={"notes": []})([Placeholder("it")], data={"it": ["note", 1]})
    assert "a placeholder stands where an effect vector belongs" in str(result.errors[0])


async def test_a_placeholder_instead_of_the_dispatched_list_is_refused(kit: Kit) -> None:
    """The list of effects is never late-bound."""
    late: Any = Placeholder("it")
    result = await create_dispatch([kit()], system={"notes": []})(late, data={"it": [["note", 1]]})
    assert "a placeholder stands where a list of effect vectors belongs" in str(result.errors[0])


async def test_a_placeholder_instead_of_a_continuation_is_refused(kit: Kit) -> None:
    """A parameter annotated as effects takes vectors, not a promise of one."""
    result = await create_dispatch([kit()], system={"notes": []})([["run", Placeholder("it")]], data={"it": ["fail"]})
    (record,) = result.errors
    assert isinstance(record.exception, PlaceholderError)
    assert record.phase == "interpolate"


async def test_a_placeholder_that_an_action_returns_is_refused(kit: Kit) -> None:
    """An action returns vectors, not a promise of them."""
    plugin = Registry("plugin")

    @plugin.action("late")
    def late(state: Mapping[str, object]) -> object:
        return Placeholder("it")

    result = await create_dispatch([kit(), plugin], system={"notes": []})([["late"]], data={"it": [["fail"]]})
    (record,) = result.errors
    assert record.phase == "expand"
    assert isinstance(record.exception, ShapeError)


def careless(kit: Kit) -> Registry:
    """A registry whose code treats its arguments as effects."""
    plugin = kit()

    @plugin.effect("do")
    async def do(ctx: Context, effects: Any) -> None:
        await ctx.dispatch(effects)

    @plugin.effect("do-later")
    def do_later(ctx: Context, effects: Any) -> None:
        async def work(ctx: Context) -> None:
            await ctx.dispatch([["do", effects]])

        ctx.spawn(work)

    @plugin.action("become")
    def become(state: Mapping[str, object], value: Any) -> Any:
        return value["then"]

    @plugin.action("pass-on")
    def pass_on(state: Mapping[str, object], value: object) -> list[object]:
        return [["do", value]]

    return plugin


EVIL = [["note", "chosen by a client"]]


@pytest.mark.parametrize(
    ("effect", "sent", "path"),
    [
        (["do", Placeholder("it")], EVIL, (0, 1, 0)),
        (["do", [Placeholder("it")]], EVIL[0], (0, 1, 0)),
        (["become", Placeholder("it")], {"then": EVIL}, (0, Via.EXPANSION, 0)),
        (["pass-on", Placeholder("it")], EVIL, (0, Via.EXPANSION, 0, 1, 0)),
        (["run", ["pass-on", Placeholder("it")]], EVIL, (0, 1, Via.EXPANSION, 0, 1, 0)),
        (["do-later", Placeholder("it")], EVIL, (0, Via.BACKGROUND, Via.CONTINUATION, 0, 1, 0)),
    ],
    ids=str,
)
async def test_what_a_placeholder_came_to_is_never_an_effect(
    kit: Kit, ear: Any, effect: Any, sent: Any, path: Path
) -> None:
    """This holds for every way of passing it on; the record has the place."""
    notes: list[object] = []
    listener = ear()
    dispatch = create_dispatch([careless(kit), listener], system={"notes": notes}, block=["rhialto.log"])
    async with dispatch.running():
        await dispatch([effect, ["note", "after"]], data={"it": sent})
        await trio.testing.wait_all_tasks_blocked()
    assert notes == ["after"]
    (record,) = listener.heard
    assert (record.phase, record.key, record.path) == ("interpolate", None, path)
    assert isinstance(record.exception, PlaceholderError)
    assert "the value of a placeholder stands where an effect vector belongs" in str(record)
    assert "chosen" not in str(record)


async def test_a_hook_makes_no_effect_of_what_a_placeholder_came_to(kit: Kit) -> None:
    """A hook can do so neither by rewriting a step, nor by skipping an action."""
    notes: list[object] = []

    def hand_on(step: Step) -> Step | Skip | None:
        if step.kind == "action":
            return Skip(step.vector[1]) if step.key == "pass-on" else None
        return step.replace(vector=["do", *step.vector[1:]]) if step.key == "note" and step.vector[1] is EVIL else None

    interceptor = Interceptor(id="i", before_effect=hand_on, before_action=hand_on)
    dispatch = create_dispatch([careless(kit)], system={"notes": notes}, interceptors=[interceptor])
    late = Placeholder("it")
    result = await dispatch([["note", late], ["pass-on", late], ["note", 1]], data={"it": EVIL})
    assert [record.phase for record in result.errors] == ["interpolate"] * 2
    assert notes == [1]


def test_what_would_be_an_effect_of_what_was_sent_is_said_beforehand(kit: Kit) -> None:
    """`expand` has the same errors as a dispatch."""
    expansion = create_dispatch([careless(kit)]).expand([["become", Placeholder("it")]], data={"it": {"then": EVIL}})
    assert (expansion.effects, [record.path for record in expansion.errors]) == ((), [(0, Via.EXPANSION, 0)])


async def test_what_a_program_has_written_runs_whoever_hands_it_on(kit: Kit) -> None:
    """This holds for arguments that are not annotated as effects, too, and beside values of placeholders."""
    notes: list[object] = []
    dispatch = create_dispatch([careless(kit)], system={"notes": notes})
    written = [["note", [Placeholder("it")]], ["become", {"then": [["note", 2]]}]]
    (await dispatch([["note", Placeholder("it")], ["do", written]], data={"it": EVIL})).raise_errors()
    assert notes == [EVIL, [EVIL], 2]


async def test_what_placeholders_come_to_is_walked_within_the_limit(kit: Kit) -> None:
    """A value is walked when the next vector is taken up, and counted as all data is."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes}, limits=Limits(nodes=10))
    sent = [[1], {"a": (2,)}, {3}]
    (await dispatch([["note", Placeholder("it")], ["note", 1]], data={"it": sent})).raise_errors()
    result = await dispatch([["note", Placeholder("it")], ["note", 2], ["note", 3]], data={"it": [*range(20)]})
    assert [type(record.exception) for record in result.errors] == [LimitError]
    assert notes == [sent, 1, [*range(20)]]


async def test_a_resolved_value_is_not_walked_again_for_each_member() -> None:
    """This holds for arguments of an effect that runs for each member, and for arguments of a hook."""
    plugin = Registry("plugin")
    got: list[object] = []
    plugin.effect("each", each=True)(lambda ctx, value: got.append(value))
    plugin.placeholder("it")(lambda data: data["it"])
    cyclic: list[object] = [Placeholder("nobody")]
    cyclic.append(cyclic)
    hook = Interceptor(id="i", before_effect=lambda step: step.replace(vector=["each", step.data["it"]]))
    sink = {"sink": MemorySink(members=2)}
    for hooks in ([], [hook]):
        dispatch = create_dispatch([plugin], interceptors=hooks)
        (await dispatch([["each", Placeholder("it")]], data={"it": cyclic}, system=sink)).raise_errors()
    assert [value is cyclic for value in got] == [True] * 4


async def _attempt(ctx: Context, value: object) -> None:
    async def work(ctx: Context) -> None:
        await ctx.attempt([["hand-on", value], value])

    ctx.spawn(work)


async def _template(ctx: Context, value: object) -> None:
    await ctx.dispatch(Template([value]))


async def _inside_a_template(ctx: Context, value: object) -> None:
    await ctx.dispatch(Template([["run", value]]))


async def _template_later(ctx: Context, value: object) -> None:
    template = Template([["run", value], value])

    async def work(ctx: Context) -> None:
        await ctx.dispatch(template)

    ctx.spawn(work)


@pytest.mark.parametrize("keep", [_attempt, _template, _inside_a_template, _template_later])
async def test_law_01_what_a_placeholder_came_to_never_runs_however_it_is_kept(kit: Kit, keep: Any) -> None:
    """This holds in attempts, in templates, which copy it, and in background work."""
    notes: list[object] = []
    plugin = Registry("plugin")
    plugin.effect("keep")(keep)

    @plugin.effect("hand-on")
    async def hand_on(ctx: Context, value: object) -> None:
        await ctx.dispatch([value])

    dispatch = create_dispatch([kit(), plugin], system={"notes": notes}, block=["rhialto.log"])
    async with dispatch.running():
        await dispatch([["keep", Placeholder("it")]], data={"it": ["note", "evil"]})
        await trio.testing.wait_all_tasks_blocked()
    assert notes == []


async def test_data_in_a_template_is_data_wherever_it_came_from(kit: Kit) -> None:
    """A value from outside is passed on, copied."""
    notes: list[object] = []
    plugin = Registry("plugin")

    @plugin.effect("later")
    async def later(ctx: Context, value: object) -> None:
        await ctx.dispatch(Template([["note", value]]))

    dispatch = create_dispatch([kit(), plugin], system={"notes": notes})
    (await dispatch([["later", Placeholder("it")]], data={"it": ["note", "kind"]})).raise_errors()
    assert notes == [["note", "kind"]]
