"""Arguments of a type that nothing can be made of. Messages name the types, never the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from effects import ArgumentError

__all__ = ["a_mapping", "a_str"]


def a_str(what: str, given: object, fix: str) -> str:
    """What is given, where it is a str. Raises `ArgumentError` otherwise."""
    if not isinstance(given, str):
        raise ArgumentError(f"{what} is a str, not {type(given).__name__}", fix=fix)
    return given


def a_mapping(what: str, given: object, fix: str) -> Mapping[object, object]:
    """What is given, where it is a mapping. Raises `ArgumentError` otherwise; `what` has the verb, `signals are`."""
    if not isinstance(given, Mapping):
        raise ArgumentError(f"{what} a mapping, not {type(given).__name__}", fix=fix)
    return cast(Mapping[object, object], given)
