"""The schedules that are still to come, by name. This module knows no effects: only names and times."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import final

import trio

from effects import EffectsError, LifecycleError, LimitError

__all__ = ["ScheduleError", "Scheduled", "Schedules", "Turns"]


class ScheduleError(EffectsError):
    """Something cannot be scheduled under the name it was given."""


@final
@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule, as it was when it was asked for: a value of `state["schedule"]`."""

    key: str
    """The effect that scheduled it: `after` or `every`."""
    seconds: float
    """The seconds that its effect was given."""
    due_in: float
    """Seconds until its next turn; 0 or less while it has a turn."""


@final
class Turns:
    """When it is the turn of one thing that is scheduled, on trio's clock."""

    def __init__(self, name: str, key: str, seconds: float) -> None:
        self.name = name
        self.key = key
        self.seconds = seconds
        self.due = trio.current_time() + seconds
        self._ended = trio.Event()

    async def wait(self) -> bool:
        """Wait for the next turn; False where there is none, because `end` was called. A checkpoint."""
        with trio.move_on_at(self.due):
            await self._ended.wait()
        return not self._ended.is_set()

    def advance(self) -> None:
        """Go on to the first turn that is still to come: those that were missed are left out, and nothing drifts."""
        missed = (trio.current_time() - self.due) // self.seconds
        self.due += (missed + 1) * self.seconds

    def end(self) -> None:
        """Let there be no more turns."""
        self._ended.set()


@final
class Schedules:
    """All that is scheduled while one dispatch runs: the system value `schedules`. At most `limit` at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._token = trio.lowlevel.current_trio_token()
        self._turns: dict[str, Turns] = {}
        self._numbers = count(1)

    def now(self) -> Mapping[str, Scheduled]:
        """Return the schedules of this moment by name, in the order in which they were made."""
        time = trio.current_time()
        return {name: Scheduled(turn.key, turn.seconds, turn.due - time) for name, turn in self._turns.items()}

    def claim(self, key: str, name: str | None, *, replace: bool) -> str:
        """The name to schedule something under: the one given, or a free one such as `after-1`.

        It keeps no schedule yet. Raises `ScheduleError` for a name in use, unless `replace` allows it, and `LimitError`
        if there is no room.
        """
        if name in self._turns and not replace:
            raise ScheduleError("the name is in use", fix='cancel it first, or say {"replace": True}')
        if name not in self._turns and len(self._turns) >= self._limit:
            raise LimitError(
                f"the limit of {self._limit} schedules was crossed",
                fix="cancel some, or raise it: Scheduler(limit=...)",
            )
        return self._free_name(key) if name is None else name

    def put(self, turns: Turns) -> None:
        """Keep something under its name. An older schedule of that name has no more turns."""
        self.end(turns.name)
        self._turns[turns.name] = turns

    def end(self, name: str) -> bool:
        """Let what has this name have no more turns, and say whether there was something.

        Raises `LifecycleError` in another `trio.run`, whose tasks must not be woken from here.
        """
        if trio.lowlevel.current_trio_token() is not self._token:
            raise LifecycleError(
                "a schedule is ended in another trio.run than the one it belongs to",
                fix="do it there: trio.from_thread.run(dispatch, effects)",
            )
        turns = self._turns.pop(name, None)
        if turns is not None:
            turns.end()
        return turns is not None

    @contextmanager
    def forget_at_end(self, turns: Turns) -> Generator[None]:
        """Forget something at the end of the block, unless something else has its name by then."""
        try:
            yield
        finally:
            if self._turns.get(turns.name) is turns:
                del self._turns[turns.name]

    def _free_name(self, key: str) -> str:
        return next(name for number in self._numbers if (name := f"{key}-{number}") not in self._turns)
