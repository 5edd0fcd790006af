"""Merges the frames that wait for a slow client into fewer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

__all__ = ["WhenFull", "merge_frames"]

_logger = logging.getLogger("plugins.connections")

WhenFull = Callable[[Sequence[bytes]], Sequence[bytes]]
"""A function that merges frames, such as `plugins.datastar.merge_patches`."""


def merge_frames(
    when_full: WhenFull | None, frames: Sequence[bytes], max_frames: int, max_bytes: int
) -> list[bytes] | None:
    """Return the merged frames, or None if they still take more than half of the bounds, or could not be merged."""
    if when_full is None:
        return None
    try:
        merged = list(when_full(frames))
    except Exception:
        _logger.exception("the frames that wait for a slow client could not be merged")
        return None
    is_small = len(merged) * 2 <= max_frames and sum(map(len, merged)) * 2 <= max_bytes
    return merged if is_small else None
