"""The check of times, and of other bounds that are numbers."""

from __future__ import annotations

from math import isfinite

__all__ = ["is_seconds"]


def is_seconds(value: object) -> bool:
    """Whether a value is a finite number, and no bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
