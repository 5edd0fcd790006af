"""Law 1: data never becomes code."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Context, Placeholder, PlaceholderError, Registry, ShapeError, create_dispatch

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
    """JSON of any content arrives as it is, and what a placeholder resolves to is not looked into."""
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
    """What an effect returns is a result, never more effects."""
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


async def test_a_subclass_of_a_container_is_not_walked() -> None:
    """Only exact lists, tuples and dicts are looked into; other types are passed on as they are."""
    plugin = Registry("plugin")

    class Row(list[object]):
        pass

    @plugin.effect("keep")
    def keep(ctx: Context, value: object) -> object:
        return value

    row = Row([Placeholder("nobody")])
    result = (await create_dispatch([plugin])([["keep", row]])).raise_errors()
    assert result.results[0].value is row
