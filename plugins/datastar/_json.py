"""Values as JSON; and where a value is what JSON cannot say, what it is and where, without showing it."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, cast

from effects import ArgumentError

__all__ = ["check_whole", "json_text"]

_DEEPEST: Final = 20
"""How far down it is looked for what JSON cannot say."""
_LONGEST: Final = 40
"""How much of a key a message shows."""


def json_text(who: str, value: object, check: Callable[[str], object]) -> str:
    """JSON in ASCII, as short as it gets, once `check` has seen it.

    Raises `ArgumentError` where JSON cannot say it; `who` is the beginning of the message.
    """
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
        check(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(
            f"{who} what JSON cannot say{_misfit(value) or f' ({type(error).__name__})'}",
            fix="use str, int, finite float, bool, None, list and dict",
        ) from None
    return text


def check_whole(digits: str) -> None:
    """Refuse a whole number that JavaScript rounds."""
    number = int(digits)
    if number.bit_length() > 1023 or int(float(number)) != number:
        raise ArgumentError("a value has a whole number that JavaScript rounds", fix="pass it as a str")


def _misfit(value: object) -> str | None:
    """`: datetime at ['a'][0]`, the nearest to the top. Each container is looked at once, and none too far down."""
    waiting = deque([("", value, 0)])
    seen: set[int] = set()
    while waiting:
        path, one, depth = waiting.popleft()
        if isinstance(one, (dict, list, tuple)):
            inner = cast("dict[object, object] | list[object] | tuple[object, ...]", one)
            odd = _odd_key(inner)
            if odd:
                return f": a key of type {odd}{_at(path)}"
            if id(inner) not in seen and depth < _DEEPEST:
                seen.add(id(inner))
                waiting.extend((f"{path}[{_key(key)}]", item, depth + 1) for key, item in _items(inner))
        elif not _plain(one):
            return f": {_kind(one)}{_at(path)}"
    return None


def _items(value: dict[object, object] | list[object] | tuple[object, ...]) -> Iterable[tuple[object, object]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _odd_key(value: dict[object, object] | list[object] | tuple[object, ...]) -> str | None:
    keys = value if isinstance(value, dict) else ()
    return next((_kind(key) for key in keys if not _plain(key)), None)


def _plain(value: object) -> bool:
    return isinstance(value, (str, int, type(None))) or (isinstance(value, float) and math.isfinite(value))


def _kind(value: object) -> str:
    return "a float that is not finite" if isinstance(value, float) else type(value).__name__


def _at(path: str) -> str:
    return f" at {path}" if path else ""


def _key(key: object) -> str:
    return repr(f"{key[:_LONGEST]}..." if isinstance(key, str) and len(key) > _LONGEST else key)
