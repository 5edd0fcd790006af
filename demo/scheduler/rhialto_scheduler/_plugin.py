"""The plugin: effects that run other effects later, and the state slice that says what is still to come.

Scheduled effects run in the background of their dispatch. Each turn is a dispatch of its own, with the data and system
of the effect that scheduled it; placeholders are resolved when it runs. No schedule outlives `dispatch.running()`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, final

from pydantic import Field
from typing_extensions import TypedDict

from effects import Context, Effect, RegistrationError, Registry, Template, copy_data, hookimpl

from ._schedules import Scheduled, Schedules, Turns

__all__ = ["AfterOptions", "EveryOptions", "NameOptions", "Scheduler", "scheduler"]

_registry = Registry("scheduler", late=["schedules"])


class NameOptions(TypedDict, total=False):
    """The options about the name of a schedule."""

    name: str
    """The name to cancel it by. Without one it gets a free name, such as `after-1`."""
    replace: bool
    """Whether it may take the place of what has that name; otherwise a name in use is refused."""


class AfterOptions(NameOptions):
    """Options of `after`."""

    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """How long to wait."""


class EveryOptions(NameOptions):
    """Options of `every`."""

    seconds: Annotated[float, Field(ge=0.001, allow_inf_nan=False)]
    """From one turn to the next, and to the first."""


@_registry.effect("after")
def _after(ctx: Context, options: AfterOptions, *effects: Effect, schedules: Schedules) -> str:
    """Run effects once, some seconds from now: `["after", {"seconds": 300, "name": "tea"}, ["bell/ring"]]`.

    Returns the name, at once. Its turn takes it off the schedule: its effects may use the name again. Raises
    `ScheduleError` for a name in use and `LimitError` where too much is scheduled.
    """
    return _schedule(ctx, schedules, options, _run_once, effects)


@_registry.effect("every")
def _every(ctx: Context, options: EveryOptions, *effects: Effect, schedules: Schedules) -> str:
    """Run effects every so many seconds, until cancelled: `["every", {"seconds": 60}, ["feed/fetch"]]`.

    Returns the name, at once. Turns that were missed, because the one before took long or the machine slept, are left
    out; the others keep their times. A turn that fails is heard by the error hook, and the next comes. Errors are as
    for `after`.
    """
    return _schedule(ctx, schedules, options, _run_repeatedly, effects)


@_registry.effect("cancel-scheduled")
def _cancel(ctx: Context, name: str, *, schedules: Schedules) -> bool:
    """Let something have no more turns, and return whether there was something of that name.

    A turn that has begun goes on to its end.
    """
    return schedules.end(name)


@_registry.state("schedule")
def _schedule_now(*, schedules: Schedules) -> Mapping[str, Scheduled]:
    """Return the schedules by name, in the order in which they were made."""
    return schedules.now()


Work = Callable[[Context, Schedules, Turns, Template], Awaitable[None]]


def _schedule(
    ctx: Context, schedules: Schedules, options: AfterOptions | EveryOptions, work: Work, effects: Sequence[Effect]
) -> str:
    name = schedules.claim(ctx.key, options.get("name"), replace=options.get("replace", False))
    turns = Turns(name, ctx.key, options["seconds"])
    ctx.spawn(work, schedules, turns, Template(effects))
    schedules.put(turns)  # after what may raise: what could not be spawned is not kept, and replaces nothing
    return name


async def _run_once(ctx: Context, schedules: Schedules, turns: Turns, effects: Template) -> None:
    with schedules.forget_at_end(turns):
        is_due = await turns.wait()
    if is_due:
        await _run_turn(ctx, effects)


async def _run_repeatedly(ctx: Context, schedules: Schedules, turns: Turns, effects: Template) -> None:
    with schedules.forget_at_end(turns):
        while await turns.wait():
            await _run_turn(ctx, effects)
            turns.advance()


async def _run_turn(ctx: Context, effects: Template) -> None:
    """Run effects as they were scheduled: what one turn does to its lists and dicts, the next does not see."""
    await ctx.dispatch(effects, data=copy_data({**ctx.data}))


@final
class Scheduler:
    """The plugin: `after`, `every` and `cancel-scheduled`, for at most `limit` things at once.

    One plugin may serve several dispatches: each has its schedules for itself, while it runs. Raises
    `RegistrationError` for a limit that is no int above 0.
    """

    name = "scheduler"

    def __init__(self, *, limit: int = 100) -> None:
        if type(limit) is not int or limit < 1:
            raise RegistrationError("limit is an int above 0", fix="leave it out for the default")
        self._limit = limit

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the effects and the state slice."""
        return _registry

    @hookimpl
    @asynccontextmanager
    async def rhialto_lifespan(self) -> AsyncGenerator[Mapping[str, object]]:
        """Bring the system value `schedules`, empty. Background work ends before this closes, so nothing is left."""
        yield {"schedules": Schedules(self._limit)}


scheduler = Scheduler()
"""The object that the entry point leads to: `create_dispatch([...], installed=True)` finds it."""
