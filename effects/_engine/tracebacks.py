"""The frames that are kept of a recorded exception.

An exception that is raised again keeps all frames of earlier raises. So one that a program raises again and again, such
as that of a circuit breaker, would grow each time, and so would its records, its log and the objects that its frames
hold.
"""

from __future__ import annotations

from types import TracebackType
from typing import cast

__all__ = ["keep_few_frames"]

_MAX_FIRST = 10
_MAX_LAST = 30
"""At most this many frames of a long traceback are kept at its beginning, and at its end, where it was raised."""

Frames = list[TracebackType]


def keep_few_frames(error: BaseException) -> None:
    """Bound the traceback of an exception, and of the exceptions in it and behind it: members of its group, causes and
    contexts.

    If it was recorded before, the places of the latest and of the first raise are kept.
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
    """Return the frames of the latest and of the first raise: each begins with the function of the engine that caught
    it.
    """
    begins = [index for index, entry in enumerate(frames) if entry.tb_frame.f_code is frames[0].tb_frame.f_code]
    return frames if len(begins) < 3 else frames[: begins[1]] + frames[begins[-1] :]


def _relink(error: BaseException, frames: Frames) -> None:
    """Let an exception keep these of its frames, at most as many as the bounds allow."""
    if len(frames) > _MAX_FIRST + _MAX_LAST:
        frames = frames[:_MAX_FIRST] + frames[-_MAX_LAST:]
    chain: TracebackType | None = None
    for entry in reversed(frames):
        unchanged = entry.tb_next is chain
        chain = entry if unchanged else TracebackType(chain, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    if chain is not error.__traceback__:
        BaseException.with_traceback(error, chain)  # its class may override how attributes are set
