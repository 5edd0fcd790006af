"""Interceptors: what each kind of hook sees, and what it may change."""

from collections.abc import Callable
from typing import Any

import pytest

from effects import (
    Context,
    DispatchResult,
    Interceptor,
    InterceptorError,
    Placeholder,
    RegistrationError,
    Registry,
    Skip,
    Step,
    Stop,
    create_dispatch,
    fail_fast,
)
from effects.testing import MemorySink
from tests.effects.made import run

Kit = Callable[[], Registry]


@pytest.fixture
def seen() -> list[Step]:
    """The steps that a hook saw; `seen.append` is a hook by itself."""
    return []


async def test_a_before_hook_may_rewrite_the_list_of_a_dispatch(kit: Kit) -> None:
    """Paths then lead into the new list."""
    result, notes = await run(kit, [["note", 1]], before_dispatch=lambda step: step.replace(vector=[["note", 2]]))
    assert notes == [2]
    assert result.errors == ()


@pytest.mark.parametrize(
    ("answer", "skipped"), [(None, False), (Skip(), True), (Skip("instead"), True), (Stop(), True)], ids=str
)
async def test_an_after_hook_can_tell_what_was_not_run(
    kit: Kit, seen: list[Step], answer: Skip | Stop | None, skipped: bool
) -> None:
    """This holds for every result."""
    hooks: dict[str, Any] = {"before_effect": lambda step: answer, "after_effect": seen.append}
    await run(kit, [["note", None]], **hooks)
    (step,) = seen
    assert (step.skipped, step.failed) == (skipped, False)


async def test_interceptors_after_one_that_skips_see_nothing_of_the_step(kit: Kit, seen: list[Step]) -> None:
    """They see it neither before nor after; earlier interceptors see both."""
    plugin = Registry("guard")
    plugin.interceptor(Interceptor(id="first", after_effect=seen.append))
    plugin.interceptor(Interceptor(id="skips", before_effect=lambda step: Skip()))
    plugin.interceptor(Interceptor(id="last", before_effect=seen.append, after_effect=seen.append))
    await create_dispatch([kit(), plugin], system={"notes": []})([["note", 1]])
    assert [step.skipped for step in seen] == [True]


async def test_a_dispatch_may_be_skipped(kit: Kit) -> None:
    """Nothing of it runs; it was not stopped."""
    result, notes = await run(kit, [["note", 1]], before_dispatch=lambda step: Skip())
    assert (result, notes) == (DispatchResult(), [])


async def test_a_dispatch_may_be_stopped(kit: Kit) -> None:
    """The reason is in the result."""
    result, notes = await run(kit, [["note", 1]], before_dispatch=lambda step: Stop("not now"))
    assert (result.stopped, notes) == ("not now", [])


async def test_an_effect_may_be_rewritten_to_another(kit: Kit) -> None:
    """The result is recorded under the key that ran, at the old place."""
    result, notes = await run(kit, [["run"]], before_effect=lambda step: step.replace(vector=["note", 7]))
    assert notes == [7]
    assert [(record.key, record.path, record.skipped) for record in result.results] == [("note", (0,), False)]


async def test_an_effect_rewritten_to_one_that_runs_for_each_member_does(kit: Kit) -> None:
    """It runs once for each member of the sink, although a hook put it there."""
    plugin = Registry("plugin")
    sinks: list[object] = []

    @plugin.effect("each", each=True)
    def each(ctx: Context, *, sink: object) -> None:
        sinks.append(sink)

    group = MemorySink(members=3)
    rewrite = Interceptor(
        id="i", before_effect=lambda step: step.replace(vector=["each"]) if step.key == "note" else None
    )
    dispatch = create_dispatch([kit(), plugin], system={"notes": [], "sink": group}, interceptors=[rewrite])
    (await dispatch([["note", 1]])).raise_errors()
    assert sinks == list(group.members())


async def test_an_effect_rewritten_to_one_that_fails_for_each_member_fails_for_each(kit: Kit) -> None:
    """Each failure is a record."""
    plugin = Registry("plugin")
    plugin.effect("each", each=True)(lambda ctx: 1 // 0)
    rewrite = Interceptor(id="i", before_effect=lambda step: step.replace(vector=["each"]))
    system = {"notes": [], "sink": MemorySink(members=3)}
    result = await create_dispatch([kit(), plugin], system=system, interceptors=[rewrite])([["note", 1]])
    assert [(record.phase, record.key) for record in result.errors] == [("execute", "each")] * 3


async def test_a_skipped_effect_has_the_result_it_is_given(kit: Kit) -> None:
    """Its record is marked as skipped."""
    result, notes = await run(kit, [["note", 1], ["note", 2]], before_effect=lambda step: Skip("instead"))
    assert notes == []
    assert [(record.value, record.skipped) for record in result.results] == [("instead", True)] * 2


async def test_a_skipped_action_may_have_an_expansion(kit: Kit) -> None:
    """It is taken up in its place."""
    _, notes = await run(kit, [["tree", ["note", 1]]], before_action=lambda step: Skip([["note", 2]]))
    assert notes == [2]


async def test_a_skipped_action_expands_to_nothing(kit: Kit) -> None:
    """`Skip()` leaves it out."""
    result, notes = await run(kit, [["tree", ["note", 1]], ["note", 3]], before_action=lambda step: Skip())
    assert (notes, result.errors) == ([3], ())


async def test_a_skipped_action_with_a_misfit_expansion_is_the_interceptors_fault(kit: Kit) -> None:
    """The record names who skipped it so, not the action's owner."""
    result, _ = await run(kit, [["tree"]], before_action=lambda step: Skip(42))
    (record,) = result.errors
    assert (record.phase, record.plugin) == ("interceptor", "create_dispatch")


async def test_an_after_hook_may_change_a_result(kit: Kit) -> None:
    """It may change the recorded value of an effect."""
    result, _ = await run(kit, [["note", 1]], after_effect=lambda step: step.replace(result=[step.result]))
    assert result.results[0].value == [1]


async def test_an_after_hook_may_set_a_result_to_none(kit: Kit) -> None:
    """None is a result like any other."""
    result, _ = await run(kit, [["note", 1]], after_effect=lambda step: step.replace(result=None))
    assert result.results[0].value is None


async def test_an_after_hook_may_change_an_expansion(kit: Kit) -> None:
    """It may change the vectors that an action expands to."""
    replaced = [["note", 2]]
    _, notes = await run(kit, [["tree", ["note", 1]]], after_action=lambda step: step.replace(result=replaced))
    assert notes == [2]


async def test_stop_in_an_actions_hook_ends_the_list(kit: Kit) -> None:
    """Its expansion does not run, and neither do its siblings."""
    for moment in ("before_action", "after_action"):
        result, notes = await run(kit, [["tree", ["note", 1]], ["note", 2]], **{moment: lambda step: Stop("enough")})
        assert (result.stopped, notes) == ("enough", [])


async def test_the_first_reason_of_a_stop_is_kept(kit: Kit) -> None:
    """An after hook that stops again does not replace it."""
    result, _ = await run(
        kit, [["note", 1]], before_effect=lambda step: Stop("first"), after_effect=lambda step: Stop("second")
    )
    assert result.stopped == "first"


async def test_a_rewritten_vector_is_validated(kit: Kit) -> None:
    """A wrong number of arguments is an error as it would have been without the hook."""
    result, _ = await run(kit, [["note", 1]], before_effect=lambda step: step.replace(vector=["note"]))
    assert [record.phase for record in result.errors] == ["validate"]


async def test_a_rewritten_vector_is_not_interpolated(kit: Kit) -> None:
    """A placeholder that a hook brings in stays one."""
    late = Placeholder("it")
    _, notes = await run(kit, [["note", 1]], before_effect=lambda step: step.replace(vector=["note", late]))
    assert notes == [late]


async def test_a_change_of_system_reaches_the_interpreter(kit: Kit) -> None:
    """Later steps of the same dispatch see it, too."""
    others: list[object] = []

    def before(step: Step) -> Any:
        return step.replace(system={"notes": others}) if step.vector[1] == 2 else None

    _, notes = await run(kit, [["note", 1], ["note", 2], ["note", 3]], before_effect=before)
    assert (notes, others) == ([1], [2, 3])


async def test_a_change_of_data_in_an_after_hook_reaches_what_comes_after(kit: Kit) -> None:
    """Placeholders of later effects see it."""

    def after(step: Step) -> Step:
        return step.replace(data={"it": f"after {step.vector[1]}"})

    late = Placeholder("it")
    _, notes = await run(kit, [["note", late], ["note", late]], after_effect=after)
    assert notes == ["resolved", "after resolved"]


async def test_a_change_of_data_is_not_seen_by_another_dispatch(kit: Kit) -> None:
    """The next call starts from its own data."""
    notes: list[object] = []
    hook = Interceptor(id="i", before_dispatch=lambda step: step.replace(data={"it": "hooked"}) if step.data else None)
    dispatch = create_dispatch([kit()], system={"notes": notes}, interceptors=[hook])
    await dispatch([["note", Placeholder("it")]], data={"it": 1})
    result = await dispatch([["note", Placeholder("it")]])
    assert notes == ["hooked"]
    assert [record.phase for record in result.errors] == ["interpolate"]


async def test_cancellation_passes_a_hook(kit: Kit) -> None:
    """The engine does not keep an exception that is no `Exception`."""

    def interrupt(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await run(kit, [["note", 1]], before_effect=interrupt)


async def test_fail_fast_stops_at_the_first_error(kit: Kit) -> None:
    """Effects before it have run; later ones do not."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes}, interceptors=[fail_fast])
    result = await dispatch([["note", 1], ["fail"], ["note", 2]])
    assert notes == [1]
    assert result.stopped == "fail-fast: an earlier step failed"


@pytest.mark.parametrize("vector", [["run", ["fail"], ["note", 1]], ["tree", ["fail"], ["note", 1]], ["nobody"]])
async def test_fail_fast_counts_nested_errors(kit: Kit, vector: list[object]) -> None:
    """An error in a continuation, in an expansion or in reading a vector counts, too."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes}, interceptors=[fail_fast])
    result = await dispatch([vector, ["note", 2]])
    assert notes == []
    assert len(result.errors) == 1


def test_registration_errors_are_engine_errors() -> None:
    """An interceptor that breaks its contract has an exception of its own."""
    assert not issubclass(InterceptorError, RegistrationError)
