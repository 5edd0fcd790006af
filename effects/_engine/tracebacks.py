"""The frames that are kept of an exception that is recorded.

An exception that is raised again keeps all the frames of the times before, so one that a program holds on to, such as
that of a circuit breaker, would grow with each raise, and with it each record of it, its log and what its frames hold.
"""

from __future__ import annotations

from types import TracebackType
from typing import cast

__all__ = ["keep_few_frames"]

_MAX_FIRST = 10
_MAX_LAST = 30
"""How many frames of a long traceback are kept at its beginning and at its end, where it was raised."""

Frames = list[TracebackType]


def keep_few_frames(error: BaseException) -> None:
    """Bound the traceback of an exception, and of all that it was made of: its group, its causes, their contexts.

    If it was recorded before, the places where it was raised now and first are kept.
    """
    _relink(error, _latest_and_first(_frames_of(error)))
    seen, waiting = {id(error)}, _exceptions_behind(error)
    while waiting:
        inner = waiting.pop()
        if id(inner) not in seen:
            seen.add(id(inner))
            _relink(inner, _frames_of(inner))
            waiting += _exceptions_behind(inner)


def _exceptions_behind(error: BaseException) -> list[BaseException]:
    inside = cast("BaseExceptionGroup[BaseException]", error).exceptions if _is_group(error) else ()
    return [other for other in (*inside, error.__cause__, error.__context__) if other is not None]


def _is_group(error: BaseException) -> bool:
    return issubclass(type(error), BaseExceptionGroup)


def _frames_of(error: BaseException) -> Frames:
    frames: Frames = []
    entry = error.__traceback__
    while entry is not None:
        frames.append(entry)
        entry = entry.tb_next
    return frames


def _latest_and_first(frames: Frames) -> Frames:
    """The frames of the latest and of the first raise: each begins with the function of the engine that caught it."""
    begins = [index for index, entry in enumerate(frames) if entry.tb_frame.f_code is frames[0].tb_frame.f_code]
    return frames if len(begins) < 3 else frames[: begins[1]] + frames[begins[-1] :]


def _relink(error: BaseException, kept: Frames) -> None:
    """Have an exception keep these frames of its own, and no more than are bounded."""
    if len(kept) > _MAX_FIRST + _MAX_LAST:
        kept = kept[:_MAX_FIRST] + kept[-_MAX_LAST:]
    linked: TracebackType | None = None
    for entry in reversed(kept):
        unchanged = entry.tb_next is linked
        linked = entry if unchanged else TracebackType(linked, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    if linked is not error.__traceback__:
        BaseException.with_traceback(error, linked)  # what its class makes of setting attributes is its own business
