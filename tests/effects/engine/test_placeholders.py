"""Placeholders, and how their values come into place."""

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from typing_extensions import TypedDict

from effects import Context, Effect, Placeholder, PlaceholderError, Registry, create_dispatch

Kit = Callable[[], Registry]


def test_placeholders_are_equal_when_key_and_arguments_are() -> None:
    """They compare by value."""
    assert Placeholder("a", 1) == Placeholder("a", 1)
    assert Placeholder("a", 1) != Placeholder("a", 2)
    assert len({Placeholder("a"), Placeholder("a"), Placeholder("b")}) == 2


def test_a_placeholder_prints_as_it_is_written() -> None:
    """Its repr can be pasted back."""
    assert repr(Placeholder("clock/now", 1, "x")) == "Placeholder('clock/now', 1, 'x')"


def test_a_placeholder_is_frozen() -> None:
    """Its key and its arguments cannot be changed."""
    late: Any = Placeholder("a")
    with pytest.raises(AttributeError):
        late.key = "b"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda late: pickle.loads(pickle.dumps(late))])
def test_a_placeholder_can_be_copied_and_carried(again: Callable[[Placeholder], Placeholder]) -> None:
    """Copies and pickles are equal to the original."""
    assert again(Placeholder("a", (1, 2))) == Placeholder("a", (1, 2))


@pytest.mark.parametrize("key", [5, None, b"a", Placeholder("a")])
def test_a_placeholders_key_is_a_str(key: Any) -> None:
    """Anything else is refused when it is written."""
    with pytest.raises(TypeError, match="a placeholder's key is a str"):
        Placeholder(key)


@pytest.mark.parametrize("arg", [Placeholder("b"), [Placeholder("b")], {"b": (Placeholder("b"),)}], ids=str)
def test_placeholders_do_not_nest(arg: object) -> None:
    """A placeholder among the arguments of another is refused, however deep."""
    with pytest.raises(TypeError, match="placeholders do not nest"):
        Placeholder("a", arg)


async def noted(kit: Kit, value: object, **data: object) -> Any:
    """Return the argument that an effect gets for this one."""
    notes: list[object] = []
    (await create_dispatch([kit()], system={"notes": notes})([["note", value]], data=data)).raise_errors()
    return notes[0]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Placeholder("it"), 1),
        ([Placeholder("it"), 2], [1, 2]),
        ((Placeholder("it"), 2), (1, 2)),
        ({"a": Placeholder("it"), "b": 2}, {"a": 1, "b": 2}),
        ({"a": [({"b": Placeholder("it")},)]}, {"a": [({"b": 1},)]}),
        ([Placeholder("it"), Placeholder("it", "other")], [1, "o"]),
    ],
    ids=str,
)
async def test_placeholders_are_found_at_any_depth(kit: Kit, value: object, wanted: object) -> None:
    """They are found in lists, tuples and dict values, whose types are kept."""
    assert await noted(kit, value, it=1, other="o") == wanted


async def test_what_holds_no_placeholder_is_the_very_same_object(kit: Kit) -> None:
    """When a container is rebuilt, unchanged parts are not copied."""
    plain = {"rows": [1, 2]}
    got = await noted(kit, [plain, Placeholder("it")], it=1)
    assert got[0] is plain


async def test_what_was_dispatched_is_not_changed(kit: Kit) -> None:
    """Values go into new containers."""
    value = [Placeholder("it"), {"a": Placeholder("it")}]
    await noted(kit, value, it=1)
    assert value == [Placeholder("it"), {"a": Placeholder("it")}]


async def test_the_order_of_a_dict_is_kept(kit: Kit) -> None:
    """A rebuilt dict has its keys where they were."""
    got = await noted(kit, {"b": 1, "a": Placeholder("it"), "c": 2}, it=0)
    assert list(got) == ["b", "a", "c"]


async def test_a_placeholder_as_a_dicts_key_is_refused(kit: Kit) -> None:
    """Late binding is for values."""
    (record,) = (await create_dispatch([kit()])([["note", {Placeholder("it"): 1}]], data={"it": 1})).errors
    assert isinstance(record.exception, PlaceholderError)
    assert "key of a dict" in str(record)


async def test_an_unknown_placeholder_names_its_neighbours(kit: Kit) -> None:
    """The path leads to the placeholder itself."""
    (record,) = (await create_dispatch([kit()])([["note", [0, {"a": Placeholder("itt")}]]])).errors
    assert (record.phase, record.key, record.path) == ("interpolate", "note", (0, 1, 1, "a"))
    assert "no placeholder 'itt'" in str(record)
    assert "near 'it'" in str(record)


async def test_a_placeholder_in_options_is_found_beside_the_same_one_in_a_continuation() -> None:
    """The path leads to the option that was to be bound."""

    class Options(TypedDict):
        then: Effect
        now: object

    plugin = Registry("plugin")

    @plugin.effect("with")
    def with_options(ctx: Context, options: Options) -> None: ...

    late = Placeholder("nobody")
    dispatch = create_dispatch([plugin])
    (record,) = (await dispatch([["with", {"then": ["with", late], "now": [late]}]])).errors
    assert record.path == (0, 1, "now", 0)
    shared = [late]
    (record,) = (await dispatch([["with", {"then": ["with", shared], "now": shared}]])).errors
    assert record.path == (0, 1, "now", 0)


async def test_looking_for_the_place_of_a_placeholder_uses_up_nothing() -> None:
    """Iterators among the other arguments are not used up."""
    plugin = Registry("plugin")
    plugin.effect("two")(lambda ctx, one, two: None)
    numbers = iter([1, 2, 3])
    (record,) = (await create_dispatch([plugin])([["two", numbers, Placeholder("nobody")]])).errors
    assert record.path == (0, 2)
    assert list(numbers) == [1, 2, 3]


@pytest.mark.parametrize("late", [Placeholder("it", 1, 2), Placeholder("none", 1)], ids=str)
async def test_a_placeholder_with_a_wrong_number_of_arguments(kit: Kit, late: Placeholder) -> None:
    """It says how many it takes and got."""
    plugin = Registry("plugin")
    plugin.placeholder("none")(lambda data: None)
    (record,) = (await create_dispatch([kit(), plugin])([["note", late]])).errors
    assert isinstance(record.exception, PlaceholderError)
    assert f"placeholder {late.key!r} takes " in str(record)
    assert f"got {len(late.args)}" in str(record)


async def test_a_placeholder_that_fails_is_its_owners_fault(kit: Kit) -> None:
    """The record names the plugin of the placeholder and the effect that held it."""
    other = Registry("other")
    other.placeholder("fails")(lambda data: 1 // 0)
    (record,) = (await create_dispatch([kit(), other])([["note", Placeholder("fails")]])).errors
    assert (record.phase, record.key, record.plugin, record.path) == ("interpolate", "note", "other", (0, 1))


async def test_a_placeholder_is_resolved_once_for_a_shared_list(kit: Kit) -> None:
    """A list that stands twice in the data is rebuilt once and shared again."""
    calls: list[int] = []
    plugin = Registry("plugin")
    plugin.placeholder("count")(lambda data: calls.append(1))
    shared = [Placeholder("count")]
    notes: list[Any] = []
    await create_dispatch([kit(), plugin], system={"notes": notes})([["note", [shared, shared]]])
    assert len(calls) == 1
    assert notes[0][0] is notes[0][1]


async def test_a_placeholder_sees_the_data_of_its_dispatch(kit: Kit) -> None:
    """A read-only mapping."""
    seen: list[Any] = []
    plugin = Registry("plugin")
    plugin.placeholder("look")(seen.append)
    await create_dispatch([kit(), plugin], system={"notes": []})([["note", Placeholder("look")]], data={"a": 1})
    assert dict(seen[0]) == {"a": 1}
    with pytest.raises(TypeError):
        seen[0]["a"] = 2


async def test_placeholders_in_an_actions_arguments_are_resolved() -> None:
    """An action gets values like an effect."""
    plugin = Registry("plugin")
    seen: list[object] = []

    @plugin.action("act")
    def act(state: Mapping[str, object], value: object) -> list[object]:
        seen.append(value)
        return []

    plugin.placeholder("it")(lambda data: data["it"])
    (await create_dispatch([plugin])([["act", [Placeholder("it")]]], data={"it": 1})).raise_errors()
    assert seen == [[1]]


async def test_a_resolved_value_is_checked_like_any_other() -> None:
    """The value of a placeholder must fit the annotation."""
    plugin = Registry("plugin")

    @plugin.effect("number")
    def number(ctx: Context, value: int) -> None: ...

    plugin.placeholder("it")(lambda data: data["it"])
    (record,) = (await create_dispatch([plugin])([["number", Placeholder("it")]], data={"it": "5"})).errors
    assert record.phase == "validate"
    assert "got str" in str(record)


async def test_a_placeholder_is_found_behind_options_that_hold_effects() -> None:
    """The options are passed over, and the arguments behind them are searched."""
    plugin = Registry("plugin")

    class Options(TypedDict, total=False):
        name: str
        then: Effect

    @plugin.effect("take")
    def take(ctx: Context, options: Options, value: object) -> None: ...

    late = Placeholder("nobody")
    (record,) = (await create_dispatch([plugin])([["take", {"name": "x", "then": ["take"]}, [late]]])).errors
    assert record.path == (0, 2, 0)
