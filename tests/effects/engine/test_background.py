"""`ctx.spawn`: work that outlives the dispatch that started it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing

from effects import (
    Context,
    Dispatch,
    LifecycleError,
    LimitError,
    Limits,
    Path,
    Placeholder,
    Registry,
    Via,
    create_dispatch,
)

Kit = Callable[[], Registry]
Ear = Callable[[], Any]
Work = Callable[..., Awaitable[object]]


def spawning(work: Work, *args: object) -> Registry:
    """A registry with an effect that spawns `work`."""
    plugin = Registry("spawning")
    plugin.effect("spawn")(lambda ctx: ctx.spawn(work, *args))
    return plugin


async def test_spawned_work_runs_beside_the_dispatch(autojump_clock: trio.testing.MockClock) -> None:
    """The dispatch does not wait for it."""
    done: list[object] = []

    async def work(ctx: Context, *args: object) -> None:
        await trio.sleep(10)
        done.extend(args)

    dispatch = create_dispatch([spawning(work, "a", "b")])
    async with dispatch.running():
        (await dispatch([["spawn"]])).raise_errors()
        assert done == []
        await trio.sleep(11)
        assert done == ["a", "b"]


async def test_spawned_work_sees_the_data_and_system_of_its_effect(kit: Kit) -> None:
    """They are as they were when it was spawned; its dispatches inherit them."""
    seen: list[object] = []

    async def work(ctx: Context) -> None:
        seen.append((ctx.key, dict(ctx.data), ctx.system["name"], repr(ctx)))
        await ctx.dispatch([["note", Placeholder("it")]], data={"it": "late"})

    notes: list[object] = []
    dispatch = create_dispatch([kit(), spawning(work)], system={"notes": notes})
    async with dispatch.running():
        await dispatch([["spawn"]], data={"it": 1}, system={"name": "n"})
        await trio.testing.wait_all_tasks_blocked()
    assert seen == [("spawn", {"it": 1}, "n", "<Context of 'spawn'>")]
    assert notes == ["late"]


async def failing(ctx: Context) -> None:
    """Work that fails."""
    raise ValueError("boom")


async def dispatching(ctx: Context) -> None:
    """Work whose dispatch fails."""
    result = await ctx.dispatch([["fail"]])
    assert len(result.errors) == 1


def not_async(ctx: Context) -> Any:
    """Work that is none."""
    return None


@pytest.mark.parametrize(
    ("work", "key", "path"),
    [
        (failing, "spawn", (0, Via.BACKGROUND)),
        (dispatching, "fail", (0, Via.BACKGROUND, Via.CONTINUATION, 0)),
        (not_async, "spawn", (0, Via.BACKGROUND)),
    ],
)
async def test_what_fails_in_the_background_is_heard(kit: Kit, ear: Ear, work: Work, key: str, path: Path) -> None:
    """Only the error hook hears of it, since the dispatch may be over."""
    listener = ear()
    dispatch = create_dispatch([kit(), spawning(work), listener])
    async with dispatch.running():
        result = await dispatch([["spawn"]])
        await trio.testing.wait_all_tasks_blocked()
    assert result.errors == ()
    (record,) = listener.heard
    assert (record.phase, record.key, record.path) == ("execute", key, path)


async def test_a_failure_in_the_background_ends_neither_the_dispatch_nor_other_work(ear: Ear) -> None:
    """Each piece of work fails alone."""
    done: list[object] = []

    async def work(ctx: Context, number: int) -> None:
        if number == 1:
            raise ValueError("boom")
        await trio.lowlevel.checkpoint()
        done.append(number)

    plugin = Registry("plugin")
    plugin.effect("spawn")(lambda ctx, number: ctx.spawn(work, number))
    dispatch = create_dispatch([plugin])
    async with dispatch.running():
        await dispatch([["spawn", 0], ["spawn", 1], ["spawn", 2]])
        await trio.testing.wait_all_tasks_blocked()
    assert sorted(map(str, done)) == ["0", "2"]


async def test_background_work_ends_before_the_first_lifespan_closes() -> None:
    """It is cancelled and waited for, and may use the values of lifespans until then."""
    events: list[str] = []
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[None]:
        yield
        events.append("closed")

    async def work(ctx: Context) -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.lowlevel.checkpoint()
                events.append("work ended")

    dispatch = create_dispatch([plugin, spawning(work)])
    async with dispatch.running():
        await dispatch([["spawn"]])
        await trio.testing.wait_all_tasks_blocked()
    assert events == ["work ended", "closed"]


async def test_spawning_while_nothing_runs_is_an_error() -> None:
    """The error has a fix."""
    (record,) = (await create_dispatch([spawning(failing)])([["spawn"]])).errors
    assert isinstance(record.exception, LifecycleError)
    assert "async with dispatch.running()" in str(record)


async def test_spawning_while_all_is_being_closed_is_an_error(ear: Ear) -> None:
    """Work that is being cancelled cannot start more."""

    async def work(ctx: Context) -> None:
        try:
            await trio.sleep_forever()
        finally:
            ctx.spawn(failing)

    listener = ear()
    dispatch = create_dispatch([spawning(work), listener])
    async with dispatch.running():
        await dispatch([["spawn"]])
        await trio.testing.wait_all_tasks_blocked()
    assert [type(record.exception) for record in listener.heard] == [LifecycleError]


async def test_background_work_is_limited(autojump_clock: trio.testing.MockClock) -> None:
    """There is a limit of pieces that are alive; a piece that has ended makes room."""

    async def work(ctx: Context) -> None:
        await trio.sleep(10)

    dispatch = create_dispatch([spawning(work)], limits=Limits(background=2))
    async with dispatch.running():
        result = await dispatch([["spawn"]] * 3)
        assert [type(record.exception) for record in result.errors] == [LimitError]
        assert "Limits(background=...)" in str(result.errors[0])
        await trio.sleep(11)
        (await dispatch([["spawn"]] * 2)).raise_errors()


async def interrupted(work: Work, times: int) -> None:
    """Run a dispatch that spawns `work`, until something ends it."""
    dispatch = create_dispatch([spawning(work)])
    async with dispatch.running():
        await dispatch([["spawn"]] * times)
        await trio.sleep_forever()


async def test_a_keyboard_interrupt_in_the_background_is_not_kept() -> None:
    """An exception that is no `Exception` leaves `running()`."""

    async def work(ctx: Context) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await interrupted(work, 1)


async def test_two_interrupts_at_once_leave_in_a_group() -> None:
    """Nothing is dropped where several pieces of work end so."""

    async def work(ctx: Context) -> None:
        await trio.testing.wait_all_tasks_blocked()
        raise KeyboardInterrupt

    with pytest.raises(BaseExceptionGroup) as caught:
        await interrupted(work, 2)
    assert [type(error) for error in caught.value.exceptions] == [KeyboardInterrupt] * 2


async def test_the_path_of_an_effect_is_known_to_its_context(kit: Kit) -> None:
    """The path is the one that an error there would have."""
    paths: list[Path] = []
    plugin = Registry("plugin")
    plugin.effect("look")(lambda ctx: paths.append(ctx.path))
    await create_dispatch([kit(), plugin])([["run", ["tree", ["look"]]]])
    assert paths == [(0, 1, Via.EXPANSION, 0)]


async def test_charging_for_members_is_limited() -> None:
    """Once the budget is used up, nothing more of the dispatch is taken up."""
    plugin = Registry("plugin")
    plugin.effect("charge")(lambda ctx, count: ctx.charge(count))
    dispatch = create_dispatch([plugin], limits=Limits(members=10))
    result = await dispatch([["charge", 6], ["charge", 4], ["charge", 1], ["charge", 0]])
    assert [record.path for record in result.errors] == [(2,)]
    assert len(result.results) == 2
    assert "Limits(members=...)" in str(result.errors[0])
