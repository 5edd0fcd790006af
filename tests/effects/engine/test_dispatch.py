"""Calls of a dispatch: results, records, and the faults that must not make it raise."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import trio
import trio.testing

from effects import (
    ArgumentError,
    Context,
    DispatchResult,
    Effect,
    EffectsError,
    ErrorRecord,
    Limits,
    Placeholder,
    Registry,
    ResultRecord,
    ShapeError,
    StateError,
    UnknownKeyError,
    Via,
    create_dispatch,
    hookimpl,
)

Kit = Callable[[], Registry]
Ear = Callable[[], Any]


async def test_an_empty_list_comes_to_nothing() -> None:
    """No effects, no results, no errors."""
    assert await create_dispatch([])([]) == DispatchResult()


async def test_a_result_is_recorded_for_each_effect(kit: Kit) -> None:
    """The record has its key, its value, its path and its plugin."""
    result = await create_dispatch([kit()], system={"notes": []})([["note", 5], ("note", 6)])
    assert result.results == (ResultRecord("note", 5, (0,), "kit"), ResultRecord("note", 6, (1,), "kit"))


async def test_results_compare_by_what_they_hold(kit: Kit) -> None:
    """Results with the same content are equal; no other object is equal to a result."""
    dispatch = create_dispatch([kit()], system={"notes": []})
    one, same, other = [await dispatch([["note", number]]) for number in (1, 1, 2)]
    anything: object = (one.results, one.errors, one.stopped)
    assert one == same
    assert one != other
    assert one != anything


async def test_a_result_shows_what_it_holds(kit: Kit) -> None:
    """Its repr has the results, the errors and the reason of a stop."""
    result = await create_dispatch([kit()], system={"notes": []})([["note", 5], ["fail"]])
    assert repr(result) == f"DispatchResult(results={result.results!r}, errors={result.errors!r}, stopped=None)"


async def test_a_tuple_of_tuples_is_as_good_as_lists(kit: Kit) -> None:
    """Both containers mean the same, for the list and for the vectors."""
    notes: list[object] = []
    (await create_dispatch([kit()], system={"notes": notes})((("tree", ("note", 1)), ["note", 2]))).raise_errors()
    assert notes == [1, 2]


async def test_a_vector_without_arguments_is_fine() -> None:
    """A key alone is a vector."""
    plugin = Registry("plugin")
    plugin.effect("ping")(lambda ctx: "pong")
    result = await create_dispatch([plugin])([["ping"]])
    assert result.results[0].value == "pong"


async def test_an_interpreter_may_be_async() -> None:
    """Its value is the awaited one."""
    plugin = Registry("plugin")

    @plugin.effect("wait")
    async def wait(ctx: Context) -> str:
        await trio.lowlevel.checkpoint()
        return "done"

    assert (await create_dispatch([plugin])([["wait"]])).results[0].value == "done"


async def test_an_interpreter_that_returns_a_coroutine_is_awaited() -> None:
    """A plain function that hands on to an async one works like it."""
    plugin = Registry("plugin")

    async def inner() -> str:
        return "inner"

    plugin.effect("outer")(lambda ctx: inner())
    assert (await create_dispatch([plugin])([["outer"]])).results[0].value == "inner"


async def test_raise_errors_raises_a_group_of_everything(kit: Kit) -> None:
    """The group's message lists each record; its exceptions are the recorded ones."""
    result = await create_dispatch([kit()])([["fail"], ["nobody"]])
    with pytest.raises(ExceptionGroup) as caught:
        result.raise_errors()
    assert caught.value.exceptions == tuple(record.exception for record in result.errors)
    assert "2 failed in this dispatch" in caught.value.message
    assert all(str(record) in caught.value.message for record in result.errors)


async def test_raise_errors_returns_the_result_where_there_is_none() -> None:
    """It can be chained."""
    result = await create_dispatch([])([])
    assert result.raise_errors() is result


async def test_errors_of_an_expansion_have_its_path(kit: Kit) -> None:
    """`=>` leads from the action into its expansion."""
    (record,) = (await create_dispatch([kit()])([["tree", ["tree", ["fail"]]]])).errors
    assert record.path == (0, Via.EXPANSION, 0, Via.EXPANSION, 0)
    assert record.place == "effects[0] => [0] => [0]"
    assert (record.phase, record.key, record.plugin) == ("execute", "fail", "kit")


async def test_a_record_says_in_its_repr_what_and_where(kit: Kit) -> None:
    """Everything but values and messages is in it."""
    (record,) = (await create_dispatch([kit()])([["fail"]])).errors
    assert repr(record) == "<ErrorRecord execute 'fail' effects[0] plugin='kit' ValueError>"


async def test_a_record_of_user_code_names_the_plugin_and_the_type(kit: Kit) -> None:
    """An exception of user code is shown by its type."""
    (record,) = (await create_dispatch([kit()])([["fail"]])).errors
    assert str(record).splitlines() == [
        "execute failed for 'fail': ValueError",
        "  at   effects[0]",
        "  from plugin 'kit'",
        "  fix  create_dispatch(..., debug=True) shows its message",
    ]


async def test_an_error_is_heard_before_the_next_effect_runs(kit: Kit) -> None:
    """The hook hears it when it happens, not at the end."""
    notes: list[object] = []
    plugin = Registry("plugin")
    listener = kit_listener(notes)
    plugin.effect("note-next")(lambda ctx: notes.append("next"))
    await create_dispatch([kit(), plugin, listener])([["fail"], ["note-next"]])
    assert notes == ["heard fail", "next"]


def kit_listener(notes: list[object]) -> object:
    """A plugin that notes each error's key."""

    class Listener:
        @hookimpl
        def rhialto_error(self, record: ErrorRecord) -> None:
            notes.append(f"heard {record.key}")

    return Listener()


async def test_what_a_listener_raises_harms_neither_the_dispatch_nor_the_others(
    kit: Kit, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged under the listener's name."""

    class Deaf:
        name = "deaf"

        @hookimpl
        def rhialto_error(self, record: ErrorRecord) -> None:
            raise OSError("no ears")

    listener = ear()
    result = await create_dispatch([kit(), Deaf(), listener])([["fail"]])
    assert listener.heard == list(result.errors)
    assert "plugin 'deaf' failed to hear of an error: OSError" in caplog.text


async def test_a_long_dispatch_lets_other_tasks_run(kit: Kit) -> None:
    """It yields now and then although none of its effects waits."""
    turns: list[int] = []
    notes: list[object] = []

    async def other() -> None:
        while True:
            turns.append(len(notes))
            await trio.lowlevel.checkpoint()

    dispatch = create_dispatch([kit()], system={"notes": notes})
    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        await dispatch([["note", number] for number in range(2000)])
        nursery.cancel_scope.cancel()
    assert any(0 < turn < 2000 for turn in turns)


async def test_a_long_dispatch_can_be_cancelled(kit: Kit) -> None:
    """Effects that have run stay; the rest is not taken up."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes})
    with trio.CancelScope() as scope:
        scope.cancel()
        await dispatch([["note", number] for number in range(2000)])
    assert scope.cancelled_caught
    assert len(notes) < 2000


async def test_many_dispatches_run_at_the_same_time(kit: Kit) -> None:
    """A dispatch keeps no state between calls: each call sees its own data only."""
    dispatch = create_dispatch([kit()], system={"notes": []})

    async def one(number: int) -> None:
        result = await dispatch([["note", Placeholder("it")]] * 300, data={"it": number})
        assert {record.value for record in result.results} == {number}

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(one, number)


async def test_continuations_may_run_at_the_same_time() -> None:
    """Errors of all of them reach the parent, each under its own path."""
    plugin = Registry("plugin")

    @plugin.effect("both")
    async def both(ctx: Context, *then: Effect) -> None:
        async with trio.open_nursery() as nursery:
            for vector in then:
                nursery.start_soon(ctx.dispatch, [vector])

    result = await create_dispatch([plugin])([["both", ["nobody"], ["nobody else"]]])
    assert {(record.key, record.path) for record in result.errors} == {("nobody", (0, 1)), ("nobody else", (0, 2))}


class Counted(list[object]):
    """A list that counts how often it is read through."""

    reads = 0

    def __iter__(self) -> Iterator[object]:
        Counted.reads += 1
        return super().__iter__()


async def test_the_places_of_many_results_cost_no_search_each(kit: Kit) -> None:
    """A continuation of n effects does not look through its vector n times."""
    plugin = Registry("plugin")

    @plugin.effect("all")
    async def each_of(ctx: Context, then: Sequence[Effect]) -> None:
        (await ctx.dispatch(list(then))).raise_errors()

    Counted.reads = 0
    many = Counted([["note", number] for number in range(200)])
    dispatch = create_dispatch([kit(), plugin], system={"notes": []}, limits=Limits(vectors=1000))
    (await dispatch([["all", many]])).raise_errors()
    assert Counted.reads < 20


def test_every_exception_of_the_engine_is_an_effects_error() -> None:
    """One base catches them all; a missing slice is a LookupError as well."""
    assert issubclass(StateError, LookupError)
    assert all(issubclass(kind, EffectsError) for kind in (ArgumentError, ShapeError, StateError, UnknownKeyError))
