"""The containers that are looked into: one table for all that search in dispatched data.

Looked into are lists, tuples, dicts, sets and deques, mappings and sequences of any class, dataclasses and pydantic
models. Text is a leaf. Objects of other classes are opaque: only they know what is in them, and to ask might cost
anything. So is what cannot be read.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from functools import partial
from itertools import islice
from typing import Any, Final, cast, final

from pydantic import BaseModel

__all__ = ["KINDS", "LEAVES", "MAX_ITEMS", "PLAIN", "REBUILT", "Part", "first_in", "is_list", "parts_in"]

Part = tuple[Any, Any]
"""One part of a container: an index, a field or a key, and the value there."""
Read = Callable[[Any, int], Iterable[Part]]

PLAIN = frozenset({list, tuple})
"""The types of containers that do only what they say: of a subclass, anything may be expected."""
REBUILT = frozenset({*PLAIN, dict})
"""The types of containers that the values of placeholders are put into: nowhere else may a placeholder stand."""
_MAX_TYPES = 1_000
"""At most this many types are remembered: a program may make more as it goes."""
MAX_ITEMS = 1_000_000
"""How many items are walked if no limit of a dispatch says so."""
_MAX_UNBOUNDED = 10_000
"""How many items are read, unless told otherwise, if only the container's own class says how: there may be no end."""


@final
class _Kinds(dict[type, Read | None]):
    """How values of a type are looked into; None if they are not. Worked out when a type is first met."""

    def __missing__(self, kind: type) -> Read | None:
        read = _how_to_read(kind)
        if len(self) < _MAX_TYPES:
            self[kind] = read
            if read is None:
                LEAVES.add(kind)
        return read


def is_list(value: object) -> bool:
    """Whether a value is a list or tuple, by its type: what an object says of its class may be untrue, or raise."""
    return issubclass(type(value), (list, tuple))


def first_in(value: Any, otherwise: object = None) -> object:
    """The first item of a list or tuple, whatever its class has made of reading it; where it is empty, the other."""
    return next(_items(value), otherwise)


def parts_in(value: object, most: int = _MAX_UNBOUNDED) -> list[Part]:
    """Return the parts of a value, in order; none of a value that is not looked into, or cannot be read.

    If a class may have items without end, at most `most` are returned.
    """
    try:
        read = KINDS[type(value)]
        return [] if read is None else list(read(value, most))
    except Exception:  # noqa: BLE001 - a type may refuse to be asked, and a class to be read
        return []


def _how_to_read(kind: type) -> Read | None:
    for base, read in _READ.items():
        if issubclass(kind, base):
            return read
    if dataclasses.is_dataclass(kind):
        return partial(_read_fields, [field.name for field in dataclasses.fields(kind)])
    return None


def _read_fields(names: Sequence[str], value: object, _: int) -> Iterable[Part]:
    return [(name, getattr(value, name, None)) for name in names]


def _items(value: Any) -> Iterator[object]:
    base: Any = list if issubclass(type(value), list) else tuple
    return cast("Iterator[object]", base.__iter__(value))


def _read_as(base: Any) -> Read:
    """Read as the class that holds the items does: one that is derived from it may do anything."""
    return lambda value, _: enumerate(cast("Iterable[object]", base.__iter__(value)))


def _read_items(value: Iterable[object], most: int) -> Iterable[Part]:
    return enumerate(islice(value, most))


_READ: Final[Mapping[type, Read | None]] = {
    **dict.fromkeys((str, bytes, bytearray, memoryview, range)),
    **{base: _read_as(base) for base in cast("tuple[type, ...]", (list, tuple, set, frozenset, deque))},
    dict: lambda value, _: cast("Iterable[Part]", cast(Any, dict).items(value)),
    BaseModel: lambda value, _: BaseModel.__iter__(value),
    Mapping: lambda value, most: islice(value.items(), most),
    **dict.fromkeys((Sequence, Set, ValuesView), _read_items),
}
"""The first that a type is derived from says how."""

LEAVES: Final[set[type]] = {str, int, float, bool, type(None), bytes}
"""Types that are known not to be looked into: `LEAVES.issuperset(map(type, items))` is the quick way to pass over."""
KINDS: Final = _Kinds()
"""How a value of each type is looked into, or None: `KINDS[type(value)]` raises where a type cannot be hashed."""
