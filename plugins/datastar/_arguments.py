"""Checks of the types of arguments. Messages name the types, never the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from effects import ArgumentError

__all__ = ["require_mapping", "require_str"]


def require_str(subject: str, value: object, fix: str) -> str:
    """Return `value` if it is a str. Raises `ArgumentError` if not; `subject` begins the message: "the URL"."""
    if not isinstance(value, str):
        raise ArgumentError(f"{subject} is a str, not {type(value).__name__}", fix=fix)
    return value


def require_mapping(subject: str, value: object, fix: str) -> Mapping[object, object]:
    """Return `value` if it is a mapping. Raises `ArgumentError` if not; `subject` has a verb: "signals are"."""
    if not isinstance(value, Mapping):
        raise ArgumentError(f"{subject} a mapping, not {type(value).__name__}", fix=fix)
    return cast(Mapping[object, object], value)
