"""Tags: how values that JSON has no form for are written in it, and read again.

A registry contributes a tag for each of its types. This module knows neither JSON nor the codec that uses the tags, so
a module that registers a tag does not import the code that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import cast, final
from uuid import UUID

from .._language.errors import RegistrationError
from .._language.vectors import Placeholder

__all__ = ["RESERVED", "Tag", "check_tag", "tag_problems"]

RESERVED: Mapping[str, type] = {
    "bytes": bytes,
    "date": date,
    "datetime": datetime,
    "decimal": Decimal,
    "dict": dict,
    "float": float,
    "frozenset": frozenset,
    "placeholder": Placeholder,
    "set": set,
    "time": time,
    "timedelta": timedelta,
    "tuple": tuple,
    "uuid": UUID,
}
"""The names and types of the codec's own tags."""

_PLAIN = (str, int, bool, type(None), list)
_NAME = re.compile(r"[a-z][a-z0-9/-]*")


@final
@dataclass(frozen=True, slots=True)
class Tag:
    """One type in tagged JSON: a value of it is written as `{"$name": content}`."""

    name: str
    kind: type
    """The type, or a runtime-checkable protocol."""
    encode: Callable[..., object]
    """Makes the content of a value; the codec encodes that in turn."""
    decode: Callable[..., object]
    """Makes a value of content, which is decoded already and may be anything: it raises for content that does not
    fit.
    """


def check_tag(tag: Tag) -> None:
    """Raise `RegistrationError` for a tag that cannot work."""
    name = cast(object, tag.name)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RegistrationError("the name of a tag is lower case, with digits, '-' and '/'", fix='such as "money"')
    if not isinstance(tag.kind, type):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise RegistrationError(f"tag {name!r} is for no type", fix=f"write registry.tag({name!r}, Type, ...)")
    if name in RESERVED or tag.kind in {*RESERVED.values(), *_PLAIN}:
        raise RegistrationError(
            f"tag {name!r} for {tag.kind.__name__}: the codec has that already", fix="tag types of your own"
        )
    if not all(map(callable, (tag.encode, tag.decode))):
        raise RegistrationError(f"encode and decode of tag {name!r} are functions", fix="pass callables")


def tag_problems(owned: Iterable[tuple[str, Tag]]) -> list[str]:
    """Return a message for every name and every type that has two tags."""
    problems: list[str] = []
    owners: dict[object, str] = {}
    for owner, tag in owned:
        for what, claimed in ((f"tag {tag.name!r}", tag.name), (f"type {tag.kind.__name__}", tag.kind)):
            if claimed in owners:
                problems.append(f"{what} is tagged by {owners[claimed]!r} and {owner!r}; fix: block one of them")
            owners[claimed] = owner
    return problems
