"""Attributes of an element, for whatever makes the HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self, final

from markupsafe import Markup, escape

from effects import ArgumentError

__all__ = ["Attributes"]

_NAME = re.compile(r"[^\0-\x20\"'<>/=\x7f-\x9f]+")
"""HTML standard, 13.1.2.3 (Attributes)."""


@final
class Attributes(dict[str, str]):
    """Names and values of attributes, not escaped: a dict, as htpy takes it, and HTML, as Jinja does.

    In `str` and f-strings they are the HTML, too: as in a tag, each with a space before it. `repr` is the dict's.
    `|` joins two. Raises `ArgumentError` where both have an attribute of the same name, since an element has it once.

    >>> attributes = attr.bind("name") | attr.on("input", "$dirty = true")
    >>> attributes
    {'data-bind': 'name', 'data-on:input': '$dirty = true'}
    >>> html("<input{}>").format(attributes)
    Markup('<input data-bind="name" data-on:input="$dirty = true">')
    """

    __slots__ = ()

    def __or__(self, other: Mapping[str, str]) -> Attributes:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride] # joining keeps the type
        return _join(self, other)

    def __ror__(self, other: Mapping[str, str]) -> Attributes:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride]
        return _join(other, self)

    def __ior__(self, other: Mapping[str, str]) -> Self:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride]
        self.update(_join(self, other))
        return self

    def __html__(self) -> Markup:
        """The attributes as in a tag, each with a space before it. Raises `ArgumentError` for what is no name."""
        return Markup("").join(_format_attribute(name, value) for name, value in self.items())

    def __str__(self) -> str:
        return str(self.__html__())

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)


def _join(left: Mapping[str, str], right: Mapping[str, str]) -> Attributes:
    for name in left.keys() & right.keys():
        raise ArgumentError(f"two attributes are called {name!r}", fix="say both in one call")
    return Attributes({**left, **right})


def _format_attribute(name: str, value: str) -> Markup:
    if not _NAME.fullmatch(name):
        raise ArgumentError("the name of an attribute has white space, quotes or one of < > / =", fix="take them out")
    return Markup(' {}="{}"').format(name, escape(str(value)))
