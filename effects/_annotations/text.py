"""Annotations read for people: their text, their documentation and examples, and whether they mark an effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, cast, get_args, get_origin

from pydantic import JsonValue
from pydantic.fields import FieldInfo
from typing_extensions import Doc

from .._language.vectors import EffectMarker
from .aliases import is_alias, resolve_alias
from .forms import QUALIFIERS

__all__ = ["doc_in", "examples_in", "extras", "is_effect", "open_annotation", "text_of", "without_unaskable"]

_JSON = cast(object, JsonValue)


def open_annotation(annotation: object) -> tuple[object, tuple[object, ...]]:
    """Return the type inside `Annotated`, aliases and qualifiers, and all metadata around it. `JsonValue` counts as a
    type.
    """
    remarks: tuple[object, ...] = ()
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            remarks = (*more, *remarks)
        elif origin in QUALIFIERS:
            (annotation,) = get_args(annotation)
        elif is_alias(annotation) and annotation is not _JSON:
            annotation = resolve_alias(annotation)
        else:
            return annotation, remarks


def extras(annotation: object) -> Iterator[object]:
    """Yield the metadata of an annotation, and that inside pydantic's fields."""
    for extra in open_annotation(annotation)[1]:
        yield extra
        if isinstance(extra, FieldInfo):
            yield from extra.metadata


def is_effect(annotation: object) -> bool:
    """Whether an annotation is marked as one effect vector."""
    return any(type(extra) is EffectMarker for extra in open_annotation(annotation)[1])


def doc_in(annotation: object) -> str:
    """Return the text of `Doc` or of a field's description; the last one, if there are several."""
    docs = [_text_of_metadata(extra) for extra in open_annotation(annotation)[1]]
    return next((doc for doc in reversed(docs) if doc), "")


def _text_of_metadata(remark: object) -> str:
    if isinstance(remark, Doc):
        return remark.documentation
    return (remark.description or "") if isinstance(remark, FieldInfo) else ""


def examples_in(annotation: object) -> list[object]:
    """Return the examples that fields name."""
    return [
        item
        for extra in open_annotation(annotation)[1]
        if isinstance(extra, FieldInfo)
        for item in extra.examples or ()
    ]


def text_of(annotation: object) -> str:
    """Return an annotation as a reader would write it: `list[int] | None`, and bounds: `int (ge=0, le=5)`."""
    if is_alias(annotation):
        return _text_of_bare(annotation)
    if is_effect(annotation):
        return "Effect"
    inside, _ = open_annotation(annotation)
    bounds = ", ".join(_bounds(annotation))
    return f"{_text_of_bare(inside)} ({bounds})" if bounds else _text_of_bare(inside)


_NAMES: Mapping[object, str] = {NoneType: "None", None: "None", Ellipsis: "..."}


def _text_of_bare(annotation: object) -> str:
    if isinstance(annotation, (str, ForwardRef)):
        return annotation.strip("'\"") if isinstance(annotation, str) else annotation.__forward_arg__
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return " | ".join(map(text_of, args))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    if isinstance(annotation, list):  # the parameters of a Callable
        return f"[{', '.join(map(text_of, cast('list[object]', annotation)))}]"
    if origin is not None and origin is not annotation:  # bare `Generic` is its own
        return f"{_text_of_bare(origin)}[{', '.join(map(text_of, args))}]" if args else _text_of_bare(origin)
    name = _NAMES.get(annotation)
    return name or getattr(annotation, "__name__", None) or str(annotation)


def _bounds(annotation: object) -> Iterator[str]:
    """Yield the bounds that annotated-types has names for, such as `ge=0`."""
    for extra in extras(annotation):
        if type(extra).__module__ == "annotated_types" and is_dataclass(extra):
            values = {field.name: getattr(extra, field.name) for field in fields(extra)}
            yield from (f"{name}={value!r}" for name, value in values.items() if value is not None)


def without_unaskable(annotation: object) -> object:
    """Return the annotation, with object for each Protocol that `isinstance` refuses to be asked about."""
    if getattr(annotation, "_is_protocol", False) and not getattr(annotation, "_is_runtime_protocol", False):
        return object
    origin: Any = get_origin(annotation)
    args = get_args(annotation)
    members = tuple(map(without_unaskable, args))
    if members == args:
        return annotation
    if origin in {Union, UnionType}:
        return Union[members]  # noqa: UP007 - built at run time
    return Annotated[members] if origin is Annotated else origin[members]
