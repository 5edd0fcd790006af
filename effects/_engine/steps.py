"""One action or effect between its hooks: it is checked, then expanded or executed, and recorded."""

from __future__ import annotations

import types
from collections.abc import Sequence
from itertools import islice
from typing import cast

from .._assembly.fast_call import NOTHING
from .._assembly.tables import Entry
from .._language.paths import Link
from .._registry.interceptors import Skip
from .actions import call_action
from .around import Around
from .context import context_of
from .frame import Frame
from .interception import FAILED, HookRun, Verdict, hooks_around
from .members import run_for_members
from .reading import fits
from .state import system_values

__all__ = ["COROUTINE", "call", "execute", "execute_without_hooks", "expand", "expand_around", "finish"]

COROUTINE: type = types.CoroutineType


def expand(frame: Frame, entry: Entry, args: Sequence[object], link: Link) -> Sequence[object]:
    """Run one action between its hooks. Returns the vectors that it expands to: none if it failed, was skipped or
    stopped.
    """
    pairs = frame.engine.tables.action_hooks
    if not pairs:
        return call_action(frame, entry, args, [entry.key, *args], link, None) or ()
    hook_run = hooks_around(frame, pairs, "action", [entry.key, *args], link)
    verdict = hook_run.before()
    return _settle_expansion(frame, hook_run, verdict, _expansion(frame, hook_run, verdict, link), entry, link)


async def expand_around(frame: Frame, entry: Entry, args: Sequence[object], link: Link) -> Sequence[object]:
    """Run one action between its hooks, and inside the context managers that interceptors enter around it."""
    hook_run = hooks_around(frame, frame.engine.tables.action_hooks, "action", [entry.key, *args], link)
    async with Around(hook_run) as around:
        expansion = _expansion(frame, hook_run, around.verdict, link)
        around.ended(failed=expansion is None)
    return _settle_expansion(frame, hook_run, around.verdict, expansion, entry, link)


def _expansion(frame: Frame, hook_run: HookRun, verdict: Verdict, link: Link) -> Sequence[object] | None:
    """Expand one action as its before hooks have said. Returns None if it failed, or was stopped."""
    if verdict is None:
        entry, args = _rewritten_call(frame, hook_run)
        return call_action(frame, entry, args, hook_run.vector, link, None)
    return cast("Sequence[object] | None", verdict.result) if isinstance(verdict, Skip) else None


def _settle_expansion(
    frame: Frame, hook_run: HookRun, verdict: Verdict, expansion: Sequence[object] | None, entry: Entry, link: Link
) -> Sequence[object]:
    """Return the expansion of an action, as the after hooks leave it."""
    failed = verdict is FAILED or (verdict is None and expansion is None)
    result = hook_run.after([] if expansion is None else expansion, failed=failed)
    try:
        return tuple(islice(cast("Sequence[object]", result), frame.engine.limits.vectors + 1))
    except Exception as error:  # noqa: BLE001 - a subclass of list may fail in any way when it is read
        frame.fail("interceptor", entry.key, link, None, error, hook_run.vector)
        return ()


def _rewritten_call(frame: Frame, hook_run: HookRun) -> tuple[Entry, list[object]]:
    """Return the entry and arguments as the before hooks have left them."""
    key, *args = hook_run.vector
    return frame.engine.tables.entries[cast(str, key)], args


async def execute(frame: Frame, entry: Entry, args: Sequence[object], link: Link) -> None:
    """Run one effect between its hooks, and record its value."""
    tables = frame.engine.tables
    hook_run = hooks_around(frame, tables.effect_hooks, "effect", [entry.key, *args], link)
    if not tables.around_effect:
        await finish(frame, entry, hook_run, hook_run.before(), link)
        return
    async with Around(hook_run) as around:
        value = await _value(frame, entry, hook_run, around.verdict, link)
        around.ended(failed=value is NOTHING)
    _record_value(frame, entry, hook_run, around.verdict, value, link)


async def finish(frame: Frame, entry: Entry, hook_run: HookRun, verdict: Verdict, link: Link) -> None:
    """Execute one effect as its before hooks have said, and record its value."""
    if verdict is None and not hook_run.rewritten:  # as `_value`, without the call: most effects come here
        value = await call(frame, entry, hook_run.vector[1:], hook_run.vector, link)
    else:
        value = await _value(frame, entry, hook_run, verdict, link)
    _record_value(frame, entry, hook_run, verdict, value, link)


async def _value(frame: Frame, entry: Entry, hook_run: HookRun, verdict: Verdict, link: Link) -> object:
    """Return the value of one effect, done as its before hooks have said; `NOTHING` if it was not done, or failed."""
    if verdict is None:
        entry, args = _rewritten_call(frame, hook_run)
        if hook_run.rewritten and entry.each:
            values = await run_for_members(execute_without_hooks, frame, entry, args, hook_run.vector, link, late=False)
            return NOTHING if values is None else values
        return await call(frame, entry, args, hook_run.vector, link)
    return verdict.result if isinstance(verdict, Skip) else NOTHING


def _record_value(frame: Frame, entry: Entry, hook_run: HookRun, verdict: Verdict, value: object, link: Link) -> None:
    """Let the after hooks see the value of an effect, and record it as they leave it."""
    ran = value is not NOTHING
    failed = verdict is FAILED or (verdict is None and not ran)
    value = hook_run.after(value if ran else None, failed=failed)
    if ran:
        if hook_run.rewritten and verdict is None:
            entry, _ = _rewritten_call(frame, hook_run)
        frame.outcomes.append((entry.key, value, link, entry.plugin, verdict is not None))


async def execute_without_hooks(frame: Frame, entry: Entry, args: Sequence[object], link: Link) -> None:
    """Run one effect, and record its value."""
    value = await call(frame, entry, args, [entry.key, *args], link)
    if value is not NOTHING:
        frame.outcomes.append((entry.key, value, link, entry.plugin, False))


async def call(frame: Frame, entry: Entry, args: Sequence[object], vector: Sequence[object], link: Link) -> object:
    """Check the arguments, call the interpreter, and wait for it. Returns `NOTHING`, with a record, if it failed."""
    context = context_of(frame, entry.key, vector, link)
    try:
        value = entry.fast_call(context, vector, frame.system)
        if value is NOTHING:
            needs = _needs_of(frame, entry, args, vector, link)
            if needs is None:
                return NOTHING
            value = entry.function(context, *args, **needs)
        return cast("object", await value) if entry.is_async or type(value) is COROUTINE else value
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        frame.absorb(error, "execute", entry.key, link, entry.plugin, vector)
        return NOTHING


def _needs_of(
    frame: Frame, entry: Entry, args: Sequence[object], vector: object, link: Link
) -> dict[str, object] | None:
    """Check the arguments, and return the system values that the interpreter needs. Returns None, with a record, if a
    check fails or a value is missing.
    """
    if not fits(frame, entry, args, vector, link):
        return None
    try:
        return system_values(entry, frame.system)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        frame.absorb(error, "validate", entry.key, link, entry.plugin, vector)
        return None
