"""Attributes of an element, for any library that makes HTML."""

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
    """Names and values of attributes, not escaped. htpy takes them as a dict, Jinja as HTML.

    `str` and f-strings return the HTML: each attribute as in a tag, with a space before it. `repr` is that of a dict.
    `|` joins two of them. It raises `ArgumentError` if both have an attribute of the same name, because an element can
    have it only once.

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
        """Return the attributes as in a tag, each after a space. Raises `ArgumentError` if a name is invalid."""
        return Markup("").join(_format_attribute(name, value) for name, value in self.items())

    def __str__(self) -> str:
        return str(self.__html__())

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)


def _join(left: Mapping[str, str], right: Mapping[str, str]) -> Attributes:
    for name in left.keys() & right.keys():
        raise ArgumentError(f"two attributes are called {name!r}", fix="write both in one call")
    return Attributes({**left, **right})


def _format_attribute(name: str, value: str) -> Markup:
    if not _NAME.fullmatch(name):
        raise ArgumentError("the name of an attribute has white space, quotes or one of < > / =", fix="take them out")
    return Markup(' {}="{}"').format(name, escape(str(value)))
