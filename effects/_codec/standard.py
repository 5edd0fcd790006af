"""The codec's own tags: containers and values that vectors commonly hold, and placeholders.

Decoded content may come from anywhere, so each function refuses content that it would not have written.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar, cast
from uuid import UUID

from .._language.vectors import Placeholder
from .._registry.tags import Tag

__all__ = ["STANDARD"]

T = TypeVar("T")
C = TypeVar("C")


def _items(content: object) -> list[object]:
    if type(content) is not list:
        raise TypeError(f"a list is needed, not {type(content).__name__}")
    return cast("list[object]", content)


def _text(name: str, kind: type[T], encode: Callable[[T], str], make: Callable[[str], T]) -> Tag:
    """A tag whose content is text."""

    def read(content: object) -> T:
        if type(content) is not str:
            raise TypeError(f"text is needed, not {type(content).__name__}")
        return make(content)

    return Tag(name, kind, encode, read)


def _list(name: str, kind: type[C], encode: Callable[[C], list[object]], make: Callable[[list[object]], C]) -> Tag:
    """A tag whose content is a list."""

    def read(content: object) -> C:
        return make(_items(content))

    return Tag(name, kind, encode, read)


def _pairs(value: dict[object, object]) -> list[object]:
    return [[name, inner] for name, inner in value.items()]


def _dict(pairs: list[object]) -> dict[object, object]:
    made: dict[object, object] = {}
    for pair in pairs:
        name, value = _items(pair)
        made[name] = value
    return made


def _sort_values(values: Iterable[object]) -> list[object]:
    """In an order that is the same in each process, as far as a repr is."""
    return sorted(values, key=lambda value: (type(value).__name__, repr(value)))


def _placeholder_parts(value: Placeholder) -> list[object]:
    return [value.key, *value.args]


def _placeholder(parts: list[object]) -> Placeholder:
    key, *args = parts
    if type(key) is not str:  # markup, say, which is text of another kind
        raise TypeError("the key of a placeholder is text")
    return Placeholder(key, *args)


def _amounts(value: timedelta) -> list[object]:
    return [value.days, value.seconds, value.microseconds]


def _timedelta(amounts: list[object]) -> timedelta:
    return timedelta(*cast("list[int]", amounts))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


STANDARD: Sequence[Tag] = (
    _list("tuple", tuple, list, tuple),
    _list("dict", dict, _pairs, _dict),
    _list("set", set, _sort_values, set),
    _list("frozenset", frozenset, _sort_values, frozenset),
    _list("placeholder", Placeholder, _placeholder_parts, _placeholder),
    _list("timedelta", timedelta, _amounts, _timedelta),
    _text("bytes", bytes, _base64, partial(base64.b64decode, validate=True)),
    _text("date", date, date.isoformat, date.fromisoformat),
    _text("datetime", datetime, datetime.isoformat, datetime.fromisoformat),
    _text("decimal", Decimal, str, Decimal),
    _text("float", float, repr, float),
    _text("time", time, time.isoformat, time.fromisoformat),
    _text("uuid", UUID, str, UUID),
)
"""`dict` is for one that JSON has no object for, or whose object would look like a tag; `float` for `inf` and `nan`."""
