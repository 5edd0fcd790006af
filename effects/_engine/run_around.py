"""The run of a whole dispatch if interceptors have context managers around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._assembly.tables import Tables
from .._language.results import DispatchResult
from .._language.templates import Template
from .around import Around
from .frame import Caller, Frame, Run
from .interception import hooks_around
from .run import read_vectors, run

__all__ = ["runner"]


def runner(tables: Tables) -> Run:
    """Return the function that runs dispatches: a dispatch without hooks around it does not pay for them."""
    return _run_around if tables.around_dispatch else run


async def _run_around(
    frame: Frame,
    effects: Any,
    origin: Caller | None,
    data: Mapping[str, object] | None,
    system: Mapping[str, object] | None,
) -> DispatchResult:
    items = read_vectors(frame, effects, origin, data, system)
    if items is None:
        return frame.result()
    link = None if origin is None else origin._link
    hook_run = hooks_around(frame, frame.engine.tables.dispatch_hooks, "dispatch", items, link)
    async with Around(hook_run) as around:
        if around.verdict is None:
            as_written = type(effects) is Template and not hook_run.rewritten
            written = effects.written if as_written else hook_run.vector
            await run(frame, hook_run.vector, origin, None, None, written)
        around.ended(failed=bool(frame.errors), stopped=frame.stopped is not None)
    result = frame.result()
    hook_run.after(result, failed=bool(frame.errors))
    changed = len(frame.errors) != len(result.errors) or frame.stopped != result.stopped
    return frame.result() if changed else result
