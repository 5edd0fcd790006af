"""How something is measured: contestants take turns, again and again, and medians are compared.

On a machine that others share, speed drifts from one second to the next. So nobody is measured in one go: in each round
every contestant has one turn, every other round in reverse order, and what is compared are the turns of one round.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import final

import trio

__all__ = ["InProcess", "Sample", "Turn", "Work", "interleave"]

Sample = tuple[float, ...]
"""What one turn came to: a figure for each column of a table, the one that is compared first."""
Turn = Callable[[], Sample]
Work = Callable[[int], Awaitable[object]]
"""Does something so many times. It loops by itself, so that the loop costs no more than it must."""


def interleave(turns: Mapping[str, Turn], rounds: int) -> dict[str, list[Sample]]:
    """Return what each contestant came to in each round."""
    samples: dict[str, list[Sample]] = {who: [] for who in turns}
    order = list(turns)
    for _ in range(rounds):
        for who in order:
            samples[who].append(turns[who]())
        order.reverse()
    return samples


@final
@dataclass(slots=True, kw_only=True)
class InProcess:
    """A contestant in this process. Each turn gives microseconds of CPU and of wall time for each unit of work.

    A turn does the work so often that it takes about `seconds`, at most `most` times. It is done `around` something
    that is set up before the clock starts; `between` turns, things are put back. Garbage is collected before a turn, so
    that nobody pays for what another left; what is collected meanwhile is the contestant's own.
    """

    work: Work
    seconds: float
    units: float = 1
    """So many units are in the work done once."""
    most: int = 10**9
    between: Callable[[], object] = lambda: None
    around: Callable[[], AbstractAsyncContextManager[object]] = nullcontext
    times: int = 0

    def __call__(self) -> Sample:
        """Take a turn."""
        if not self.times:
            self._find_times()
        return self._turn(self.times)

    def _find_times(self) -> None:
        """How often the work has to be done. The first turns are wasted, which also warms up what needs it."""
        times = 1
        while times < self.most:
            _, wall = self._turn(times)
            taken = wall * times * self.units / 1e6
            if taken >= self.seconds / 2:
                times = max(1, round(times * self.seconds / taken))
                break
            times *= 4
        self.times = min(times, self.most)

    def _turn(self, times: int) -> Sample:
        gc.collect()
        cpu, wall = trio.run(self._timed, times)
        self.between()
        return tuple(seconds / (times * self.units) * 1e6 for seconds in (cpu, wall))

    async def _timed(self, times: int) -> tuple[float, float]:
        async with self.around():
            cpu, wall = time.thread_time(), time.perf_counter()
            await self.work(times)
            return time.thread_time() - cpu, time.perf_counter() - wall
