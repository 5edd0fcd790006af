"""Law 2: depth first, fresh state."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator

from effects import Context, Effect, Interceptor, Placeholder, Registry, Step, create_dispatch

trees: st.SearchStrategy[Any] = st.recursive(st.just("leaf"), lambda inner: st.lists(inner, max_size=4), max_leaves=12)


def counting() -> Registry:
    """A counter in state, and trees of increments."""
    plugin = Registry("counting")

    @plugin.state("count")
    def count(*, counter: list[int]) -> int:
        return counter[0]

    @plugin.effect("set")
    def assign(ctx: Context, value: int, *, counter: list[int]) -> int:
        counter[0] = value
        return value

    @plugin.effect("later")
    async def later(ctx: Context, *then: Effect) -> None:
        await ctx.dispatch(list(then))

    @plugin.action("increment")
    def increment(state: Mapping[str, Any]) -> list[object]:
        return [["set", state["count"] + 1]]

    @plugin.action("tree")
    def tree(state: Mapping[str, Any], shape: list[object]) -> list[object]:
        return [vector(child) for child in shape]

    return plugin


def vector(shape: object) -> Sequence[object]:
    """The vector for a shape."""
    return ["increment"] if shape == "leaf" else ["tree", shape]


def leaf_paths(shape: object, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Return the paths of the leaves of a shape, in order."""
    if not isinstance(shape, list):
        return [path]
    return [found for index, child in enumerate(shape) for found in leaf_paths(child, (*path, index))]


@settings(deadline=None)
@given(st.lists(trees, max_size=5))
async def test_law_02_depth_first_fresh_state(shapes: list[Any]) -> None:
    """Each item is finished before the next begins, and each action sees the state of just then."""
    counter = [0]
    result = await create_dispatch([counting()], system={"counter": counter})([vector(shape) for shape in shapes])
    leaves = leaf_paths(shapes)
    assert result.errors == ()
    assert [record.value for record in result.results] == list(range(1, len(leaves) + 1))
    places = [tuple(token for token in record.path if isinstance(token, int))[:-1] for record in result.results]
    assert places == leaves
    assert counter == [len(leaves)]


async def test_two_increments_in_one_dispatch_give_two() -> None:
    """The second action sees the changes of the effects of the first."""
    counter = [0]
    await create_dispatch([counting()], system={"counter": counter})([["increment"], ["increment"]])
    assert counter == [2]


async def test_an_action_in_a_continuation_sees_fresh_state() -> None:
    """Effects that ran before in the parent show in the child's state."""
    counter = [0]
    dispatch = create_dispatch([counting()], system={"counter": counter})
    (await dispatch([["set", 5], ["later", ["increment"], ["increment"]], ["increment"]])).raise_errors()
    assert counter == [8]


async def test_an_item_is_read_only_when_its_turn_comes() -> None:
    """Placeholders of a later item are resolved after earlier items have run."""
    seen: list[object] = []
    plugin = Registry("plugin")

    @plugin.placeholder("so far")
    def so_far(data: Mapping[str, object]) -> int:
        return len(seen)

    @plugin.effect("see")
    def see(ctx: Context, value: object) -> None:
        seen.append(value)

    (await create_dispatch([plugin])([["see", Placeholder("so far")], ["see", Placeholder("so far")]])).raise_errors()
    assert seen == [0, 1]


async def test_the_stages_of_one_effect_come_in_order() -> None:
    """Interpolate, before hooks, validate, run, after hooks."""
    stages: list[str] = []
    plugin = Registry("plugin")

    def check(value: int) -> int:
        stages.append("validate")
        return value

    @plugin.placeholder("value")
    def value(data: Mapping[str, object]) -> object:
        stages.append("interpolate")
        return 1

    @plugin.effect("do")
    def do(ctx: Context, value: Annotated[int, AfterValidator(check)]) -> None:
        stages.append("run")

    def before(step: Step) -> None:
        stages.append("before")

    def after(step: Step) -> None:
        stages.append("after")

    plugin.interceptor(Interceptor(id="watch", before_effect=before, after_effect=after))
    (await create_dispatch([plugin])([["do", Placeholder("value")]])).raise_errors()
    assert stages == ["interpolate", "before", "validate", "run", "after"]


async def test_the_list_may_be_changed_while_it_is_dispatched() -> None:
    """A dispatch takes the list as it was when it began."""
    effects: list[object] = []
    plugin = Registry("plugin")

    @plugin.effect("grow")
    def grow(ctx: Context) -> None:
        effects.append(["grow"])

    effects.append(["grow"])
    result = await create_dispatch([plugin])(effects)
    assert len(result.results) == 1


async def test_an_actions_list_may_be_changed_while_it_is_taken_up() -> None:
    """The expansion counts as it was when the action returned it."""
    effects: list[object] = [["grow"]]
    plugin = Registry("plugin")

    @plugin.action("same")
    def same(state: Mapping[str, object]) -> list[object]:
        return effects

    @plugin.effect("grow")
    def grow(ctx: Context) -> None:
        effects.append(["grow"])

    result = await create_dispatch([plugin])([["same"]])
    assert (len(result.results), result.errors) == (1, ())
