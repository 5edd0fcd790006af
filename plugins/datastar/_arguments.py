"""Arguments of a type that nothing can be made of. Messages name the types, never the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from effects import ArgumentError

__all__ = ["require_mapping", "require_str"]


def require_str(subject: str, value: object, fix: str) -> str:
    """What is given, where it is a str. Raises `ArgumentError` otherwise."""
    if not isinstance(value, str):
        raise ArgumentError(f"{subject} is a str, not {type(value).__name__}", fix=fix)
    return value


def require_mapping(subject: str, value: object, fix: str) -> Mapping[object, object]:
    """What is given, where it is a mapping. Raises `ArgumentError` otherwise; `what` has the verb, `signals are`."""
    if not isinstance(value, Mapping):
        raise ArgumentError(f"{subject} a mapping, not {type(value).__name__}", fix=fix)
    return cast(Mapping[object, object], value)
