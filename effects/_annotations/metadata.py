"""The metadata of a type in `Annotated`, and the part of it that pydantic reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic import Discriminator, FailFast, InstanceOf, OnErrorOmit, Strict, Tag
from pydantic.fields import FieldInfo

from .aliases import is_alias, resolve_alias
from .leaves import has_schema, is_record

__all__ = ["bare", "is_said", "limits_in"]

_UNHEARD: tuple[Any, ...] = (Discriminator, FailFast, InstanceOf, Strict, Tag, getattr(pydantic, "ValidateAs", Tag))
"""Metadata that tells pydantic how to check, or what to make of a value: the type alone says which values fit."""
_OMITTED: object = get_args(OnErrorOmit[int])[1]
"""As these; it has no public name."""
_READERS = frozenset({"annotated_types", "pydantic"})
"""The packages whose metadata pydantic reads, unless an object has a schema of its own."""


def is_said(what: Any, said: Iterable[object]) -> bool:
    """Whether a class of pydantic's is among what is said, written as the class or as an instance of it."""
    return any(remark is what or isinstance(remark, what) for remark in said)


def limits_in(said: Sequence[object]) -> list[object]:
    """Return the metadata that limits the values that fit."""
    return [
        remark
        for part in said
        for remark in (part.metadata if isinstance(part, FieldInfo) else [part])
        if _is_for_pydantic(remark) and remark is not _OMITTED and not any(is_said(what, [remark]) for what in _UNHEARD)
    ]


def _is_for_pydantic(remark: object) -> bool:
    if hasattr(remark, "union_mode"):  # of no consequence: whatever the order, one of them has to fit
        return False
    return has_schema(remark) or any(kind.__module__.partition(".")[0] in _READERS for kind in type(remark).__mro__)


def bare(annotation: object) -> object:
    """Return a type as pydantic has to see it to read its metadata. A type that we check by rules of our own counts as
    anything.
    """
    if is_alias(annotation):
        return bare(resolve_alias(annotation))
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return Union[tuple(map(bare, args))]  # noqa: UP007 - made at run time
    if origin is Annotated:
        return bare(args[0])
    known = has_schema(origin) if origin is not None else isinstance(annotation, type) and not _is_ours(annotation)
    return annotation if known else Any


def _is_ours(kind: type) -> bool:
    return is_record(kind) or (issubclass(kind, Iterable) and not issubclass(kind, (str, bytes)))
