"""What counts as a time."""

from __future__ import annotations

from math import isfinite

__all__ = ["is_seconds"]


def is_seconds(value: object) -> bool:
    """Whether this is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
