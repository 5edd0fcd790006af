"""The containers that the engine looks into: one table for every search in dispatched data.

The engine looks into lists, tuples, dicts, sets and deques, mappings and sequences of any class, dataclasses and
pydantic models. Text is a leaf. Objects of other classes are opaque: only they know their contents, and reading them
might cost anything. A container that cannot be read is opaque, too.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from functools import partial
from itertools import islice
from typing import Any, Final, cast, final

from pydantic import BaseModel

__all__ = ["LEAVES", "MAX_ITEMS", "PLAIN", "READERS", "REBUILT", "Part", "first_in", "is_list", "parts_in"]

Part = tuple[Any, Any]
"""One part of a container: an index, a field or a key, and the value there."""
Reader = Callable[[Any, int], Iterable[Part]]

PLAIN = frozenset({list, tuple})
"""The exact types of lists. A subclass may behave in any way, so it is not among them."""
REBUILT = frozenset({*PLAIN, dict})
"""The exact types of containers that a dispatch puts the values of placeholders into. A placeholder in any other
container is an error. This is the one place that decides it.
"""
_MAX_TYPES = 1_000
"""At most this many types are remembered: a program may make more as it goes."""
MAX_ITEMS = 1_000_000
"""At most this many items are walked where no limit of a dispatch applies."""
_MAX_UNBOUNDED = 10_000
"""At most this many items are read, unless a caller says otherwise, if only the container's own class can read them:
there may be no end.
"""


@final
class _Readers(dict[type, Reader | None]):
    """The reader of the parts of values, by their type; None for a leaf. It is found when a type is first met."""

    def __missing__(self, kind: type) -> Reader | None:
        reader = _reader_of(kind)
        if len(self) < _MAX_TYPES:
            self[kind] = reader
            if reader is None:
                LEAVES.add(kind)
        return reader


def is_list(value: object) -> bool:
    """Whether a value is a list or tuple, by its type: its `__class__` may be untrue, or raise."""
    return issubclass(type(value), (list, tuple))


def first_in(value: Any, otherwise: object = None) -> object:
    """Return the first item of a list or tuple, even if its class changes how it is read; if it is empty,
    `otherwise`.
    """
    return next(_iterate(value), otherwise)


def parts_in(value: object, most: int = _MAX_UNBOUNDED) -> list[Part]:
    """Return the parts of a value, in order; no parts if it is a leaf, opaque, or cannot be read.

    If a class may have items without end, at most `most` are returned.
    """
    try:
        reader = READERS[type(value)]
        return [] if reader is None else list(reader(value, most))
    except Exception:  # noqa: BLE001 - a type may refuse to be asked, and a class to be read
        return []


def _reader_of(kind: type) -> Reader | None:
    for base, reader in _READERS.items():
        if issubclass(kind, base):
            return reader
    if dataclasses.is_dataclass(kind):
        return partial(_read_fields, [field.name for field in dataclasses.fields(kind)])
    return None


def _read_fields(names: Sequence[str], value: object, _: int) -> Iterable[Part]:
    return [(name, getattr(value, name, None)) for name in names]


def _iterate(value: Any) -> Iterator[object]:
    base: Any = list if issubclass(type(value), list) else tuple
    return cast("Iterator[object]", base.__iter__(value))


def _reader_as(base: Any) -> Reader:
    """Make a reader that reads as `base` does: a subclass may do anything when it is read."""
    return lambda value, _: enumerate(cast("Iterable[object]", base.__iter__(value)))


def _read_items(value: Iterable[object], most: int) -> Iterable[Part]:
    return enumerate(islice(value, most))


_READERS: Final[Mapping[type, Reader | None]] = {
    **dict.fromkeys((str, bytes, bytearray, memoryview, range)),
    **{base: _reader_as(base) for base in cast("tuple[type, ...]", (list, tuple, set, frozenset, deque))},
    dict: lambda value, _: cast("Iterable[Part]", cast(Any, dict).items(value)),
    BaseModel: lambda value, _: BaseModel.__iter__(value),
    Mapping: lambda value, most: islice(value.items(), most),
    **dict.fromkeys((Sequence, Set, ValuesView), _read_items),
}
"""The first class here that a type is derived from says how its values are read."""

LEAVES: Final[set[type]] = {str, int, float, bool, type(None), bytes}
"""Types that are known to have no parts: `LEAVES.issuperset(map(type, items))` is the quick way to pass over them."""
READERS: Final = _Readers()
"""The reader for values of each type, or None: `READERS[type(value)]` raises if a type cannot be hashed."""
