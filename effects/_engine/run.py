"""The run of a dispatch: each vector is read, then expanded as an action or executed as an effect.

Depth first: each item is finished before the next begins, and the vectors that an action returned are taken up in its
place. The levels of expansion are a list here, not Python's stack, so depth costs no recursion. A failure is recorded
and its siblings go on; an exception that is no `Exception` passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, cast

import trio

from .._assembly.fast_call import NOTHING
from .._language.errors import LimitError, ShapeError
from .._language.paths import Link, Via, nested
from .._language.results import DispatchResult
from .._language.templates import Template
from .._language.vectors import list_problem
from .actions import UNREAD, call_action
from .budget import YIELD_EVERY
from .context import Context
from .frame import Caller, Frame, merged
from .interception import hooks_around
from .members import run_for_members
from .placeholders import may_hold
from .reading import bind_arguments, read
from .steps import COROUTINE, call, execute, execute_without_hooks, expand, expand_around, finish

__all__ = ["read_vectors", "run", "too_deep"]

_kind_of: Callable[[object], object] = type
"""Types are compared by identity: a set would hash a type, which may refuse."""
_EXPANSION: Final = Via.EXPANSION

_NOTHING_MORE: Sequence[Any] = ()

Level = tuple[Iterator[Any], int, Link | None]
"""The vectors that are still to be taken up, the index of the last one that was, and the link to their list."""

_blank: Callable[[type[DispatchResult]], DispatchResult] = cast(Any, object).__new__


async def run(
    frame: Frame,
    effects: Any,
    origin: Caller | None,
    data: Mapping[str, object] | None,
    system: Mapping[str, object] | None,
    written: Sequence[object] | None = None,
) -> DispatchResult:
    """Run a whole dispatch in its frame: take up every vector, and the expansions of the actions among them.

    `origin` is the context whose interpreter made the call, if one did. If `written` is given, the caller has run the
    hooks around the dispatch, and these are the vectors as they stand in the program. This is one long function,
    because the calls of many coroutines would be the largest cost of a dispatch of few vectors.
    """
    tables, budget, outcomes = frame.engine.tables, frame.budget, frame.outcomes
    dispatch_run = None
    kind = _kind_of(effects)
    first = _kind_of(effects[0]) if (kind is list or kind is tuple) and effects else None
    if (first is list or first is tuple) and data is None and system is None and frame.nesting <= budget.limits.nesting:
        items: tuple[Any, ...] = tuple(effects)
    elif (read_items := read_vectors(frame, effects, origin, data, system)) is not None:
        items = read_items
    else:
        return frame.result()
    entries, pairs, action_hooks = tables.entries, tables.effect_hooks, tables.action_hooks
    if written is None:
        written = effects.written if type(effects) is Template else items
        if tables.dispatch_hooks:
            link_around = None if origin is None else origin._link
            dispatch_run = hooks_around(frame, tables.dispatch_hooks, "dispatch", items, link_around)
            items = () if dispatch_run.before() is not None else dispatch_run.vector
            written = items if dispatch_run.rewritten else written
    link: Any = None if origin is None else (origin._link, nested(origin._vector, written))
    rest: Iterator[Any] = iter(items)
    index: int = -1
    levels: list[Level] = []
    while True:
        for vector in rest:
            index += 1
            here = (link, index)
            budget.taken += 1
            if budget.taken > budget.free or frame.stopped is not None:
                if frame.is_over:
                    levels.clear()
                    rest = iter(_NOTHING_MORE)
                    break
                if budget.taken > budget.limits.vectors:
                    frame.too_many(vector, here)
                    continue
                if (misfit := budget.misfit(vector)) is not None:
                    frame.fail("interpolate", None, here, None, misfit, vector)
                    continue
                budget.go_on()
                if budget.taken % YIELD_EVERY == 0:
                    await trio.lowlevel.checkpoint()
            # Nearly all vectors are plain, and the types of their arguments show that they fit: these go straight
            # through. The code below does the same for any vector, and says what is wrong with it.
            kind = _kind_of(vector)
            is_plain = (kind is list or kind is tuple) and vector and type(vector[0]) is str
            entry = entries.get(vector[0]) if is_plain else None
            if entry is None:
                reading = read(frame, vector, here)
            elif entry.is_action and not action_hooks and len(levels) < budget.limits.expansion:
                if expansion := call_action(frame, entry, UNREAD, vector, here, None):
                    levels.append((rest, index, link))
                    rest, index, link = iter(expansion), -1, (here, _EXPANSION)
                    break
                continue
            elif entry.is_once and (not pairs or (not tables.around_effect and not may_hold(vector))):
                hook_run = None
                if pairs:
                    hook_run = hooks_around(frame, pairs, "effect", vector, here)
                    verdict = hook_run.before()
                    if verdict is not None or hook_run.rewritten:
                        await finish(frame, entry, hook_run, verdict, here)
                        continue
                context = Context()  # as `context_of`, without the call: a twentieth of the price of an effect
                context.key = entry.key
                context.data = frame.data
                context.system = frame.system
                context._frame = frame
                context._vector = vector
                context._link = here
                try:
                    value = entry.fast_call(context, vector, frame.system)
                    if type(value) is COROUTINE or (entry.is_async and value is not NOTHING):
                        value = await value
                except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
                    frame.absorb(error, "execute", entry.key, here, entry.plugin, vector)
                    if hook_run is not None:
                        hook_run.after(None, failed=True)
                    continue
                if value is not NOTHING:
                    if hook_run is not None:
                        value = hook_run.after(value, failed=False)
                    outcomes.append((entry.key, value, here, entry.plugin, False))
                    continue
                if hook_run is not None:
                    await finish(frame, entry, hook_run, None, here)
                    continue
                reading = bind_arguments(frame, entry, vector[1:], vector, here)
            else:
                reading = bind_arguments(frame, entry, vector[1:], vector, here)
            if reading is None:
                continue
            entry, args, each = reading
            if entry.is_action:
                if len(levels) >= budget.limits.expansion:
                    too_much = too_deep("expansion", budget.limits.expansion)
                    frame.fail("expand", entry.key, here, None, too_much, vector)
                elif expanded := (
                    await expand_around(frame, entry, args, here)
                    if tables.around_action
                    else expand(frame, entry, args, here)
                ):
                    levels.append((rest, index, link))
                    rest, index, link = iter(expanded), -1, (here, _EXPANSION)
                    break
            elif each or entry.each:
                run_one = execute if pairs else execute_without_hooks
                values = await run_for_members(run_one, frame, entry, args, vector, here, late=each)
                if values is not None:
                    outcomes.append((entry.key, values, here, entry.plugin, False))
            elif pairs:
                await execute(frame, entry, args, here)
            else:
                value = await call(frame, entry, args, [entry.key, *args], here)
                if value is not NOTHING:
                    outcomes.append((entry.key, value, here, entry.plugin, False))
        else:
            if not levels:
                break
            rest, index, link = levels.pop()
    result = _blank(DispatchResult)  # as `frame.result()`, without the calls
    result._outcomes = outcomes
    result._results = None
    result._errors = tuple(frame.errors) if frame.errors else ()
    result._stopped = frame.stopped
    if dispatch_run is not None:
        dispatch_run.after(result, failed=bool(frame.errors))
        if len(frame.errors) != len(result.errors) or frame.stopped != result.stopped:
            return frame.result()  # with the errors and the stop of the after hooks
    return result


def read_vectors(
    frame: Frame,
    effects: object,
    origin: Caller | None,
    data: Mapping[str, object] | None,
    system: Mapping[str, object] | None,
) -> tuple[object, ...] | None:
    """Merge data and system over the frame's, and return the items of a list of vectors as they are now.

    Returns None, with a record, for a value that is no such list or mapping, and if dispatches are nested too deep.
    """
    error: Exception
    try:
        if data is not None:
            frame.data = merged(frame.data, data)
        if system is not None:
            frame.system = merged(frame.system, system, "system")
        problem = list_problem(effects)
        if problem is None and frame.nesting <= frame.engine.limits.nesting:
            resolved = frame.budget.resolved
            if type(effects) is Template and resolved is not None:
                effects = resolved.copy(effects, frame.budget)
            return tuple(islice(cast("Sequence[object]", effects), frame.engine.limits.vectors + 1))
    except Exception as raised:  # noqa: BLE001 - a mapping, or a subclass of list, may fail in any way when it is read
        error, effects = raised, None
    else:
        error = ShapeError(problem[0], fix=problem[1]) if problem else too_deep("nesting", frame.engine.limits.nesting)
    key, link = (None, None) if origin is None else (origin.key, origin._link)
    frame.fail("shape", key, link, None, error, effects)
    return None


def too_deep(name: str, limit: int) -> LimitError:
    """Return the error for a limit of expansion or nesting that was crossed."""
    return LimitError(
        f"the limit of {limit} for the depth of {name} was crossed",
        fix=f"look for something that repeats itself, or raise it: create_dispatch(..., limits=Limits({name}=...))",
    )
