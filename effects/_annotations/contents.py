"""The values that an annotation allows: their kinds, and the contents that a value of each kind may have.

This module reads the types that a dispatch looks into, and all that may stand around them. Classes with fields are
TypedDicts, named tuples, dataclasses and pydantic models; other classes are known by their type arguments, and by those
of their bases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    ForwardRef,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    Protocol,
    TypeVar,
    Union,
    cast,
    final,
    get_args,
    get_origin,
)

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import NoExtraItems, get_type_hints, is_typeddict

from .._language.vectors import EffectMarker
from .aliases import fill_type_variables, is_alias, resolve_alias
from .forms import QUALIFIERS, UNPACKS

__all__ = ["EFFECT", "Content", "content_of", "kinds_of"]

EFFECT: Final = object()
"""Stands for one effect vector among the kinds of values that are allowed somewhere."""


def kinds_of(annotation: object, inside: tuple[object, ...] = ()) -> Iterator[object]:
    """Yield the kinds of values that an annotation allows, without names for types and without metadata.

    `inside` are the aliases around it. Raises whatever typing raises for a name that cannot be resolved.
    """
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, (str, ForwardRef)):
        name = getattr(annotation, "__forward_arg__", annotation)
        raise NameError(f"name {name!r} is not defined")  # noqa: TRY004 - as typing says it of such a name
    if origin is Annotated:
        is_marked = any(type(remark) is EffectMarker for remark in args[1:])
        yield from [EFFECT] if is_marked else kinds_of(args[0], inside)
    elif is_alias(annotation):
        if annotation not in inside:
            yield from kinds_of(resolve_alias(annotation), (*inside, annotation))
    elif origin in {Union, UnionType} or origin in QUALIFIERS:
        for arg in args:
            yield from kinds_of(arg, inside)
    elif isinstance(annotation, NewType):
        yield from kinds_of(annotation.__supertype__, inside)
    elif isinstance(annotation, TypeVar):
        for kind in (annotation.__bound__, *annotation.__constraints__, getattr(annotation, "__default__", None)):
            yield from kinds_of(kind, inside)
    elif origin is not Literal:
        yield annotation


@final
class Content(NamedTuple):
    """The annotations of the contents of a container: under names or indices of their own, and in all other places."""

    named: Mapping[object, object]
    others: Sequence[object]

    def at(self, name: object) -> Sequence[object]:
        """Return the annotations of the value under a name."""
        return [self.named[name]] if name in self.named else self.others


def content_of(kind: object) -> Content:
    """Return the contents of values of one kind."""
    origin, args = get_origin(kind) or kind, get_args(kind)
    flat = [item for arg in args for item in _annotations_in(arg)]
    if origin is _TUPLE and flat == [*args]:
        return Content(dict(enumerate(args)), ())
    if not isinstance(origin, type):
        return Content({}, flat)
    bindings, inherited = _find_bindings(origin, args)
    fields = {
        name: fill_type_variables(hint, bindings) for name, hint in _field_annotations(cast(object, origin)).items()
    }
    if is_typeddict(origin):
        more = getattr(origin, "__extra_items__", NoExtraItems)  # PEP 728
        return Content(fields, () if more is NoExtraItems else (more,))
    others = [*flat, *inherited]
    if issubclass(origin, Mapping) and others:
        others[:1] = [key for key in kinds_of(others[0]) if not isinstance(key, type)]
    return Content(fields, others)


def _annotations_in(arg: object) -> Sequence[object]:
    """Return the annotations in one argument of a type: several are unpacked from a tuple, or stand for those of a
    callable.
    """
    if arg is Ellipsis:
        return ()
    if get_origin(arg) in UNPACKS:
        (inner,) = get_args(arg)
        return [item for item in get_args(inner) if item is not Ellipsis]
    return cast("list[object]", arg) if type(arg) is list else [arg]


def _field_annotations(kind: Any) -> Mapping[object, object]:
    """Return the annotations of the fields of a class whose objects are looked into; none if the class has no such
    fields.
    """
    model_fields: Mapping[str, FieldInfo] | None = getattr(kind, "__pydantic_fields__", None)
    if model_fields is not None:
        if issubclass(kind, BaseModel):
            kind.model_rebuild(raise_errors=False)
        return {name: Annotated[(info.annotation, *info.metadata, "")] for name, info in model_fields.items()}
    is_named_tuple = hasattr(kind, "_fields") and issubclass(kind, _TUPLE)
    if not is_named_tuple and not is_typeddict(kind) and not dataclasses.is_dataclass(kind):
        return {}
    hints = cast("dict[object, object]", get_type_hints(kind, include_extras=True))
    return {**hints, **dict(enumerate(hints.values()))} if is_named_tuple else hints


def _find_bindings(kind: type, args: Sequence[object]) -> tuple[dict[object, object], list[object]]:
    """Return the types that type variables of a class and of its bases stand for, and all arguments of the bases."""
    bindings: dict[object, object] = dict(zip(getattr(kind, "__parameters__", ()), args, strict=False))
    others: list[object] = []
    for base in cast("tuple[object, ...]", vars(kind).get("__orig_bases__", kind.__bases__)):
        origin: object = get_origin(base) or base
        if isinstance(origin, type) and origin not in _WITHOUT_CONTENT:
            items = [fill_type_variables(arg, bindings) for arg in get_args(base)]
            inherited, more = _find_bindings(origin, items)
            others += [*items, *more]
            for name, hint in inherited.items():
                bindings[name] = Union[bindings[name], hint] if name in bindings else hint  # noqa: UP007 - built at run time
    return bindings, others


_TUPLE: type = tuple
_WITHOUT_CONTENT: tuple[object, ...] = (Generic, Protocol, object)
