"""The messages about arguments that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from pydantic_core import ErrorDetails, ValidationError, core_schema

from .._language.errors import ArgumentError, near
from .checkers import Checker

__all__ = ["explain"]


def explain(checks: Sequence[Checker], rest: Checker | None, args: Sequence[object]) -> ArgumentError:
    """Return the error for arguments of which at least one does not fit. Its message holds no values."""
    lines: list[str] = []
    closest: str | None = None
    for index, value in enumerate(args):
        check = checks[index] if index < len(checks) else rest
        if check is None or check.validate is None:
            continue
        try:
            check.validate(value)
        except ValidationError as error:
            lines.extend(_complaints(check.name, value, error))
            unknown = [
                detail["loc"][-1] for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"
            ]
            closest = closest or next((names for name in unknown if (names := near(name, check.options))), None)
    more = [f"and {len(lines) - _MAX_COMPLAINTS} more"] if len(lines) > _MAX_COMPLAINTS else []
    fix = "values are passed as they are, never converted"
    return ArgumentError("; ".join(lines[:_MAX_COMPLAINTS] + more), near=closest, fix=fix)


_NOT_OF_TYPES = frozenset(
    {
        "missing",
        "effect_vector",
        "extra_forbidden",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
    }
    | {"multiple_of", "finite_number", "too_short", "too_long", "string_too_short", "string_too_long"}
    | {"string_pattern_mismatch", "bytes_too_short", "bytes_too_long"}
)
"""Complaints that the type of the value does not help to understand."""


_IN_OUR_WORDS = {
    "extra_forbidden": "there is no such option",
    "list_type": "should be a list or tuple",
    "missing": "is missing",
}


_MAX_COMPLAINTS = 8
"""At most this many complaints about one vector are listed; the others are counted."""


def _complaints(name: str, value: object, error: ValidationError) -> list[str]:
    lines: list[str] = []
    for detail in error.errors(include_url=False):
        place = name + "".join(f"[{part!r:.60}]" for part in _place(value, detail))
        kind = "" if detail["type"] in _NOT_OF_TYPES else f", got {type(detail['input']).__name__}"
        lines.append(f"{place}: {_message(detail)}{kind}")
    return list(dict.fromkeys(lines))


def _place(value: object, detail: ErrorDetails) -> list[int | str]:
    """The parts of a location that lead through the data; the others are pydantic's names for members of unions."""
    place: list[int | str] = []
    for part in detail["loc"]:
        if isinstance(value, Mapping) and (part in value or detail["type"] == "missing"):
            place.append(part)
            value = cast("Mapping[object, object]", value).get(part)
        elif isinstance(value, (list, tuple)) and isinstance(part, int):
            items = cast("Sequence[object]", value)
            place.append(part)
            value = items[part] if part < len(items) else None
    return place


_KNOWN = frozenset(get_args(core_schema.ErrorType))


_QUOTING = frozenset({"error", "tag", "encoding_error", "tz_actual"})
"""The parts of pydantic's messages that repeat some of the value."""


def _message(detail: ErrorDetails) -> str:
    """Return pydantic's own complaint about the place that is named before it, if it quotes nothing. A type's own check
    may quote the value, so its message is not repeated.
    """
    if detail["type"] in _IN_OUR_WORDS:
        return _IN_OUR_WORDS[detail["type"]]
    if detail["type"] == "effect_vector" or (detail["type"] in _KNOWN and not _QUOTING & detail.get("ctx", {}).keys()):
        return detail["msg"].removeprefix("Input ")
    return f"does not fit ({detail['type']:.60})"
