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


def _require_list(content: object) -> list[object]:
    if type(content) is not list:
        raise TypeError(f"a list is needed, not {type(content).__name__}")
    return cast("list[object]", content)


def _text_tag(name: str, kind: type[T], encode: Callable[[T], str], make: Callable[[str], T]) -> Tag:
    """Make a tag whose content is text."""

    def read(content: object) -> T:
        if type(content) is not str:
            raise TypeError(f"text is needed, not {type(content).__name__}")
        return make(content)

    return Tag(name, kind, encode, read)


def _list_tag(name: str, kind: type[C], encode: Callable[[C], list[object]], make: Callable[[list[object]], C]) -> Tag:
    """Make a tag whose content is a list."""

    def read(content: object) -> C:
        return make(_require_list(content))

    return Tag(name, kind, encode, read)


def _dict_pairs(value: dict[object, object]) -> list[object]:
    return [[name, inner] for name, inner in value.items()]


def _make_dict(pairs: list[object]) -> dict[object, object]:
    result: dict[object, object] = {}
    for pair in pairs:
        name, value = _require_list(pair)
        result[name] = value
    return result


def _sort_values(values: Iterable[object]) -> list[object]:
    """Return values in an order that is the same in each process, if their reprs are."""
    return sorted(values, key=lambda value: (type(value).__name__, repr(value)))


def _placeholder_parts(value: Placeholder) -> list[object]:
    return [value.key, *value.args]


def _make_placeholder(parts: list[object]) -> Placeholder:
    key, *args = parts
    if type(key) is not str:  # markup, for example, is a subclass of str
        raise TypeError("the key of a placeholder is text")
    return Placeholder(key, *args)


def _timedelta_amounts(value: timedelta) -> list[object]:
    return [value.days, value.seconds, value.microseconds]


def _make_timedelta(amounts: list[object]) -> timedelta:
    return timedelta(*cast("list[int]", amounts))


def _base64_text(value: bytes) -> str:
    return base64.b64encode(value).decode()


STANDARD: Sequence[Tag] = (
    _list_tag("tuple", tuple, list, tuple),
    _list_tag("dict", dict, _dict_pairs, _make_dict),
    _list_tag("set", set, _sort_values, set),
    _list_tag("frozenset", frozenset, _sort_values, frozenset),
    _list_tag("placeholder", Placeholder, _placeholder_parts, _make_placeholder),
    _list_tag("timedelta", timedelta, _timedelta_amounts, _make_timedelta),
    _text_tag("bytes", bytes, _base64_text, partial(base64.b64decode, validate=True)),
    _text_tag("date", date, date.isoformat, date.fromisoformat),
    _text_tag("datetime", datetime, datetime.isoformat, datetime.fromisoformat),
    _text_tag("decimal", Decimal, str, Decimal),
    _text_tag("float", float, repr, float),
    _text_tag("time", time, time.isoformat, time.fromisoformat),
    _text_tag("uuid", UUID, str, UUID),
)
"""`dict` is for dicts that JSON has no object for, or whose object would look like a tag; `float` for `inf` and
`nan`.
"""
