"""How values are shown where they may be: shortened, by their types, and whatever their `repr` does."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import cast

__all__ = ["a", "abridged", "shortened", "type_names"]

_short = reprlib.Repr()
_short.maxlevel, _short.maxstring, _short.maxother = 3, 60, 60


def abridged(text: str, most: int = 200) -> str:
    """Text of bounded length: the begin of what is longer."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def a(noun: str) -> str:
    """A noun with its article: `an effect`, `a placeholder`."""
    return f"{'an' if noun[:1] in {*'aeiou'} else 'a'} {noun}"


def shortened(value: object) -> str:
    """A repr of bounded length; where there is none, why."""
    try:
        return _short.repr(value)
    except Exception as error:  # noqa: BLE001 - a repr is only decoration: it may not cost the record
        return f"<no repr: {type(error).__name__}>"


def type_names(vector: object) -> tuple[str, ...]:
    """The names of the types of a vector's arguments, ten at most; of anything else, of its own type."""
    if not isinstance(vector, (list, tuple)):
        return () if vector is None else (abridged(type(vector).__name__, 80),)
    try:
        return tuple(abridged(type(arg).__name__, 80) for arg in cast("Sequence[object]", vector)[1:11])
    except Exception:  # noqa: BLE001 - a subclass of list may fail in any way when it is read
        return ()
