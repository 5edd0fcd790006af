"""The way of a vector: read, guarded, checked, then expanded or executed.

Depth first: each item is finished before the next begins, and what an action returned is taken up in its place. The
levels of expansion are a list here, not Python's stack, so depth costs no recursion. What fails is recorded and its
siblings go on; what is not an `Exception` passes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from types import CoroutineType
from typing import Any, cast

import trio

from ._context import Context
from ._each import for_each
from ._errors import DispatchResult, LimitError, Phase, ShapeError
from ._frame import Frame, merged
from ._guards import FAILED, Guarded
from ._interceptors import Skip
from ._paths import Link, Nested, Via
from ._read import fits, read
from ._state import State, system_values
from ._tables import Entry
from ._vectors import list_problem

__all__ = ["call_action", "run", "taken", "too_deep"]

_YIELD_EVERY = 256
"""After so many vectors a dispatch lets other tasks run."""

Level = tuple[Iterator[tuple[int, object]], Link | None]


async def run(
    frame: Frame,
    effects: object,
    origin: Context | None,
    data: Mapping[str, object] | None,
    system: Mapping[str, object] | None,
) -> DispatchResult:
    """Run a whole dispatch in its frame. `origin` is the context whose interpreter made the call, if one did."""
    link = None if origin is None else origin._link
    key = None if origin is None else origin.key
    try:
        frame.data = merged(frame.data, data)
        frame.system = merged(frame.system, system, "system")
    except Exception as error:  # noqa: BLE001 - a mapping may fail in any way when it is read
        frame.fail("shape", key, link, None, error)
        return frame.result()
    items = taken(frame, effects, key, link)
    if items is None:
        return frame.result()
    if frame.nesting > frame.engine.limits.nesting:
        frame.fail("shape", key, link, None, too_deep("nesting", frame.engine.limits.nesting), effects)
    elif guards := frame.engine.tables.dispatch_guards:
        guarded = Guarded(frame, guards, "dispatch", items, link)
        verdict = guarded.before()
        if verdict is None:
            await _take_all(frame, tuple(guarded.vector), origin)
        guarded.after(frame.result(), failed=bool(frame.errors))
    else:
        await _take_all(frame, items, origin)
    return frame.result()


def taken(frame: Frame, effects: object, key: str | None, link: Link | None) -> tuple[object, ...] | None:
    """The items of a list of vectors, as they are now. None, with a record, for what is no such list."""
    try:
        problem = list_problem(effects)
        items = tuple(cast(Sequence[object], effects)) if problem is None else None
    except Exception as error:  # noqa: BLE001 - a subclass of list may fail in any way when it is read
        frame.fail("shape", key, link, None, error)
        return None
    if problem is not None:
        frame.fail("shape", key, link, None, ShapeError(problem[0], fix=problem[1]), effects)
    return items


async def _take_all(frame: Frame, items: tuple[object, ...], origin: Context | None) -> None:
    """Take up every vector of a list, and what the actions among them expand to."""
    budget = frame.budget
    limits = frame.engine.limits
    guards = frame.engine.tables.effect_guards
    link: Link | None = None if origin is None else (origin._link, Nested(origin._vector, items))
    levels: list[Level] = [(iter(enumerate(items)), link)]
    while levels:
        rest, link = levels[-1]
        for index, vector in rest:
            if frame.stopped is not None or budget.spent:
                return
            here = (link, index)
            if not frame.take_vector(vector, here):
                return
            if budget.vectors % _YIELD_EVERY == 0:
                await trio.lowlevel.checkpoint()
            reading = read(frame, vector, here)
            if reading is None:
                continue
            entry, args, each = reading
            if entry.is_action:
                if len(levels) > limits.expansion:
                    frame.fail("expand", entry.key, here, None, too_deep("expansion", limits.expansion), vector)
                elif expansion := _expand(frame, entry, args, here):
                    levels.append((iter(enumerate(expansion)), (here, Via.EXPANSION)))
                    break
            elif each or entry.each:
                values = await for_each(_execute, frame, entry, args, vector, here)
                if values is not None:
                    frame.outcomes.append((entry.key, values, here, entry.plugin, False))
            elif guards:
                await _execute(frame, entry, args, here)
            else:  # what _execute does, without hooks and without a coroutine of its own: nearly all effects go here
                value = _call(frame, entry, args, vector, here)
                if entry.is_async or type(value) is CoroutineType:
                    value = await _settled(frame, entry, value, vector, here)
                if value is not _NOTHING:
                    frame.outcomes.append((entry.key, value, here, entry.plugin, False))
        else:
            levels.pop()


def too_deep(name: str, limit: int) -> LimitError:
    """The error for a depth of expansion or nesting that was crossed."""
    return LimitError(
        f"the limit of {limit} for the depth of {name} was crossed",
        fix=f"look for something that repeats itself, or raise it: create_dispatch(..., limits=Limits({name}=...))",
    )


def _expand(frame: Frame, entry: Entry, args: list[object], link: Link) -> Sequence[object]:
    """Run one action between its hooks. What it expands to: nothing where it failed, was skipped or stopped."""
    guards = frame.engine.tables.action_guards
    if not guards:
        return call_action(frame, entry, args, [entry.key, *args], link, None) or ()
    guarded = Guarded(frame, guards, "action", [entry.key, *args], link)
    verdict = guarded.before()
    expansion: Sequence[object] | None = None
    if verdict is None:
        entry, args = _as_left(frame, guarded)
        expansion = call_action(frame, entry, args, guarded.vector, link, None)
    elif isinstance(verdict, Skip):
        expansion = cast("Sequence[object] | None", verdict.result)
    failed = verdict is FAILED or (verdict is None and expansion is None)
    return tuple(cast(Sequence[object], guarded.after([] if expansion is None else expansion, failed=failed)))


def call_action(
    frame: Frame, entry: Entry, args: list[object], vector: object, link: Link, state: object
) -> list[object] | None:
    """Check the arguments and call the action, with a fresh state unless one is given. None where that failed."""
    if not fits(frame, entry, args, vector, link):
        return None
    fresh = State(frame.engine.tables.slices, frame.system)
    try:
        expansion = entry.function(fresh if state is None else state, *args)
        if (problem := list_problem(expansion)) is None:
            return list(expansion)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        phase: Phase = "expand"
        owner: str | None = entry.plugin
        if fresh.failure is not None and fresh.failure[0] is error:
            phase, owner = "state", fresh.failure[1]
        frame.absorb(error, phase, entry.key, link, owner, vector)
        return None
    if inspect.iscoroutine(expansion):
        expansion.close()
    misfit = ShapeError(f"action {entry.key!r} did not return effects: {problem[0]}", fix=problem[1])
    frame.fail("expand", entry.key, link, entry.plugin, misfit, vector)
    return None


def _as_left(frame: Frame, guarded: Guarded) -> tuple[Entry, list[object]]:
    """The entry and arguments as the before hooks have left them."""
    key, *args = guarded.vector
    return frame.engine.tables.entries[cast(str, key)], args


_NOTHING = object()
"""Stands where a result would, had the effect not failed."""


async def _execute(frame: Frame, entry: Entry, args: list[object], link: Link) -> None:
    """Run one effect between its hooks, and record what it came to."""
    vector: Sequence[object] = [entry.key, *args]
    guarded = Guarded(frame, frame.engine.tables.effect_guards, "effect", vector, link)
    verdict = guarded.before()
    value: object = _NOTHING
    if verdict is None:
        rewritten = guarded.vector is not vector
        entry, args = _as_left(frame, guarded)
        if rewritten and entry.each:
            values = await for_each(_execute_unguarded, frame, entry, args, guarded.vector, link)
            value = _NOTHING if values is None else values
        else:
            value = await _call_and_wait(frame, entry, args, guarded.vector, link)
    elif isinstance(verdict, Skip):
        value = verdict.result
    ran = value is not _NOTHING
    failed = verdict is FAILED or (verdict is None and not ran)
    value = guarded.after(value if ran else None, failed=failed)
    if ran:
        frame.outcomes.append((entry.key, value, link, entry.plugin, verdict is not None))


async def _execute_unguarded(frame: Frame, entry: Entry, args: list[object], link: Link) -> None:
    """Run one effect, and record what it came to."""
    value = await _call_and_wait(frame, entry, args, [entry.key, *args], link)
    if value is not _NOTHING:
        frame.outcomes.append((entry.key, value, link, entry.plugin, False))


async def _call_and_wait(frame: Frame, entry: Entry, args: list[object], vector: object, link: Link) -> object:
    value = _call(frame, entry, args, vector, link)
    if entry.is_async or type(value) is CoroutineType:
        return await _settled(frame, entry, value, vector, link)
    return value


def _call(frame: Frame, entry: Entry, args: list[object], vector: object, link: Link) -> object:
    """Check the arguments and call the interpreter: what it returned, to be awaited if that is a coroutine.

    `_NOTHING`, with a record, where it failed.
    """
    if not fits(frame, entry, args, vector, link):
        return _NOTHING
    needs: dict[str, object] = {}
    if not entry.plain:
        try:
            needs = system_values(entry, frame.system)
        except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
            frame.absorb(error, "validate", entry.key, link, entry.plugin, vector)
            return _NOTHING
    try:
        return entry.function(Context(frame, entry.key, vector, link), *args, **needs)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        frame.absorb(error, "execute", entry.key, link, entry.plugin, vector)
        return _NOTHING


async def _settled(frame: Frame, entry: Entry, value: Any, vector: object, link: Link) -> object:
    """Await what an interpreter returned. `_NOTHING`, with a record, where it failed."""
    if value is _NOTHING:
        return value
    try:
        return cast(object, await value)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        frame.absorb(error, "execute", entry.key, link, entry.plugin, vector)
        return _NOTHING
