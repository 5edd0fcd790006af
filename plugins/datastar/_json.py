"""Writes values as JSON. For a value that JSON cannot represent, the error says its type and place, not the value."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, cast

from effects import ArgumentError

__all__ = ["check_whole", "json_text"]

_MAX_DEPTH: Final = 20
"""The number of levels that are searched for a value that JSON cannot represent."""
_MAX_KEY_LENGTH: Final = 40
"""The number of characters of a key that a message shows."""


def json_text(subject: str, value: object, check: Callable[[str], object]) -> str:
    """Return a value as JSON, in ASCII and without spaces, after `check` was called with the text.

    Raises `ArgumentError` if JSON cannot represent the value; `subject` begins the message: "signals hold".
    """
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
        check(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(
            f"{subject} something that JSON cannot represent{_find_misfit(value) or f' ({type(error).__name__})'}",
            fix="use str, int, finite float, bool, None, list and dict",
        ) from None
    return text


def check_whole(digits: str) -> None:
    """Raise `ArgumentError` for a whole number that JavaScript rounds."""
    number = int(digits)
    if number.bit_length() > 1023 or int(float(number)) != number:
        raise ArgumentError("a value has a whole number that JavaScript rounds", fix="pass it as a str")


def _find_misfit(value: object) -> str | None:
    """Return `: datetime at ['a'][0]`, for the misfit nearest to the top; None if there is none.

    Each container is searched once, and only `_MAX_DEPTH` levels are.
    """
    queue = deque([("", value, 0)])
    seen_ids: set[int] = set()
    while queue:
        path, part, depth = queue.popleft()
        if isinstance(part, (dict, list, tuple)):
            container = cast("dict[object, object] | list[object] | tuple[object, ...]", part)
            key_type = _find_odd_key_type(container)
            if key_type:
                return f": a key of type {key_type}{_format_place(path)}"
            if id(container) not in seen_ids and depth < _MAX_DEPTH:
                seen_ids.add(id(container))
                queue.extend((f"{path}[{_format_key(key)}]", item, depth + 1) for key, item in _items(container))
        elif not _is_plain(part):
            return f": {_describe_type(part)}{_format_place(path)}"
    return None


def _items(value: dict[object, object] | list[object] | tuple[object, ...]) -> Iterable[tuple[object, object]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _find_odd_key_type(value: dict[object, object] | list[object] | tuple[object, ...]) -> str | None:
    keys = value if isinstance(value, dict) else ()
    return next((_describe_type(key) for key in keys if not _is_plain(key)), None)


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, type(None))) or (isinstance(value, float) and math.isfinite(value))


def _describe_type(value: object) -> str:
    return "a float that is not finite" if isinstance(value, float) else type(value).__name__


def _format_place(path: str) -> str:
    return f" at {path}" if path else ""


def _format_key(key: object) -> str:
    return repr(f"{key[:_MAX_KEY_LENGTH]}..." if isinstance(key, str) and len(key) > _MAX_KEY_LENGTH else key)
