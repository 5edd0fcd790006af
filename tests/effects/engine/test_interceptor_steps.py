"""The parts of a step that an interceptor's hooks see."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from effects import Context, Effect, Interceptor, Placeholder, Registry, Step, Via, create_dispatch
from tests.effects.made import run

Kit = Callable[[], Registry]


@pytest.fixture
def seen() -> list[Step]:
    """The steps that a hook saw; `seen.append` is a hook by itself."""
    return []


async def test_an_effects_hooks_see_resolved_values(kit: Kit, seen: list[Step]) -> None:
    """Before the interpreter runs, its vector is complete."""
    await run(kit, [["note", Placeholder("it")]], before_effect=seen.append)
    (step,) = seen
    assert (step.kind, step.key, list(step.vector), step.path) == ("effect", "note", ["note", "resolved"], (0,))
    assert (step.result, step.failed, list(step.errors)) == (None, False, [])
    assert dict(step.data) == {"it": "resolved"}
    assert set(step.system) == {"notes"}


async def test_an_effects_after_hook_sees_the_result(kit: Kit, seen: list[Step]) -> None:
    """The result is the value that the interpreter returned."""
    await run(kit, [["note", 5]], after_effect=seen.append)
    assert [(step.result, step.failed) for step in seen] == [(5, False)]


async def test_an_after_hook_is_told_that_its_step_failed(kit: Kit, seen: list[Step]) -> None:
    """The error is among those of the dispatch."""
    result, _ = await run(kit, [["fail"]], after_effect=seen.append)
    assert [(step.result, step.failed) for step in seen] == [(None, True)]
    assert list(seen[0].errors) == list(result.errors)


@pytest.mark.parametrize("kind", ["effect", "action"])
async def test_an_after_hook_is_told_that_a_later_before_hook_failed(kit: Kit, seen: list[Step], kind: str) -> None:
    """The step was not run because something raised: for the other interceptors it failed."""

    def fail(step: Step) -> None:
        raise ValueError("no")

    hooks: Any = {f"after_{kind}": seen.append}
    failing: Any = {f"before_{kind}": fail}
    interceptors = [Interceptor(id="outer", **hooks), Interceptor(id="inner", **failing)]
    dispatch = create_dispatch([kit()], system={"notes": []}, interceptors=interceptors)
    await dispatch([["note", 1] if kind == "effect" else ["tree"]])
    assert [step.failed for step in seen] == [True]


async def test_an_actions_hooks_see_its_vector_and_expansion(kit: Kit, seen: list[Step]) -> None:
    """The before hook sees the vector; the after hook sees the expansion, before it is taken up."""
    await run(kit, [["tree", ["note", 1]]], before_action=seen.append, after_action=seen.append)
    assert [step.kind for step in seen] == ["action", "action"]
    expansion: Any = seen[1].result
    assert list(expansion) == [["note", 1]]


async def test_an_action_that_fails_is_told_to_its_after_hook(kit: Kit, seen: list[Step]) -> None:
    """The step has an empty expansion."""
    plugin = Registry("plugin")
    plugin.action("act")(lambda state: 1 // 0)
    interceptors = [Interceptor(id="i", after_action=seen.append)]
    await create_dispatch([kit(), plugin], interceptors=interceptors)([["act"]])
    assert [(step.result, step.failed) for step in seen] == [([], True)]


async def test_a_dispatchs_hooks_see_the_list_and_the_result(kit: Kit, seen: list[Step]) -> None:
    """The before hook sees the list as it was dispatched; the after hook sees the `DispatchResult`."""
    effects = [["note", Placeholder("it")], ["fail"]]
    result, _ = await run(kit, effects, before_dispatch=seen.append, after_dispatch=seen.append)
    assert [(step.kind, step.key, step.path) for step in seen] == [("dispatch", None, ())] * 2
    assert list(seen[0].vector) == effects
    assert seen[1].result == result
    assert seen[1].failed


async def test_a_continuation_is_a_dispatch_of_its_own(kit: Kit, seen: list[Step]) -> None:
    """Its hooks run with the path of the effect that made it."""
    await run(kit, [["run", ["note", 1]]], before_dispatch=seen.append)
    assert [step.path for step in seen] == [(), (0,)]


async def test_paths_lead_into_the_list_that_hooks_have_left_of_a_continuation(kit: Kit) -> None:
    """An item that a hook has added has a place of its own, and the others keep theirs."""

    def begin(step: Step) -> Step | None:
        return step.replace(vector=[["fail"], *step.vector]) if step.path else None

    result, _ = await run(kit, [["run", ["fail"]]], before_dispatch=begin)
    assert [error.path for error in result.errors] == [(0, Via.CONTINUATION, 0), (0, 1)]


async def test_cancelling_between_hooks_runs_no_after_hook(seen: list[Step]) -> None:
    """A cancelled effect has no result, and its after hooks are not told one."""
    plugin = Registry("plugin")

    @plugin.effect("wait")
    async def wait(ctx: Context, *then: Effect) -> None:
        await trio.sleep_forever()

    dispatch = create_dispatch([plugin], interceptors=[Interceptor(id="i", after_effect=seen.append)])
    with trio.CancelScope() as scope:
        scope.cancel()
        await dispatch([["wait"]])
    assert seen == []


async def test_a_hook_sees_the_path_within_an_expansion(kit: Kit, seen: list[Step]) -> None:
    """The path is that which an error there would have."""
    await run(kit, [["tree", ["note", 1]]], before_effect=seen.append)
    assert [step.path for step in seen] == [(0, Via.EXPANSION, 0)]


async def test_a_hook_sees_results_so_far(kit: Kit) -> None:
    """It sees those of its dispatch up to then, as with errors. A kept step does not get later ones."""
    seen: list[Step] = []
    dispatch = create_dispatch(
        [kit()],
        system={"notes": []},
        interceptors=[Interceptor(id="i", before_effect=seen.append, after_dispatch=seen.append)],
    )
    result = await dispatch([["note", 1], ["run", ["note", 2]], ["note", 3]])
    assert [[record.value for record in step.results] for step in seen] == [[], [1], [], [2], [1, None], [1, None, 3]]
    assert tuple(seen[-1].results) == result.results
    later = seen[4].results
    assert (len(later), later[-1].value, [one.value for one in later[:1]], repr(later)) == (
        2,
        None,
        [1],
        "<2 results so far>",
    )
    with pytest.raises(IndexError):
        later[2]
    assert seen[4].replace(data={}).results is later
