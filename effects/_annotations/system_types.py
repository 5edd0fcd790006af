"""The classes by which `isinstance` checks an annotation: for system values, which are live and not looked into."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import IO, Annotated, Any, BinaryIO, Literal, TextIO, TypeVar, Union, cast, get_args, get_origin

from .aliases import is_alias, resolve_alias
from .options import options_of

__all__ = ["Kinds", "are_at_odds", "fits_kinds", "kinds_of", "names_of"]

Kinds = tuple[type, ...]
"""Classes: a value is an instance of one of them. If there are none, every value passes."""

_SAID: Mapping[object, Kinds] = {None: (NoneType,), float: (float, int), complex: (complex, float, int)}
"""Annotations that stand for other classes."""
_NUMBERS = frozenset({int, float, complex})
_UNSAID: tuple[object, ...] = (object, Any, IO, TextIO, BinaryIO)
"""Annotations that every value is an instance of, or no value that is meant."""


def kinds_of(annotation: object) -> Kinds:
    """The classes whose instances an annotation is for."""
    origin, args = get_origin(annotation), get_args(annotation)
    if is_alias(annotation):
        return kinds_of(resolve_alias(annotation))
    if isinstance(annotation, TypeVar):
        return kinds_of(Union[annotation.__constraints__ or (annotation.__bound__ or object,)])  # noqa: UP007
    if hasattr(annotation, "__supertype__"):
        return kinds_of(cast(Any, annotation).__supertype__)
    if origin is Annotated:
        return kinds_of(args[0])
    if origin is Literal:
        return tuple(dict.fromkeys(map(type, args)))
    if origin in {Union, UnionType}:
        members = [kinds_of(arg) for arg in args]
        return tuple(dict.fromkeys(kind for kinds in members for kind in kinds)) if all(members) else ()
    return _of_class(annotation if origin is None else origin)


def _of_class(kind: object) -> Kinds:
    if kind in _SAID:
        return _SAID[kind]
    if options_of(kind) is not None:
        return (cast(type, Mapping),)
    known = isinstance(kind, type) and kind not in _UNSAID and (not _is_protocol(kind) or _is_askable(kind))
    return (cast("type[object]", kind),) if known else ()


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


def _is_askable(kind: type) -> bool:
    return bool(getattr(kind, "_is_runtime_protocol", False))


def fits_kinds(value: object, kinds: Kinds) -> bool:
    """Whether a value is an instance of one of them, as far as that can be said. `True` is no number."""
    asked = tuple(kind for kind in kinds if kind not in _NUMBERS) if type(value) is bool else kinds
    try:
        return not kinds or isinstance(value, asked)
    except Exception:  # noqa: BLE001 - a class may answer in any way when it is asked
        return True


def are_at_odds(kinds: Kinds, others: Kinds) -> bool:
    """Whether no value is meant that is of both: of no two classes one is the other's, and none is abstract."""
    pairs = [(a, b) for a in _beside_none(kinds) for b in _beside_none(others)]
    return bool(pairs) and not any(_is_open(a) or _is_open(b) or issubclass(a, b) or issubclass(b, a) for a, b in pairs)


def _beside_none(kinds: Kinds) -> Kinds:
    return tuple(kind for kind in kinds if kind is not NoneType) or kinds


def _is_open(kind: type) -> bool:
    """Whether a class of any other kind may be one: a protocol, or a class that says only what is to be done."""
    return _is_protocol(kind) or inspect.isabstract(kind)


def names_of(kinds: Kinds) -> str:
    """Return the names of classes for a message."""
    return " or ".join("None" if kind is NoneType else kind.__qualname__ for kind in kinds)
