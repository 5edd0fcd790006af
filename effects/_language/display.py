"""Texts for values in messages: a shortened `repr`, or the names of types. No text fails because a `repr` does."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from typing import cast

from .containers import is_list

__all__ = ["a", "shorten_repr", "shorten_text", "type_name", "type_names"]

_short = reprlib.Repr()
_short.maxlevel, _short.maxstring, _short.maxother = 3, 60, 60


def shorten_text(text: str, most: int = 200) -> str:
    """Return a text of at most `most` characters: of a longer one, the beginning and three dots."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def a(noun: str) -> str:
    """Return a noun with its article: `an effect`, `a placeholder`."""
    return f"{'an' if noun[:1] in {*'aeiou'} else 'a'} {noun}"


def shorten_repr(value: object) -> str:
    """Return a repr of bounded length; if the repr raises, the name of its error."""
    try:
        return _short.repr(value)
    except Exception as error:  # noqa: BLE001 - a repr is only decoration: it may not cost the record
        return f"<no repr: {type_name(error)}>"


def type_name(value: object) -> str:
    """Return the name of a value's type, even if its metaclass hides it."""
    return _name_of(type(value))


_name_of: Callable[[type], str] = vars(type)["__name__"].__get__


def type_names(vector: object) -> tuple[str, ...]:
    """Return the names of the types of a vector's arguments, ten at most; for any other value, that of its own type."""
    if not is_list(vector):
        return () if vector is None else (shorten_text(type_name(vector), 80),)
    try:
        return tuple(shorten_text(type_name(arg), 80) for arg in cast("Sequence[object]", vector)[1:11])
    except Exception:  # noqa: BLE001 - a subclass of list may fail in any way when it is read
        return ()
