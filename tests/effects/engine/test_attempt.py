"""`ctx.attempt`: errors that an interpreter deals with."""

import inspect
import logging
from collections.abc import Callable
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import (
    Context,
    DispatchResult,
    Effect,
    Interceptor,
    LimitError,
    Limits,
    Placeholder,
    Registry,
    Step,
    Stop,
    create_dispatch,
    fail_fast,
)
from effects.testing import Recorder
from effects.tracing import Tracer

Kit = Callable[[], Registry]
Ear = Callable[[], Any]


class Trying:
    """A registry of effects that attempt others, and the results of their attempts."""

    def __init__(self) -> None:
        self.results: list[DispatchResult] = []
        self.registry = Registry("trying")
        self.registry.effect("attempt")(self.attempt)
        self.registry.effect("give-up")(self.give_up)
        self.registry.effect("each-attempt", each=True)(self.attempt)

    async def attempt(self, ctx: Context, *then: Effect) -> int:
        """Say how much has failed."""
        result = await ctx.attempt(then)
        self.results.append(result)
        return len(result.errors)

    async def give_up(self, ctx: Context, *then: Effect) -> None:
        """Fail if something has failed."""
        (await ctx.attempt(then)).raise_errors()


@pytest.fixture
def trying() -> Trying:
    """Such a registry."""
    return Trying()


items: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(["fail", "note", "unknown"]),
    lambda inner: st.tuples(st.sampled_from(["run", "tree", "attempt"]), st.lists(inner, max_size=3)),
)


def vector(item: Any) -> list[object]:
    """The vector for an item."""
    if isinstance(item, str):
        return ["note", 1] if item == "note" else [item]
    return [item[0], *map(vector, item[1])]


def spread(item: Any) -> int:
    """Return the number of errors of an item that reach the dispatch around it."""
    if isinstance(item, str):
        return int(item != "note")
    return 0 if item[0] == "attempt" else sum(map(spread, item[1]))


def attempts(item: Any) -> list[int]:
    """How many errors each attempt deals with, in order of ending."""
    if isinstance(item, str):
        return []
    inside = [count for child in item[1] for count in attempts(child)]
    return [*inside, sum(map(spread, item[1]))] if item[0] == "attempt" else inside


@settings(deadline=None)
@given(tree=st.lists(items, max_size=5))
async def test_law_03_what_is_handled_stays_inside(kit: Kit, ear: Ear, tree: list[Any]) -> None:
    """Each error is in the results of all dispatches around it, up to the attempt that deals with it."""
    trying, listener = Trying(), ear()
    dispatch = create_dispatch([kit(), trying.registry, listener], system={"notes": []})
    result = await dispatch([vector(item) for item in tree])
    assert len(result.errors) == sum(map(spread, tree))
    assert listener.heard == list(result.errors)
    assert [len(one.errors) for one in trying.results] == [count for item in tree for count in attempts(item)]
    assert not any(record.handled for record in result.errors)
    assert all(record.handled for one in trying.results for record in one.errors)


def test_it_has_the_signature_of_a_dispatch() -> None:
    """Law 9."""
    assert inspect.signature(Context.attempt) == inspect.signature(Context.dispatch)


async def test_it_sees_what_a_continuation_sees(kit: Kit, trying: Trying) -> None:
    """Data and system are merged, placeholders bound late, and errors have their places."""
    notes: list[object] = []

    @trying.registry.effect("with-data")
    async def with_data(ctx: Context, *then: Effect) -> None:
        trying.results.append(await ctx.attempt(then, data={"it": "late"}, system={"notes": notes}))

    dispatch = create_dispatch([kit(), trying.registry])
    await dispatch([["with-data", ["note", Placeholder("it")], ["note", Placeholder("it", "other")], ["fail"]]])
    assert notes == ["late"]
    assert [error.path for error in trying.results[0].errors] == [(0, 2, 1), (0, 3)]


async def test_fail_fast_goes_on_behind_it(kit: Kit, trying: Trying) -> None:
    """The attempt stops at its first error; the dispatch around it goes on."""
    notes: list[object] = []
    dispatch = create_dispatch([kit(), trying.registry], system={"notes": notes}, interceptors=[fail_fast])
    result = await dispatch([["attempt", ["note", 1], ["fail"], ["note", 2]], ["note", 3]])
    assert (result.errors, result.stopped, notes) == ((), None, [1, 3])
    assert trying.results[0].stopped is not None


async def test_who_gives_up_fails_with_all_of_it(kit: Kit, trying: Trying) -> None:
    """Its own error is a group of the errors of the attempt."""
    result = await create_dispatch([kit(), trying.registry])([["give-up", ["fail"], ["nobody"]]])
    (record,) = result.errors
    assert (record.phase, record.key, record.handled) == ("execute", "give-up", False)
    assert isinstance(record.exception, ExceptionGroup)
    assert [type(one).__name__ for one in record.exception.exceptions] == ["ValueError", "UnknownKeyError"]


async def test_each_is_logged_once_at_a_level_of_its_own(
    kit: Kit, trying: Trying, caplog: pytest.LogCaptureFixture
) -> None:
    """The log record has the same attributes as any error."""
    caplog.set_level(logging.INFO, "effects")
    await create_dispatch([kit(), trying.registry])([["attempt", ["attempt", ["run", ["fail"]]]], ["fail"]])
    assert [record.levelno for record in caplog.records] == [logging.INFO, logging.ERROR]
    assert caplog.messages[0].startswith("handled: execute failed for 'fail': ValueError")
    assert ", in fail\n" in caplog.messages[0]
    assert vars(caplog.records[0])["effect_path"] == "effects[0][1][1][1]"


async def test_a_log_that_is_blocked_says_nothing(kit: Kit, trying: Trying, caplog: pytest.LogCaptureFixture) -> None:
    """It does not log handled errors, either."""
    caplog.set_level(logging.DEBUG, "effects")
    await create_dispatch([kit(), trying.registry], block=["rhialto.log"])([["attempt", ["fail"]]])
    assert caplog.records == []


async def test_a_trace_marks_what_was_handled(kit: Kit, trying: Trying) -> None:
    """The attempted effect has failed; the effect that attempted it has not."""
    tracer = Tracer(create_dispatch([kit(), trying.registry]))
    await tracer([["attempt", ["fail"]]])
    statuses = [(node.kind, node.key, node.status) for node in tracer.trace]
    assert statuses == [
        ("dispatch", None, "done"),
        ("effect", "attempt", "done"),
        ("dispatch", None, "failed"),
        ("effect", "fail", "failed"),
    ]
    assert "failed: ValueError (handled)" in str(tracer.trace)
    (said,) = [error for node in tracer.trace for error in node.as_data().get("errors", ())]  # type: ignore[attr-defined]
    assert said["handled"] is True


async def test_a_budget_that_is_used_up_is_nobodys_to_handle(kit: Kit, trying: Trying) -> None:
    """It ends everything around, so all of that says why."""
    dispatch = create_dispatch([kit(), trying.registry], system={"notes": []}, limits=Limits(vectors=4))
    result = await dispatch([["attempt", ["attempt", ["note", 1], ["note", 2], ["note", 3]]], ["note", 4]])
    (record,) = result.errors
    assert isinstance(record.exception, LimitError)
    assert not record.handled
    assert [one.errors for one in trying.results] == [result.errors] * 2


async def test_depth_is_handled_as_any_error(kit: Kit, trying: Trying) -> None:
    """Less deep, things go on."""
    dispatch = create_dispatch([kit(), trying.registry], system={"notes": []}, limits=Limits(nesting=2))
    result = await dispatch([["attempt", ["run", ["note", 1]]], ["note", 2]])
    assert result.errors == ()
    assert isinstance(trying.results[0].errors[0].exception, LimitError)


async def test_a_stop_ends_what_was_attempted(kit: Kit, trying: Trying) -> None:
    """The dispatch around it goes on, as for any continuation."""
    notes: list[object] = []

    def stop(step: Step) -> Stop | None:
        return Stop("enough") if step.vector[1:] == [2] else None

    dispatch = create_dispatch(
        [kit(), trying.registry],
        system={"notes": notes},
        interceptors=[Interceptor(id="stop", before_effect=stop)],
    )
    result = await dispatch([["attempt", ["note", 1], ["note", 2], ["note", 3]], ["note", 4]])
    assert (notes, result.stopped, trying.results[0].stopped) == ([1, 4], None, "enough")


async def test_cancellation_passes(trying: Trying) -> None:
    """No attempt handles it."""

    @trying.registry.effect("wait")
    async def wait(ctx: Context) -> None:
        await trio.sleep_forever()

    with trio.move_on_after(0) as scope:
        await create_dispatch([trying.registry])([["attempt", ["wait"]]])
    assert scope.cancelled_caught
    assert trying.results == []


async def test_background_work_may_attempt_and_be_attempted(kit: Kit, ear: Ear, trying: Trying) -> None:
    """It may attempt effects of its own. Work that attempted effects spawn is reported as ever, since no attempt waits
    for it.
    """

    async def work(ctx: Context) -> None:
        trying.results.append(await ctx.attempt([["fail"]]))
        await ctx.dispatch([["nobody"]])

    trying.registry.effect("spawn")(lambda ctx: ctx.spawn(work))
    listener = ear()
    dispatch = create_dispatch([kit(), trying.registry, listener])
    async with dispatch.running():
        result = await dispatch([["attempt", ["spawn"]]])
        await trio.testing.wait_all_tasks_blocked()
    assert result.errors == ()
    assert [len(one.errors) for one in trying.results] == [0, 1]
    assert [(record.key, record.handled) for record in listener.heard] == [("nobody", False)]


async def test_effects_for_each_member_may_attempt(kit: Kit, trying: Trying) -> None:
    """Errors that they handle are not counted among the failures of other members."""
    recorder = Recorder(create_dispatch([kit(), trying.registry], system={"notes": []}))
    recorder.runs("each-attempt", trying.attempt)
    recorder.fails("note", OSError())
    result = await recorder([["each-attempt", ["note", 1]]])
    assert result.errors == ()
    assert len(trying.results[0].errors) == 1
