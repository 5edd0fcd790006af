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

__all__ = ["bare_type", "is_among", "limits_in"]

_IGNORED: tuple[Any, ...] = (Discriminator, FailFast, InstanceOf, Strict, Tag, getattr(pydantic, "ValidateAs", Tag))
"""Metadata that tells pydantic how to check, or what to make of a value: the type alone says which values fit."""
_OMIT_ON_ERROR: object = get_args(OnErrorOmit[int])[1]
"""The marker of `OnErrorOmit`, which is ignored as well. It has no public name."""
_READERS = frozenset({"annotated_types", "pydantic"})
"""The packages whose metadata pydantic reads, unless an object has a schema of its own."""


def is_among(kind: Any, remarks: Iterable[object]) -> bool:
    """Whether a class of pydantic's is among some metadata, as the class or as an instance of it."""
    return any(remark is kind or isinstance(remark, kind) for remark in remarks)


def limits_in(remarks: Sequence[object]) -> list[object]:
    """Return the metadata that limits the values that fit."""
    return [
        remark
        for part in remarks
        for remark in (part.metadata if isinstance(part, FieldInfo) else [part])
        if _is_for_pydantic(remark)
        and remark is not _OMIT_ON_ERROR
        and not any(is_among(kind, [remark]) for kind in _IGNORED)
    ]


def _is_for_pydantic(remark: object) -> bool:
    if hasattr(remark, "union_mode"):  # no effect here: in any order, one of the members has to fit
        return False
    return has_schema(remark) or any(kind.__module__.partition(".")[0] in _READERS for kind in type(remark).__mro__)


def bare_type(annotation: object) -> object:
    """Return a type as pydantic has to see it to read its metadata: a type that we check by rules of our own becomes
    `Any`.
    """
    if is_alias(annotation):
        return bare_type(resolve_alias(annotation))
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return Union[tuple(map(bare_type, args))]  # noqa: UP007 - made at run time
    if origin is Annotated:
        return bare_type(args[0])
    is_kept = has_schema(origin) if origin is not None else isinstance(annotation, type) and not _is_ours(annotation)
    return annotation if is_kept else Any


def _is_ours(kind: type) -> bool:
    return is_record(kind) or (issubclass(kind, Iterable) and not issubclass(kind, (str, bytes)))
