"""The way of a vector: read, guarded, checked, then expanded or executed.

Depth first: each item is finished before the next begins, and what an action returned is taken up in its place. The
levels of expansion are a list here, not Python's stack, so depth costs no recursion. What fails is recorded and its
siblings go on; what is not an `Exception` passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import CoroutineType
from typing import Any, cast

import trio

from ._context import Context
from ._errors import (
    DispatchResult,
    EffectsError,
    LimitError,
    Phase,
    ResultRecord,
    ShapeError,
    SystemValueError,
)
from ._frame import Frame, merged
from ._guards import Guarded
from ._interceptors import Skip
from ._paths import Link, Nested, Via, flatten
from ._read import fits, read, resolved
from ._sink import Sink
from ._state import State, system_values
from ._tables import Entry
from ._vectors import list_problem

__all__ = ["call_action", "run", "too_deep"]

_YIELD_EVERY = 256
"""After so many vectors a dispatch lets other tasks run."""
_MEMBER_ERRORS = 10
"""So many failures of one effect that runs for each member are recorded; the others are counted."""

Level = tuple[Iterator[tuple[int, object]], Link | None]


async def run(frame: Frame, effects: object, origin: Context | None) -> DispatchResult:
    """Run a whole dispatch in its frame. `origin` is the context whose interpreter made the call, if one did."""
    link = None if origin is None else origin._link
    key = None if origin is None else origin.key
    if (problem := list_problem(effects)) is not None:
        frame.fail("shape", key, link, None, ShapeError(problem[0], fix=problem[1]), effects)
    elif frame.nesting > frame.engine.limits.nesting:
        frame.fail("shape", key, link, None, too_deep("nesting", frame.engine.limits.nesting), effects)
    elif guards := frame.engine.tables.dispatch_guards:
        guarded = Guarded(frame, guards, "dispatch", cast(Sequence[object], effects), link)
        if guarded.before() is None:
            await _take_all(frame, guarded.vector, origin)
        guarded.after(frame.result(), failed=bool(frame.errors))
    else:
        await _take_all(frame, cast(Sequence[object], effects), origin)
    return frame.result()


async def _take_all(frame: Frame, effects: Sequence[object], origin: Context | None) -> None:
    """Take up every vector of a list, and what the actions among them expand to."""
    budget = frame.budget
    items = tuple(effects)
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
                if len(levels) > frame.engine.limits.expansion:
                    limit = too_deep("expansion", frame.engine.limits.expansion)
                    frame.fail("expand", entry.key, here, None, limit, vector)
                    continue
                if expansion := _expand(frame, entry, args, here):
                    levels.append((iter(enumerate(expansion)), (here, Via.EXPANSION)))
                    break
            elif each or entry.each:
                await _execute_for_each(frame, entry, args, vector, here)
            else:
                await _execute(frame, entry, args, here)
        else:
            levels.pop()


def too_deep(name: str, limit: int) -> LimitError:
    return LimitError(
        f"the limit of {limit} for the depth of {name} was crossed",
        fix=f"look for something that repeats itself, or raise it: create_dispatch(..., limits=Limits({name}=...))",
    )


def _expand(frame: Frame, entry: Entry, args: list[object], link: Link) -> Sequence[object] | None:
    """Run one action between its hooks. What it expands to, or None where it failed, was skipped or stopped."""
    guards = frame.engine.tables.action_guards
    vector: Sequence[object] = [entry.key, *args]
    if not guards:
        return call_action(frame, entry, args, vector, link, None)
    guarded = Guarded(frame, guards, "action", vector, link)
    verdict = guarded.before()
    expansion: Sequence[object] | None = None
    failed = False
    if verdict is None:
        entry, args, vector = _as_left(frame, guarded)
        expansion = call_action(frame, entry, args, vector, link, None)
        failed = expansion is None
    elif isinstance(verdict, Skip) and verdict.result is not None:
        expansion = _checked_expansion(frame, entry, verdict.result, vector, link)
    return cast("Sequence[object] | None", guarded.after(expansion or [], failed=failed))


def call_action(
    frame: Frame, entry: Entry, args: list[object], vector: object, link: Link, state: object
) -> Sequence[object] | None:
    """Check the arguments and call the action, with a fresh state unless one is given. None where that failed."""
    if not fits(frame, entry, args, vector, link):
        return None
    fresh = State(frame.engine.tables.slices, frame.system)
    try:
        expansion = entry.function(fresh if state is None else state, *args)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        phase: Phase = "expand"
        owner: str | None = entry.plugin
        if fresh.failure is not None and fresh.failure[0] is error:
            phase, owner = "state", fresh.failure[1]
        frame.absorb(error, phase, entry.key, link, owner, vector)
        return None
    return _checked_expansion(frame, entry, expansion, vector, link)


def _checked_expansion(
    frame: Frame, entry: Entry, expansion: object, vector: object, link: Link
) -> Sequence[object] | None:
    problem = list_problem(expansion)
    if problem is None:
        return cast(Sequence[object], expansion)
    error = ShapeError(f"action {entry.key!r} did not return effects: {problem[0]}", fix=problem[1])
    frame.fail("expand", entry.key, link, entry.plugin, error, vector)
    return None


def _as_left(frame: Frame, guarded: Guarded) -> tuple[Entry, list[object], Sequence[object]]:
    """The entry, arguments and vector as the before hooks have left them."""
    key, *args = guarded.vector
    return frame.engine.tables.entries[cast(str, key)], args, guarded.vector


_NOTHING = object()


async def _execute(frame: Frame, entry: Entry, args: list[object], link: Link) -> None:
    """Run one effect between its hooks, and record what it came to."""
    guards = frame.engine.tables.effect_guards
    vector: Sequence[object] = [entry.key, *args]
    if not guards:
        came = await _call_effect(frame, entry, args, vector, link)
        if came is not _NOTHING:
            frame.results.append(ResultRecord(entry.key, came, flatten(link), entry.plugin))
        return
    guarded = Guarded(frame, guards, "effect", vector, link)
    verdict = guarded.before()
    value: object = _NOTHING
    if verdict is None:
        entry, args, vector = _as_left(frame, guarded)
        value = await _call_effect(frame, entry, args, vector, link)
    elif isinstance(verdict, Skip):
        value = verdict.result
    ran = value is not _NOTHING
    value = guarded.after(value if ran else None, failed=verdict is None and not ran)
    if ran:
        frame.results.append(ResultRecord(entry.key, value, flatten(link), entry.plugin, verdict is not None))


async def _call_effect(frame: Frame, entry: Entry, args: list[object], vector: Sequence[object], link: Link) -> object:
    """Check the arguments and call the interpreter. What it returned; `_NOTHING`, with a record, where it failed."""
    if not fits(frame, entry, args, vector, link):
        return _NOTHING
    needs: dict[str, object] = {}
    if not entry.plain:
        try:
            needs = system_values(entry, frame.system)
        except SystemValueError as error:
            frame.fail("validate", entry.key, link, entry.plugin, error, vector)
            return _NOTHING
    try:
        value = entry.function(Context(frame, entry.key, vector, link), *args, **needs)
        if entry.signature.is_async or type(value) is CoroutineType:
            value = await cast("CoroutineType[Any, Any, object]", value)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        frame.absorb(error, "execute", entry.key, link, entry.plugin, vector)
        return _NOTHING
    return value


async def _execute_for_each(frame: Frame, entry: Entry, args: list[object], vector: object, link: Link) -> None:
    """Run one effect once for each member of the sink: late values, hooks and all."""
    sink = frame.system.get("sink")
    if not isinstance(sink, Sink):
        missing = SystemValueError(
            f"{entry.key!r} runs for each member of a sink, and this dispatch has none",
            fix="dispatch it inside broadcast or with-connection, or with system={'sink': ...}",
        )
        frame.fail("validate", entry.key, link, entry.plugin, missing, vector)
        return
    members = sink.members()
    try:
        frame.budget.take_members(len(members))
    except LimitError as error:
        frame.fail("execute", entry.key, link, None, error, vector)
        return
    group_system, results, before = frame.system, frame.results, len(frame.errors)
    frame.results = []
    try:
        for member in members:
            if frame.stopped is not None or frame.budget.spent:
                break
            if frame.muted is None and len(frame.errors) - before >= _MEMBER_ERRORS:
                frame.muted = 0
            frame.system = mine = merged(frame.system, {"sink": member})
            bound = resolved(frame, entry, args, vector, link, member)
            if bound is not None:
                await _execute(frame, entry, bound, link)
            frame.system = group_system if frame.system is mine else merged(frame.system, {"sink": sink})
    finally:
        values = tuple(record.value for record in frame.results)
        frame.results = results
        muted, frame.muted = frame.muted, None
    if muted:
        summary = EffectsError(
            f"{muted} more failures of {entry.key!r}, one for each member, were counted, not recorded"
        )
        frame.fail("execute", entry.key, link, entry.plugin, summary, vector)
    results.append(ResultRecord(entry.key, values, flatten(link), entry.plugin))
