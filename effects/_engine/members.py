"""Effects that run once for each member of a sink: effects registered with `each`, and effects with placeholders
registered with `each`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from .._assembly.tables import Entry
from .._language.errors import EffectsError, SystemValueError
from .._language.paths import Link
from .._language.sink import SINK_FIX, Sink
from .frame import Frame, merged
from .reading import resolve_all

__all__ = ["run_for_members"]

_MAX_RECORDED = 10
"""At most this many failures of one effect are recorded; those of the other members are counted."""

Execute = Callable[[Frame, Entry, Sequence[object], Link], Awaitable[None]]


async def run_for_members(
    execute: Execute, frame: Frame, entry: Entry, args: Sequence[object], vector: object, link: Link, *, late: bool
) -> tuple[object, ...] | None:
    """Run the effect for each member. Returns the values of those for whom it did not fail.

    If the arguments are still `late`, they are resolved for each member. Returns None, with a record, if the members
    cannot be had.
    """
    sink = frame.system.get("sink")
    if not isinstance(sink, Sink):
        missing = SystemValueError(
            f"{entry.key!r} runs for each member of a sink, and this dispatch has none",
            fix=SINK_FIX,
        )
        frame.fail("validate", entry.key, link, entry.plugin, missing, vector)
        return None
    try:
        members = tuple(sink.members())
        frame.budget.take_members(len(members))
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        frame.absorb(error, "execute", entry.key, link, None, vector)
        return None
    outcomes, frame.outcomes = frame.outcomes, []
    try:
        await _run_members(execute, frame, entry, args, vector, link, sink, members, late=late)
        return tuple(value for _, value, *_ in frame.outcomes)
    finally:
        frame.outcomes = outcomes


async def _run_members(
    execute: Execute,
    frame: Frame,
    entry: Entry,
    args: Sequence[object],
    vector: object,
    link: Link,
    sink: Sink,
    members: Sequence[Sink],
    *,
    late: bool,
) -> None:
    group, before = frame.system, len(frame.errors)
    try:
        for member in members:
            if frame.is_over:
                break
            if frame.muted is None and len(frame.errors) - before >= _MAX_RECORDED:
                frame.muted = 0
            frame.system = own = merged(frame.system, {"sink": member})
            bound = resolve_all(frame, entry, args, vector, link, member) if late else args
            if bound is not None:
                await execute(frame, entry, bound, link)
            group = group if frame.system is own else merged(frame.system, {"sink": sink})
            frame.system = group
    finally:
        frame.system = group
        muted, frame.muted = frame.muted, None
    if muted:
        summary = EffectsError(f"{muted} more failures of {entry.key!r}, for other members, were counted, not recorded")
        frame.fail("execute", entry.key, link, entry.plugin, summary, vector)
