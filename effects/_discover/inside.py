"""The contents of a value of any kind, as text: for searching, and for tools that read JSON.

Values may be cyclic, deep, or of classes that raise when they are read. No such exception leaves this module.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

__all__ = ["as_data", "text_of_value", "texts"]

Part = tuple[str, object]
"""The step from a value to one inside it, `.name` or `[0]`, and the value inside."""
_PLAIN = frozenset({str, int, float, bool, type(None)})
_MAX_CONTAINERS = 10_000
"""At most this many containers are looked into: a mapping may make new ones without end."""
_MAX_DEPTH = 50
"""How deep the JSON is nested at most: readers of JSON use recursion."""


def texts(value: object, place: str, *, names: bool = True) -> Iterator[tuple[str, str]]:
    """Yield every leaf and, with `names`, every name in a value, after the path to it.

    Uses no recursion, and looks into no container twice.
    """
    seen: set[int] = set()
    alive: list[object] = []  # values that are made on the way must live, or others get their ids
    waiting: list[Part] = [(place, value)]
    while waiting and len(alive) < _MAX_CONTAINERS:
        where, item = waiting.pop()
        parts = _parts(item)
        if parts is None:
            yield where, text_of_value(item)
        elif id(item) not in seen:
            seen.add(id(item))
            alive.append(item)
            waiting.extend((where + step, part) for step, part in reversed(parts))
            if names and isinstance(item, Mapping):
                yield from ((where + step, step.removeprefix(".")) for step, _ in parts)


def as_data(value: object, depth: int = _MAX_DEPTH, inside: tuple[int, ...] = ()) -> object:
    """Return a value as JSON can represent it. Values that JSON cannot represent become text."""
    if type(value) in _PLAIN:
        return value if not isinstance(value, float) or math.isfinite(value) else text_of_value(value)
    parts = _parts(value)
    if parts is None:
        return text_of_value(value)
    if id(value) in inside or not depth:
        return "..."
    parts_as_data = [(step, as_data(part, depth - 1, (*inside, id(value)))) for step, part in parts]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [part for _, part in parts_as_data]
    return {step.removeprefix("."): part for step, part in parts_as_data}


def text_of_value(value: object) -> str:
    """Return a value as text: a function or class by its name, any other value by its repr. If that raises, the text
    says so.
    """
    try:
        if isinstance(value, str):
            return value
        if inspect.isroutine(value) or isinstance(value, type):
            return value.__qualname__
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a foreign repr may raise anything, and the rest is still described
        return f"<no repr: {type(error).__name__}>"


def _parts(value: object) -> list[Part] | None:
    """Return the contents of a value, or None if it is a leaf."""
    try:
        if isinstance(value, (str, bytes, type)):
            return None
        if isinstance(value, Mapping):
            return [(f".{text_of_value(name)}", part) for name, part in cast(Mapping[object, object], value).items()]
        if isinstance(value, (list, tuple, set, frozenset)):
            return [(f"[{index}]", part) for index, part in enumerate(cast(Iterable[object], value))]
        if dataclasses.is_dataclass(value):
            return [(f".{field.name}", getattr(value, field.name)) for field in dataclasses.fields(value)]
    except Exception:  # noqa: BLE001 - as above
        return None
    return None
