"""The scheduler: what runs when, what it is called, what fails, and that nothing is left."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from effects import (
    Context,
    Dispatch,
    DispatchResult,
    ErrorRecord,
    LifecycleError,
    LimitError,
    Limits,
    Placeholder,
    RegistrationError,
    Registry,
    Via,
    create_dispatch,
    hookimpl,
)
from effects.testing import Recorder
from rhialto_scheduler import Scheduled, ScheduleError, Scheduler, scheduler


class Diary:
    """A plugin that notes what runs, and when, in seconds since it began; and the errors that are heard."""

    name = "diary"

    def __init__(self) -> None:
        self.began = trio.current_time()
        self.notes: list[tuple[float, object]] = []
        self.heard: list[ErrorRecord] = []
        self._registry = Registry("diary")
        self._registry.effect("note")(self._note)
        self._registry.effect("wait")(self._wait)
        self._registry.effect("fail")(self._fail)
        self._registry.effect("spoil")(self._spoil)
        self._registry.action("look")(self._look)
        self._registry.placeholder("who")(self._who)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute `note`, `wait`, `fail`, `spoil`, `look` and the placeholder `who`."""
        return self._registry

    @hookimpl
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Keep what failed."""
        self.heard.append(record)

    def _note(self, ctx: Context, what: object) -> None:
        self.notes.append((trio.current_time() - self.began, what))

    async def _wait(self, ctx: Context, seconds: float) -> None:
        await trio.sleep(seconds)

    def _fail(self, ctx: Context) -> None:
        raise OSError("no bell")

    def _spoil(self, ctx: Context, options: dict[str, list[object]], more: list[list[object]]) -> None:
        self._note(ctx, repr((options, more)))
        options["names"].append("spoilt")
        more[0].append("spoilt")

    def _look(self, state: Mapping[str, object]) -> list[list[object]]:
        return [["note", state["schedule"]]]

    def _who(self, data: Mapping[str, object]) -> object:
        return data["who"]


@asynccontextmanager
async def started(
    plugin: Scheduler = scheduler, *, limits: Limits | None = None
) -> AsyncGenerator[tuple[Dispatch, Diary]]:
    """A dispatch that is running, with a scheduler and a diary."""
    diary = Diary()
    dispatch = create_dispatch([plugin, diary], limits=limits)
    async with dispatch.running():
        yield dispatch, diary


async def test_after_runs_its_effects_once(autojump_clock: MockClock) -> None:
    """In time, in order, and not again. The dispatch that scheduled them does not wait."""
    async with started() as (dispatch, diary):
        (await dispatch([["after", {"seconds": 5}, ["note", "tea"], ["note", "milk"]]])).raise_errors()
        assert trio.current_time() == diary.began
        await trio.sleep(60)
        assert diary.notes == [(5, "tea"), (5, "milk")]


async def test_after_no_time_is_soon(autojump_clock: MockClock) -> None:
    """Once the dispatch is done."""
    async with started() as (dispatch, diary):
        (await dispatch([["after", {"seconds": 0}, ["note", "soon"]], ["note", "now"]])).raise_errors()
        await wait_all_tasks_blocked()
        assert diary.notes == [(0, "now"), (0, "soon")]


async def test_every_runs_its_effects_again_and_again(autojump_clock: MockClock) -> None:
    """The first time when the time has passed once."""
    async with started() as (dispatch, diary):
        (await dispatch([["every", {"seconds": 60}, ["note", "tick"]]])).raise_errors()
        await trio.sleep(200)
        assert diary.notes == [(60, "tick"), (120, "tick"), (180, "tick")]


async def test_every_does_not_drift(autojump_clock: MockClock) -> None:
    """The duration of a turn is not added to the time between turns."""
    async with started() as (dispatch, diary):
        (await dispatch([["every", {"seconds": 60}, ["note", "tick"], ["wait", 10]]])).raise_errors()
        await trio.sleep(200)
        assert diary.notes == [(60, "tick"), (120, "tick"), (180, "tick")]


async def test_a_turn_that_takes_too_long_costs_the_next(autojump_clock: MockClock) -> None:
    """There are never two at once, and the others keep their times."""
    async with started() as (dispatch, diary):
        (await dispatch([["every", {"seconds": 60}, ["note", "tick"], ["wait", 70]]])).raise_errors()
        await trio.sleep(320)
        assert diary.notes == [(60, "tick"), (180, "tick"), (300, "tick")]


async def test_what_was_missed_while_the_machine_slept_runs_once(mock_clock: MockClock) -> None:
    """Not a thousand times; and then at the times that it would have had."""
    async with started() as (dispatch, diary):
        (await dispatch([["every", {"seconds": 60}, ["note", "tick"]]])).raise_errors()
        await wait_all_tasks_blocked()
        mock_clock.jump(60_010)
        await wait_all_tasks_blocked()
        mock_clock.jump(50)
        await wait_all_tasks_blocked()
        assert diary.notes == [(60_010, "tick"), (60_060, "tick")]


async def test_placeholders_are_resolved_when_it_runs_from_the_data_of_then(autojump_clock: MockClock) -> None:
    """Law 4: the data is that of the dispatch that scheduled it."""
    async with started() as (dispatch, diary):
        tea = ["after", {"seconds": 5}, ["note", Placeholder("who")]]
        await dispatch([tea], data={"who": "Ann"})
        await dispatch([tea], data={"who": "Ben"})
        await trio.sleep(6)
        assert {what for _, what in diary.notes} == {"Ann", "Ben"}


@pytest.mark.parametrize("key", ["after", "every"])
async def test_no_turn_sees_what_became_of_the_effects_of_another(autojump_clock: MockClock, key: str) -> None:
    """Each has lists and dicts of its own, and so has what is scheduled twice with one vector; places stay."""
    async with started() as (dispatch, diary):
        spoil: list[object] = [key, {"seconds": 5}, ["spoil", {"names": []}, Placeholder("who")], ["fail"]]
        for _ in range(2):
            empty: list[object] = []
            await dispatch([spoil], data={"who": [empty]})
        await trio.sleep(19)
        assert [what for _, what in diary.notes] == ["({'names': []}, [[]])"] * (2 if key == "after" else 6)
        assert {record.path for record in diary.heard} == {(0, Via.BACKGROUND, 3)}


async def test_each_turn_has_a_budget_of_its_own(autojump_clock: MockClock) -> None:
    """It is a dispatch by itself, however many turns there are."""
    async with started(limits=Limits(vectors=3)) as (dispatch, diary):
        await dispatch([["every", {"seconds": 1}, ["note", 1], ["note", 2]]])
        await trio.sleep(10.5)
        assert (len(diary.notes), diary.heard) == (20, [])


async def test_a_turn_that_fails_is_heard_and_the_next_comes(autojump_clock: MockClock) -> None:
    """With a path into the vector that was written; what stands beside it runs."""
    async with started() as (dispatch, diary):
        await dispatch([["every", {"seconds": 60}, ["fail"], ["note", "tick"]]])
        await trio.sleep(150)
        assert [what for _, what in diary.notes] == ["tick", "tick"]
        assert [(record.phase, record.key, record.path) for record in diary.heard] == [
            ("execute", "fail", (0, Via.BACKGROUND, 2))
        ] * 2


async def test_what_is_cancelled_does_not_run(autojump_clock: MockClock) -> None:
    """The effect says whether there was something."""
    async with started() as (dispatch, diary):
        await dispatch([["after", {"seconds": 5, "name": "tea"}, ["note", "tea"]]])
        await dispatch([["every", {"seconds": 5, "name": "tick"}, ["note", "tick"]]])
        await trio.sleep(1)
        result = await dispatch([["cancel-scheduled", name] for name in ("tea", "tick", "tea")])
        assert [record.value for record in result.raise_errors().results] == [True, True, False]
        await trio.sleep(60)
        assert diary.notes == []


async def test_what_is_cancelled_at_the_last_moment_does_not_run(autojump_clock: MockClock) -> None:
    """Also when its time has come just then, and in the dispatch that scheduled it."""
    async with started() as (dispatch, diary):
        await dispatch([["after", {"seconds": 0, "name": "tea"}, ["note", "tea"]], ["cancel-scheduled", "tea"]])
        await trio.sleep(60)
        assert diary.notes == []


async def test_a_turn_that_has_begun_goes_on_to_its_end(autojump_clock: MockClock) -> None:
    """So that something may cancel itself; no other turn comes."""
    async with started() as (dispatch, diary):
        tick = [["note", "begun"], ["cancel-scheduled", "tick"], ["wait", 1], ["note", "done"]]
        await dispatch([["every", {"seconds": 5, "name": "tick"}, *tick]])
        await trio.sleep(60)
        assert diary.notes == [(5, "begun"), (6, "done")]
        assert diary.heard == []


async def test_a_name_in_use_is_refused(autojump_clock: MockClock) -> None:
    """The schedule that has the name stays. The message does not repeat the name: it may be made of a text that
    somebody typed.
    """
    async with started() as (dispatch, diary):
        await dispatch([["after", {"seconds": 5, "name": "tea"}, ["note", "first"]]])
        (error,) = (await dispatch([["every", {"seconds": 1, "name": "tea"}, ["note", "second"]]])).errors
        assert isinstance(error.exception, ScheduleError)
        assert "the name is in use" in str(error)
        assert "tea" not in str(error)
        await trio.sleep(60)
        assert diary.notes == [(5, "first")]


async def test_a_name_in_use_is_replaced_on_request(autojump_clock: MockClock) -> None:
    """So that only the last of many that come at once runs."""
    async with started(Scheduler(limit=1)) as (dispatch, diary):
        for what in ("s", "se", "search"):
            await dispatch([["after", {"seconds": 2, "name": "search", "replace": True}, ["note", what]]])
            await trio.sleep(1)
        await trio.sleep(60)
        assert diary.notes == [(4, "search")]


async def test_its_turn_frees_a_name(autojump_clock: MockClock) -> None:
    """Its own effects may use it again."""
    async with started() as (dispatch, diary):
        again = ["after", {"seconds": 5, "name": "tea"}, ["note", "second"]]
        await dispatch([["after", {"seconds": 5, "name": "tea"}, ["note", "first"], again]])
        await trio.sleep(60)
        assert diary.notes == [(5, "first"), (10, "second")]


async def test_the_name_is_what_scheduling_returns(autojump_clock: MockClock) -> None:
    """A schedule without a name gets a free one."""
    async with started() as (dispatch, _):
        unnamed = ["after", {"seconds": 5}]
        tea, second = (["after", {"seconds": 5, "name": name}] for name in ("tea", "after-2"))
        result = await dispatch([tea, unnamed, second, unnamed])
        assert [record.value for record in result.raise_errors().results] == ["tea", "after-1", "after-2", "after-3"]


async def test_actions_see_what_is_scheduled(autojump_clock: MockClock) -> None:
    """And when its next turn is; what is done or cancelled is gone."""
    async with started() as (dispatch, diary):
        await dispatch([["after", {"seconds": 5, "name": "tea"}], ["every", {"seconds": 60, "name": "tick"}]])
        await trio.sleep(2)
        await dispatch([["look"]])
        await trio.sleep(60)
        await dispatch([["look"], ["cancel-scheduled", "tick"], ["look"]])
        assert [what for _, what in diary.notes] == [
            {"tea": Scheduled("after", 5, 3), "tick": Scheduled("every", 60, 58)},
            {"tick": Scheduled("every", 60, 58)},
            {},
        ]


async def test_there_is_a_limit(autojump_clock: MockClock) -> None:
    """A schedule that is done makes room."""
    async with started(Scheduler(limit=2)) as (dispatch, _):
        tea = ["after", {"seconds": 5}]
        (error,) = (await dispatch([tea, tea, tea])).errors
        assert (error.path, type(error.exception)) == ((2,), LimitError)
        assert "the limit of 2 schedules was crossed" in str(error)
        await trio.sleep(6)
        (await dispatch([tea])).raise_errors()


async def test_the_limit_of_background_work_counts_too(autojump_clock: MockClock) -> None:
    """An effect that could not be started is not scheduled, and has replaced no other."""
    async with started(limits=Limits(background=1)) as (dispatch, diary):
        await dispatch([["after", {"seconds": 5, "name": "tea"}, ["note", "first"]]])
        result = await dispatch([["after", {"seconds": 5, "name": "tea", "replace": True}, ["note", "second"]]])
        assert [type(error.exception) for error in result.errors] == [LimitError]
        await trio.sleep(60)
        assert diary.notes == [(5, "first")]


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, None])
def test_a_limit_that_is_none_is_refused(limit: int) -> None:
    """When the plugin is made."""
    with pytest.raises(RegistrationError, match="limit is an int above 0"):
        Scheduler(limit=limit)


@pytest.mark.parametrize(
    "vector",
    [
        ["after", {"seconds": -1}],
        ["after", {"seconds": float("nan")}],
        ["after", {"seconds": float("inf")}],
        ["after", {"seconds": "5"}],
        ["after", {"seconds": True}],
        ["after", {"name": "tea"}],
        ["after", {"seconds": 5, "nmae": "tea"}],
        ["after", {"seconds": 5}, "note"],
        ["every", {"seconds": 0}],
        ["cancel-scheduled", 5],
    ],
    ids=repr,
)
async def test_what_does_not_fit_is_refused_and_schedules_nothing(vector: list[object]) -> None:
    """As with every effect."""
    async with started() as (dispatch, diary):
        result = await dispatch([vector, ["look"]])
        assert [error.phase for error in result.errors] == ["validate"]
        assert diary.notes[0][1] == {}


async def test_nothing_is_left_when_the_dispatch_stops(autojump_clock: MockClock) -> None:
    """Schedules that wait and one that has its turn are cancelled; that is no error. When it runs again, it begins
    empty.
    """
    diary = Diary()
    dispatch = create_dispatch([scheduler, diary])
    async with dispatch.running():
        await dispatch([["after", {"seconds": 60}, ["note", "late"]], ["every", {"seconds": 1}, ["wait", 60]]])
        await trio.sleep(2)
    async with dispatch.running():
        await dispatch([["look"]])
        await trio.sleep(100)
    assert (diary.notes, diary.heard) == ([(2, {})], [])


async def test_a_dispatch_that_does_not_run_schedules_nothing() -> None:
    """It says what to do."""
    (error,) = (await create_dispatch([scheduler])([["after", {"seconds": 5}]])).errors
    assert "enter dispatch.running()" in str(error)


async def test_one_plugin_serves_several_dispatches(autojump_clock: MockClock) -> None:
    """Each has its schedules, and its names, for itself."""
    async with started() as (one, first), started() as (other, second):
        for dispatch in (one, other):
            (await dispatch([["after", {"seconds": 5, "name": "tea"}, ["note", "tea"]]])).raise_errors()
        await other([["cancel-scheduled", "tea"]])
        await trio.sleep(6)
        assert ([what for _, what in first.notes], second.notes) == (["tea"], [])


async def test_an_app_tests_what_it_schedules_without_waiting() -> None:
    """A recorder shows the effect as it was written."""
    recorder = Recorder(create_dispatch([scheduler, Diary()]))
    (await recorder([["after", {"seconds": 5}, ["note", Placeholder("who")]]])).raise_errors()
    assert recorder.effects == [["after", {"seconds": 5}, ["note", Placeholder("who")]]]


def in_a_run_of_its_own(dispatch: Dispatch, effect: object) -> DispatchResult:
    """Dispatch as a thread does that knows of no other."""
    return trio.run(dispatch, [effect])


async def test_schedules_belong_to_the_run_of_their_dispatch() -> None:
    """From another one nothing is scheduled, replaced or cancelled: it would wake tasks that are not its own."""
    dispatch = create_dispatch([scheduler])
    async with dispatch.running():
        await dispatch([["after", {"seconds": 60, "name": "tea"}]])
        for effect in (["after", {"seconds": 60}], ["after", {"seconds": 6, "name": "tea", "replace": True}]):
            (record,) = (await trio.to_thread.run_sync(in_a_run_of_its_own, dispatch, effect)).errors
            assert isinstance(record.exception, LifecycleError)
        cancel = ["cancel-scheduled", "tea"]
        (record,) = (await trio.to_thread.run_sync(in_a_run_of_its_own, dispatch, cancel)).errors
        assert "trio.from_thread.run(dispatch, effects)" in str(record)
        assert (await dispatch([["cancel-scheduled", "tea"]])).results[0].value is True


@pytest.mark.parametrize("key", ["after", "every"])
async def test_what_came_from_outside_is_never_scheduled_as_an_effect(autojump_clock: MockClock, key: str) -> None:
    """An action that hands it on as one does not have it run."""
    diary, plugin = Diary(), Registry("plugin")

    @plugin.action("soon")
    def soon(state: object, value: object) -> list[object]:
        return [[key, {"seconds": 1, "name": "it"}, value]]

    @plugin.placeholder("it")
    def it(data: Mapping[str, object]) -> object:
        return data["it"]

    dispatch = create_dispatch([scheduler, diary, plugin], block=["rhialto.log"])
    async with dispatch.running():
        await dispatch([["soon", Placeholder("it")]], data={"it": ["note", "evil"]})
        await trio.sleep(3)
    assert diary.notes == []
