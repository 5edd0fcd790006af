"""Law 4: continuations bind late."""

import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired

import pytest
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import TypeAliasType, TypedDict

from effects import Context, Effect, Limits, Placeholder, Registry, Via, create_dispatch

Kit = Callable[[], Registry]

updates = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers()), max_size=6)


class Options(TypedDict):
    """Options of which one holds effects."""

    now: NotRequired[object]
    then: NotRequired[Sequence[Effect]]


def optional(notes: list[object]) -> Registry:
    """A registry with an effect that takes options."""
    plugin = Registry("optional")

    @plugin.effect("with-options")
    async def with_options(ctx: Context, options: Options) -> None:
        notes.append(options.get("now"))
        await ctx.dispatch(options.get("then", []), data={"it": "later"})

    return plugin


def looking(names: str) -> list[list[object]]:
    """Effects that note the values of these names."""
    return [["note", Placeholder("it", name)] for name in names]


@settings(deadline=None)
@given(given_updates=updates, use_options=st.booleans())
async def test_law_04_continuations_bind_late(kit: Kit, given_updates: list[dict[str, int]], use_options: bool) -> None:
    """At each depth a placeholder has the value that the dispatch of that depth gives it."""
    notes: list[object] = []
    effects = looking("abc")
    for update in reversed(given_updates):
        effects = [*looking("abc"), ["with", update, *effects]]
    if use_options:
        effects = [["with-options", {"then": effects}]]
    dispatch = create_dispatch([kit(), optional([])], system={"notes": notes})
    data = dict.fromkeys("abc", 0)
    (await dispatch(effects, data=data)).raise_errors()
    wanted = []
    for update in [{}, *given_updates]:
        data |= update
        wanted += [data[name] for name in "abc"]
    assert notes == wanted


@settings(deadline=None)
@given(now=st.integers(), deep=st.booleans())
async def test_law_04_only_what_holds_effects_is_late(now: int, deep: bool) -> None:
    """The fields of an options dict that hold effects are bound late, and the others at once."""
    notes: list[object] = []
    plugin = optional(notes)
    plugin.effect("keep")(lambda ctx, value: notes.append(value))
    plugin.placeholder("it")(lambda data: data["it"])
    late: object = [Placeholder("it")] if deep else Placeholder("it")
    effects = [["with-options", {"now": late, "then": [["keep", late]]}]]
    (await create_dispatch([plugin])(effects, data={"it": now})).raise_errors()
    assert notes == [[now] if deep else now, ["later"] if deep else "later"]


class Recursive(TypedDict, total=False):
    """Options that hold options of their own kind."""

    then: Effect
    inner: "Recursive"


async def bound(annotation: Any, then: Any) -> list[object]:
    """Return the argument that an interpreter with this annotation gets."""
    plugin = Registry("plugin")
    got: list[object] = []

    @plugin.effect("take")
    def take(ctx: Context, then: annotation) -> None:
        got.append(then)

    plugin.placeholder("it")(lambda data: "bound")
    (await create_dispatch([plugin])([["take", then]])).raise_errors()
    return got


LATE = ["say", Placeholder("it")]
Steps = TypeAliasType("Steps", list[Effect])
Native: Any = getattr(typing, "TypeAliasType", TypeAliasType)("Native", list[Effect])
"""What a `type` statement makes, where there are such."""
Nested = TypeAliasType("Nested", "list[Effect] | dict[str, Nested]")


@pytest.mark.parametrize(
    ("annotation", "then"),
    [
        (Effect, LATE),
        (Sequence[Effect], [LATE]),
        (list[Effect], [LATE]),
        (tuple[Effect, ...], [LATE]),
        (Effect | None, LATE),
        (dict[str, Effect], {"a": LATE}),
        (list[Options], [{"then": [LATE]}]),
        (Options | None, {"then": [LATE]}),
        (Recursive, {"then": LATE}),
        (Steps, [LATE]),
        (Native, [LATE]),
        (Nested, {"a": {"b": [LATE]}}),
    ],
    ids=str,
)
async def test_placeholders_in_continuations_are_left_alone(annotation: Any, then: object) -> None:
    """With every annotation of effects, the argument arrives as the very object that was dispatched."""
    (got,) = await bound(annotation, then)
    assert got is then


class Plain(TypedDict):
    """Options of which none holds effects."""

    name: str


async def test_only_options_that_hold_no_effects_are_bound_as_a_whole() -> None:
    """With other options, a sender could choose which effects run."""
    plugin = Registry("plugin")
    got: list[object] = []
    plugin.placeholder("it")(lambda data: data["options"])

    @plugin.effect("take")
    def take(ctx: Context, options: Options) -> None:
        got.append(options)

    @plugin.effect("plain")
    def plain(ctx: Context, options: Plain) -> None:
        got.append(options)

    options = {"name": "x"}
    dispatch = create_dispatch([plugin])
    (await dispatch([["plain", Placeholder("it")]], data={"options": options})).raise_errors()
    assert got.pop() is options
    (record,) = (await dispatch([["take", Placeholder("it")]], data={"options": {"then": [LATE]}})).errors
    assert (record.phase, record.path, got) == ("interpolate", (0, 1), [])


async def test_a_continuation_inherits_the_system(kit: Kit) -> None:
    """Values of `system` of a parent are there in its continuations."""
    notes: list[object] = []
    (await create_dispatch([kit()])([["run", ["run", ["note", 1]]]], system={"notes": notes})).raise_errors()
    assert notes == [1]


async def test_a_continuation_shares_the_budget(kit: Kit) -> None:
    """Vectors in continuations count against the limit of the root."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes}, limits=Limits(vectors=4))
    result = await dispatch([["run", ["note", 1]], ["run", ["note", 2], ["note", 3]]])
    assert notes == [1, 2]
    assert [record.path for record in result.errors] == [(1, 2)]


async def test_errors_of_continuations_appear_in_the_parent(kit: Kit) -> None:
    """Each has the path from the dispatched list down to the vector that failed."""
    result = await create_dispatch([kit()])([["run", ["run", ["fail"]]], ["with", {}, ["fail"]]])
    assert [record.path for record in result.errors] == [(0, 1, 1), (1, 2)]


async def test_results_of_continuations_stay_in_the_continuation(kit: Kit) -> None:
    """The parent's results are of its own effects only."""
    result = await create_dispatch([kit()], system={"notes": []})([["run", ["note", 1]]])
    assert [record.key for record in result.results] == ["run"]


async def test_effects_that_an_interpreter_made_up_have_a_place_of_their_own() -> None:
    """A continuation that does not stand in the vector is shown by its index after `~>`."""
    plugin = Registry("plugin")

    @plugin.effect("make")
    async def make(ctx: Context) -> None:
        await ctx.dispatch([["fine"], ["nobody"]])

    plugin.effect("fine")(lambda ctx: None)
    (record,) = (await create_dispatch([plugin])([["make"]])).errors
    assert record.path == (0, Via.CONTINUATION, 1)
    assert record.place == "effects[0] ~> [1]"


async def test_a_continuation_in_an_option_is_found_by_the_options_name() -> None:
    """The path leads through the dict."""
    result = await create_dispatch([optional([])])([["with-options", {"then": [["nobody"]]}]])
    assert [record.path for record in result.errors] == [(0, 1, "then", 0)]


async def test_the_same_vector_twice_has_two_places(kit: Kit) -> None:
    """A vector object that stands twice in a continuation is reported at both of its places."""
    same = ["fail"]
    result = await create_dispatch([kit()])([["run", same, same]])
    assert [record.path for record in result.errors] == [(0, 1), (0, 2)]


async def test_the_same_placeholder_in_a_continuation_is_not_blamed() -> None:
    """The path of a placeholder that cannot be resolved leads to where it was to be resolved."""
    plugin = Registry("plugin")

    @plugin.effect("take")
    def take(ctx: Context, then: Effect, value: object) -> None: ...

    late = Placeholder("nobody")
    result = await create_dispatch([plugin])([["take", ["take", late], late]])
    assert [record.path for record in result.errors] == [(0, 2)]


async def test_a_dispatch_result_of_a_continuation_holds_its_own_errors(kit: Kit) -> None:
    """An interpreter sees the failures of its continuation, and no earlier ones."""
    plugin = Registry("plugin")
    counts: list[int] = []

    @plugin.effect("try")
    async def attempt(ctx: Context, *then: Effect) -> None:
        counts.append(len((await ctx.dispatch(list(then))).errors))

    result = await create_dispatch([kit(), plugin])([["fail"], ["try"], ["try", ["fail"]]])
    assert counts == [0, 1]
    assert len(result.errors) == 2


@pytest.mark.parametrize("data", [5, "abc", [("a", 1)]])
async def test_a_continuation_with_data_that_is_no_mapping(ear: Callable[[], Any], data: Any) -> None:
    """It is a record of the phase `shape`, as for a root dispatch."""
    plugin = Registry("plugin")

    @plugin.effect("go")
    async def go(ctx: Context) -> object:
        return await ctx.dispatch([], data=data)

    result = await create_dispatch([plugin])([["go"]])
    assert [record.phase for record in result.errors] == ["shape"]


async def test_background_work_has_a_budget_of_its_own(kit: Kit) -> None:
    """Spawned work starts a root: the limit of the dispatch around it does not bind it."""
    plugin = Registry("plugin")
    notes: list[object] = []

    async def work(ctx: Context) -> None:
        await ctx.dispatch([["note", 1], ["note", 2]])

    @plugin.effect("spawn")
    def spawn(ctx: Context) -> None:
        ctx.spawn(work)

    @plugin.effect("pause")
    async def pause(ctx: Context, *, done: Callable[[], Any]) -> None:
        await done()

    async def done() -> None:
        await trio.testing.wait_all_tasks_blocked()

    dispatch = create_dispatch([kit(), plugin], system={"notes": notes, "done": done}, limits=Limits(vectors=2))
    async with dispatch.running():
        (await dispatch([["spawn"], ["pause"]])).raise_errors()
    assert notes == [1, 2]


def test_a_placeholder_function_sees_data_only() -> None:
    """The signature of a placeholder has no room for the system."""
    plugin = Registry("plugin")
    with pytest.raises(Exception, match="a placeholder is pure"):

        @plugin.placeholder("it")
        def it(data: Mapping[str, object], *, db: object) -> None: ...
