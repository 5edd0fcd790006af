"""The classes by which `isinstance` checks an annotation: for system values, which are live and not looked into."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import IO, Annotated, Any, BinaryIO, Literal, TextIO, TypeVar, Union, cast, get_args, get_origin

from .aliases import is_alias, resolve_alias
from .options import options_of

__all__ = ["Classes", "are_at_odds", "classes_of", "fits_classes", "names_of"]

Classes = tuple[type, ...]
"""Classes: a value is an instance of one of them. If there are none, every value passes."""

_STAND_INS: Mapping[object, Classes] = {None: (NoneType,), float: (float, int), complex: (complex, float, int)}
"""Annotations that stand for other classes."""
_NUMBERS = frozenset({int, float, complex})
_ANYTHING: tuple[object, ...] = (object, Any, IO, TextIO, BinaryIO)
"""Annotations that do not tell which values are meant: every value is an instance, or no useful one."""


def classes_of(annotation: object) -> Classes:
    """Return the classes whose instances an annotation allows."""
    origin, args = get_origin(annotation), get_args(annotation)
    if is_alias(annotation):
        return classes_of(resolve_alias(annotation))
    if isinstance(annotation, TypeVar):
        return classes_of(Union[annotation.__constraints__ or (annotation.__bound__ or object,)])  # noqa: UP007
    if hasattr(annotation, "__supertype__"):
        return classes_of(cast(Any, annotation).__supertype__)
    if origin is Annotated:
        return classes_of(args[0])
    if origin is Literal:
        return tuple(dict.fromkeys(map(type, args)))
    if origin in {Union, UnionType}:
        members = [classes_of(arg) for arg in args]
        return tuple(dict.fromkeys(kind for classes in members for kind in classes)) if all(members) else ()
    return _classes_of_type(annotation if origin is None else origin)


def _classes_of_type(kind: object) -> Classes:
    if kind in _STAND_INS:
        return _STAND_INS[kind]
    if options_of(kind) is not None:
        return (cast(type, Mapping),)
    is_checkable = isinstance(kind, type) and kind not in _ANYTHING and (not _is_protocol(kind) or _is_askable(kind))
    return (cast("type[object]", kind),) if is_checkable else ()


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


def _is_askable(kind: type) -> bool:
    return bool(getattr(kind, "_is_runtime_protocol", False))


def fits_classes(value: object, classes: Classes) -> bool:
    """Whether a value is an instance of one of the classes. True if a class cannot tell. `True` is no number."""
    candidates = tuple(kind for kind in classes if kind not in _NUMBERS) if type(value) is bool else classes
    try:
        return not classes or isinstance(value, candidates)
    except Exception:  # noqa: BLE001 - a class may answer in any way when it is asked
        return True


def are_at_odds(classes: Classes, others: Classes) -> bool:
    """Whether no value can be meant by both: no class of one is a subclass of a class of the other, and none is a
    protocol or abstract.
    """
    pairs = [(a, b) for a in _without_none(classes) for b in _without_none(others)]
    return bool(pairs) and not any(_is_open(a) or _is_open(b) or issubclass(a, b) or issubclass(b, a) for a, b in pairs)


def _without_none(classes: Classes) -> Classes:
    return tuple(kind for kind in classes if kind is not NoneType) or classes


def _is_open(kind: type) -> bool:
    """Whether instances of unrelated classes may be meant: it is a protocol, or an abstract class."""
    return _is_protocol(kind) or inspect.isabstract(kind)


def names_of(classes: Classes) -> str:
    """Return the names of classes for a message."""
    return " or ".join("None" if kind is NoneType else kind.__qualname__ for kind in classes)
