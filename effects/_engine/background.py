"""Background work: the nursery that it runs in, and the count of pieces that are alive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import final

import trio

from .._language.errors import LifecycleError, LimitError

__all__ = ["Background", "check_trio", "is_in"]


def is_in(run: trio.lowlevel.TrioToken | None) -> bool:
    """Whether the caller is in that run: not in the run of another thread, and not in a thread without one."""
    try:
        return trio.lowlevel.current_trio_token() is run
    except RuntimeError:
        return False


def check_trio(what: str) -> None:
    """Raise `LifecycleError` if trio does not run here, as in asyncio."""
    if not trio.lowlevel.in_trio_run():
        raise LifecycleError(
            f"{what} only on trio, and trio does not run here",
            fix="trio.run(dispatch, effects); from asyncio: await asyncio.to_thread(trio.run, dispatch, effects)",
        )


@final
class Background:
    """Open while a dispatch is running; `running()` owns the nursery."""

    __slots__ = ("alive", "nursery", "run", "running", "system")

    def __init__(self, system: Mapping[str, object]) -> None:
        self.running = False
        """Whether `running()` is entered, from before the first lifespan opens until after the last has closed."""
        self.nursery: trio.Nursery | None = None
        self.run: trio.lowlevel.TrioToken | None = None
        """The run that the nursery belongs to."""
        self.alive = 0
        self.system = system
        """The system that the dispatch was made with, and over it the values of open lifespans: read-only."""

    def start(self, work: Callable[[], Awaitable[None]], limit: int) -> None:
        """Start a piece of work.

        Raises `LifecycleError` if the dispatch is not running, or if the caller is in another run than that of
        `running()`, whose nursery must not be touched from there; `LimitError` at the limit.
        """
        if self.nursery is None:
            raise LifecycleError(
                "background work was spawned while the dispatch is not running",
                fix="enter `async with dispatch.running()` around it",
            )
        if not is_in(self.run):
            raise LifecycleError(
                "background work was spawned in another trio.run than the one that entered dispatch.running()",
                fix="dispatch it there: trio.from_thread.run(dispatch, effects); a thread of your own says trio_token",
            )
        if self.alive >= limit:
            raise LimitError(
                f"the limit of {limit} pieces of background work was crossed",
                fix="wait for some to end, or raise it: create_dispatch(..., limits=Limits(background=...))",
            )
        self.alive += 1
        self.nursery.start_soon(self._run, work)

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        finally:
            self.alive -= 1
