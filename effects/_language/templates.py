"""Effects that are written once and dispatched often, and the copies of data that each dispatch gets.

Arguments are passed on as the very objects that were dispatched. If two dispatches shared a list, one would see what
the other does to it: so code that keeps effects, to dispatch them later or again, keeps them as a `Template`.
Containers are copied for each dispatch; all else is shared, such as markup, functions and live objects. No function
here recurses, and a value that stands in several places is copied once: data may be of any depth.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import fields, is_dataclass
from enum import Enum
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple, TypeVar, cast, final

from pydantic import BaseModel

from .errors import ShapeError
from .vectors import Placeholder

__all__ = ["Template", "copy_and_record", "copy_data"]

T = TypeVar("T")


@final
class Template(tuple[object, ...]):
    """Effects to be dispatched again and again, each time in containers of their own.

    It is a tuple of effect vectors that may stand wherever a list of them belongs: in `dispatch(...)`,
    `ctx.dispatch(...)` and `ctx.attempt(...)`. Each dispatch, and all code that iterates over it or takes a part of it
    by index, gets vectors, arguments and defaults of placeholders of its own, as `copy_data` copies them. So nothing
    that an action or an interpreter does to them shows in the next dispatch. Places in errors are those in the effects
    as written. Raises `ShapeError` if `effects` is no list or tuple.

    >>> again = Template([["note", {"names": []}]])
    >>> for vector in again:
    ...     vector[1]["names"].append("Ann")
    >>> [*again]
    [['note', {'names': []}]]
    """

    __slots__ = ()

    def __new__(cls, effects: Sequence[object]) -> Template:
        if not issubclass(type(effects), (list, tuple)):
            raise ShapeError(
                f"a template is a list of effect vectors, not {type(effects).__name__}",
                fix='write [["key", argument, ...], ...]',
            )
        return super().__new__(cls, effects.written if type(effects) is Template else effects)

    def __iter__(self) -> Iterator[object]:
        return iter(copy_data(self.written))

    def __getitem__(self, index: Any) -> Any:
        return copy_data(super().__getitem__(index))

    @property
    def written(self) -> tuple[object, ...]:
        """The very objects that it was made of: to be read, and not to be passed on."""
        return tuple(super().__iter__())


class _Copier(NamedTuple):
    """The functions that take a container of some type apart, and make it again."""

    parts: Callable[[Any], Collection[object]]
    make: Callable[[Any, list[object]], object]
    """Make such a container of other parts."""
    same: Callable[[Any], object]
    """Make one of the same parts: the container itself, if it cannot be changed."""


def copy_data(data: T) -> T:
    """Return data like this, whose containers are its own, at any depth.

    It copies lists, tuples, dicts, sets, deques and bytearrays, instances of their subclasses, too, dataclasses,
    pydantic models and the arguments of placeholders. Values that cannot be changed, such as a tuple of texts, and
    objects of other types are shared. A copy of data that contains itself still holds such data, which dispatches
    refuse.
    """
    return copy_and_record(data, {})


def copy_and_record(data: T, copies: dict[int, object]) -> T:
    """Copy data as `copy_data` does. Put into `copies`, under the `id` of each container, the copy of it."""
    around: list[tuple[object, _Copier, Iterator[object], list[object], bool]] = []
    source: object = None
    rest: Iterator[object] = iter((data,))
    parts: list[object] = []
    copier, changed = _BOX, False
    while True:  # the state of the copy is in local variables: objects would cost as much again
        for item in rest:
            if type(item) in _SHARED or (inner := _COPIERS[type(item)]) is None:
                parts.append(item)
            elif id(item) in copies:
                parts.append(copies[id(item)])
                changed = changed or copies[id(item)] is not item
            elif _SHARED.issuperset(map(type, within := inner.parts(item))):
                new = copies[id(item)] = inner.same(item)
                parts.append(new)
                changed = changed or new is not item
            else:
                copies[id(item)] = (
                    item  # until the copy is made: only a container that holds itself is met again before
                )
                around.append((source, copier, rest, parts, changed))
                source, copier, rest, parts, changed = item, inner, iter(within), [], False
                break
        else:
            if not around:
                return cast(T, parts[0])
            new = copies[id(source)] = copier.make(source, parts) if changed else copier.same(source)
            is_new = new is not source
            source, copier, rest, parts, changed = around.pop()
            parts.append(new)
            changed = changed or is_new


_SHARED = frozenset({str, int, float, bool, bytes, NoneType})
"""The types of most parts. Other types are looked at more closely."""


def _return_itself(source: Any, _: object = None) -> Any:
    return source


def _make_list(source: list[object], parts: list[object]) -> list[object]:
    new = copy(source)
    cast(Any, list).__setitem__(new, slice(None), parts)
    return new


def _make_dict(source: dict[object, object], parts: list[object]) -> dict[object, object]:
    new = copy(source)
    for name, part in zip(cast(Any, dict).keys(source), parts, strict=True):
        cast(Any, dict).__setitem__(new, name, part)
    return new


def _make_deque(source: deque[object], parts: list[object]) -> deque[object]:
    new = copy(source)
    for index, part in enumerate(parts):
        cast(Any, deque).__setitem__(new, index, part)
    return new


def _make_object(source: object, parts: list[object]) -> object:
    new = copy(source)
    for name, part in zip(_field_names(source), parts, strict=True):
        object.__setattr__(new, name, part)
    return new


_MODEL_ATTRIBUTES = ("__pydantic_extra__", "__pydantic_private__")


def _field_names(source: object) -> list[str]:
    """Return the names of the attributes that a dataclass or model holds."""
    if issubclass(type(source), BaseModel):
        return [*vars(source), *_MODEL_ATTRIBUTES]
    return [field.name for field in fields(cast(Any, source)) if hasattr(source, field.name)]


def _field_values(source: object) -> list[object]:
    return [getattr(source, name) for name in _field_names(source)]


def _make_tuple(source: tuple[object, ...], parts: list[object]) -> object:
    return cast(Any, tuple).__new__(type(source), parts)


def _make_placeholder(source: Placeholder, parts: list[object]) -> Placeholder:
    return Placeholder(source.key, *parts)


def _make_of_parts(_: object, parts: list[object]) -> list[object]:
    return parts


def _parts_of_tuple(source: tuple[object, ...]) -> list[object]:
    return [*cast(Any, tuple).__iter__(source)]


def _no_parts(_: object) -> Collection[object]:
    return ()


_BOX = _Copier(_return_itself, _return_itself, _return_itself)
"""Stands around the data that is copied."""
_EXACT: Mapping[type, _Copier] = {
    list: _Copier(_return_itself, _make_of_parts, list[Any].copy),
    dict: _Copier(dict[Any, Any].values, _make_dict, dict[Any, Any].copy),
    tuple: _Copier(_return_itself, _make_tuple, _return_itself),
    Placeholder: _Copier(attrgetter("args"), _make_placeholder, _return_itself),
}
_SUBCLASSED: Mapping[type, _Copier] = {
    list: _Copier(list[Any].copy, _make_list, copy),
    dict: _Copier(dict[Any, Any].values, _make_dict, copy),
    tuple: _Copier(_parts_of_tuple, _make_tuple, _return_itself),
    deque: _Copier(deque[Any].copy, _make_deque, copy),
    set: _Copier(_no_parts, _return_itself, copy),
    bytearray: _Copier(_no_parts, _return_itself, copy),
    BaseModel: _Copier(_field_values, _make_object, copy),
}
_FROZEN, _OPEN = _Copier(_field_values, _make_object, _return_itself), _Copier(_field_values, _make_object, copy)
"""Dataclasses."""


def _find_copier(kind: type) -> _Copier | None:
    if kind in _EXACT:
        return _EXACT[kind]
    if issubclass(kind, Enum):
        return None
    if is_dataclass(cast(object, kind)):
        return _FROZEN if cast(Any, kind).__dataclass_params__.frozen else _OPEN
    return next((copier for base, copier in _SUBCLASSED.items() if issubclass(kind, base)), None)


@final
class _Copiers(dict[type, _Copier | None]):
    """The copier of containers, by their type; None if they are shared. It is found when a type is first met."""

    def __missing__(self, kind: type) -> _Copier | None:
        copier = _find_copier(kind)
        if len(self) < _MAX_TYPES:
            self[kind] = copier
        return copier


_COPIERS = _Copiers()
_MAX_TYPES = 1_000
"""At most this many types are remembered."""
