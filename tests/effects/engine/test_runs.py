"""Things of one `trio.run` are not touched from another run."""

import pytest
import trio
import trio.testing

from effects import Context, Dispatch, DispatchResult, LifecycleError, Registry, create_dispatch


class Jobs:
    """A dispatch with an effect that spawns work, and the work that was done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.contexts: list[Context] = []
        jobs = Registry("jobs")
        jobs.effect("job/start")(self.start)
        self.dispatch = create_dispatch([jobs])

    def start(self, ctx: Context, name: str) -> None:
        """Spawn a piece of work."""
        self.contexts.append(ctx)
        ctx.spawn(self.work, name)

    async def work(self, ctx: Context, name: str) -> None:
        """A piece of work."""
        await trio.lowlevel.checkpoint()
        self.done.append(name)


def in_a_run(dispatch: Dispatch, name: str) -> DispatchResult:
    """Dispatch in a run of its own, as sync code does."""
    return trio.run(dispatch, [["job/start", name]])


async def test_what_is_spawned_in_another_run_is_refused() -> None:
    """The error has a fix. Other background work goes on, and nothing waits for ever."""
    jobs = Jobs()
    with trio.fail_after(30):
        async with jobs.dispatch.running():
            result = await trio.to_thread.run_sync(in_a_run, jobs.dispatch, "elsewhere")
            (record,) = result.errors
            assert isinstance(record.exception, LifecycleError)
            assert "in another trio.run" in str(record)
            assert "trio.from_thread.run(dispatch, effects)" in str(record)
            assert (await jobs.dispatch([["job/start", "here"]])).errors == ()
            await trio.testing.wait_all_tasks_blocked()
    assert jobs.done == ["here"]


async def test_what_the_fix_says_works() -> None:
    """It works in a thread of trio's, and in one of the program's own."""
    jobs = Jobs()

    def of_trio() -> DispatchResult:
        return trio.from_thread.run(jobs.dispatch, [["job/start", "of trio"]])

    def of_its_own(token: trio.lowlevel.TrioToken) -> DispatchResult:
        return trio.from_thread.run(jobs.dispatch, [["job/start", "of its own"]], trio_token=token)

    async with jobs.dispatch.running():
        assert (await trio.to_thread.run_sync(of_trio)).errors == ()
        token = trio.lowlevel.current_trio_token()
        assert (await trio.to_thread.run_sync(of_its_own, token)).errors == ()
        await trio.testing.wait_all_tasks_blocked()
    assert jobs.done == ["of trio", "of its own"]


async def test_a_thread_without_a_run_may_not_spawn() -> None:
    """It would start a task from outside."""
    jobs = Jobs()
    async with jobs.dispatch.running():
        await jobs.dispatch([["job/start", "here"]])
        (ctx,) = jobs.contexts
        with pytest.raises(LifecycleError, match=r"in another trio\.run"):
            await trio.to_thread.run_sync(ctx.spawn, jobs.work, "elsewhere")
    assert "elsewhere" not in jobs.done


def test_one_run_after_the_other_may_have_it() -> None:
    """A dispatch belongs to a run only while that has entered `running()`."""
    jobs = Jobs()

    async def main(name: str) -> None:
        async with jobs.dispatch.running():
            assert (await jobs.dispatch([["job/start", name]])).errors == ()
            await trio.testing.wait_all_tasks_blocked()

    trio.run(main, "first")
    (record,) = in_a_run(jobs.dispatch, "between").errors
    assert "not running" in str(record)
    trio.run(main, "second")
    assert jobs.done == ["first", "second"]


async def test_to_enter_running_in_a_second_run_is_refused() -> None:
    """While the first has it."""
    jobs = Jobs()

    async def main() -> None:
        async with jobs.dispatch.running():
            pass

    async with jobs.dispatch.running():
        with pytest.raises(LifecycleError, match="running already"):
            await trio.to_thread.run_sync(trio.run, main)
