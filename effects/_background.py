"""Background work: the one nursery it runs in, and how much of it is alive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import final

import trio

from ._errors import LifecycleError, LimitError

__all__ = ["Background"]


@final
class Background:
    """Open while a dispatch is running; `running()` owns the nursery."""

    __slots__ = ("alive", "nursery", "running", "system")

    def __init__(self, system: Mapping[str, object]) -> None:
        self.running = False
        """Whether `running()` is entered, from before the first lifespan opens until after the last has closed."""
        self.nursery: trio.Nursery | None = None
        self.alive = 0
        self.system = system
        """What the dispatch was made with, and over it the values that open lifespans brought: read-only."""

    def start(self, work: Callable[[], Awaitable[None]], limit: int) -> None:
        """Start a piece of work. Raises `LifecycleError` where nothing is open, `LimitError` at the limit."""
        if self.nursery is None:
            raise LifecycleError(
                "background work was spawned while the dispatch is not running",
                fix="enter `async with dispatch.running()` around it",
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
