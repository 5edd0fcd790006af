"""Reads pydantic models: under which names their fields are sent, and which types they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

__all__ = ["as_model_input", "fields_of", "kind_in", "model_in", "part_of", "unknown_part", "values_of"]


def fields_of(model: type[BaseModel]) -> Mapping[str, tuple[str, FieldInfo]]:
    """A model's fields and their names in Python, by the names under which the fields are sent."""
    return {_sent_name(name, field): (name, field) for name, field in model.model_fields.items()}


def _sent_name(name: str, field: FieldInfo) -> str:
    """The name under which a field is sent. Pydantic uses it in its errors, too."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return alias if isinstance(alias, str) else name


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field holds, or None if it holds none."""
    return next((cast(type[BaseModel], member) for member in _member_types(annotation) if _is_model(member)), None)


def _member_types(annotation: object) -> tuple[object, ...]:
    """The types that a field may hold, without None; nothing for a union of several types."""
    kind = _plain_type(annotation)
    if get_origin(kind) not in {Union, UnionType}:
        return (kind,)
    members = tuple(_plain_type(member) for member in get_args(kind) if member is not type(None))
    return members if len(members) == 1 else ()


def _plain_type(annotation: object) -> object:
    """Resolve aliases of types, and drop `Annotated` metadata."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif (value := cast(object, getattr(annotation, "__value__", None))) is not None:  # an alias of a type
            annotation = value
        else:
            return annotation


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def as_model_input(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, object]:
    """Return the values of a form as the signals that they stand for.

    A field that takes several values gets a list, also if one value was sent. An empty input becomes None if the field
    may be None and may not be text. `address.city` becomes the field `city` of the model in the field `address`.
    """
    signals: dict[str, object] = dict(values)
    for name, (_, field) in fields_of(model).items():
        inner = model_in(field.annotation)
        dotted = [sent for sent in values if sent.startswith(f"{name}.")]
        if inner is not None and dotted and name not in signals:
            parts = {sent.removeprefix(f"{name}."): signals.pop(sent) for sent in dotted}
            signals[name] = as_model_input(inner, parts)
        elif (
            name in signals
            and not isinstance(signals[name], list)
            and any(map(_is_collection, _member_types(field.annotation)))
        ):
            signals[name] = [signals[name]]
        elif signals.get(name) == "" and _may_be_none_but_no_text(field.annotation):
            signals[name] = None
    return signals


def _may_be_none_but_no_text(annotation: object) -> bool:
    kind = _plain_type(annotation)
    if get_origin(kind) not in {Union, UnionType}:
        return False
    members = {_plain_type(member) for member in get_args(kind)}
    return type(None) in members and not members & {str, object, Any}


def _is_collection(annotation: object) -> bool:
    kind = get_origin(annotation) or annotation
    return isinstance(kind, type) and issubclass(kind, Collection) and not issubclass(kind, (str, bytes, Mapping))


_NO_VALUES: Mapping[str, object] = {}


def values_of(instance: object) -> Mapping[str, object]:
    """Return the values of a model instance, by the names under which they are sent. Models in it stay models.

    A validator of the model may have returned something else: a mapping is used as it is, anything else has no values.
    """
    if not isinstance(instance, BaseModel):
        return cast(Mapping[str, object], instance) if isinstance(instance, Mapping) else _NO_VALUES
    values: dict[str, object] = dict(instance.model_extra or {})
    return values | {sent: getattr(instance, name) for sent, (name, _) in fields_of(type(instance)).items()}


def part_of(value: object, name: str) -> object:
    """Return the part of a model or mapping with a name. Raises `LookupError` if there is none, or it is neither."""
    return values_of(value)[name]


def unknown_part(model: type[BaseModel], path: Sequence[str]) -> tuple[int, str, Collection[str]] | None:
    """Find the first name in a path that the model does not have. Returns its index, its owner and the names there are.

    Returns None if the path may exist: a field such as a `dict` may hold any name.
    """
    current = model
    for depth, name in enumerate(path):
        fields = fields_of(current)
        if name not in fields:
            return None if current.model_config.get("extra") == "allow" else (depth, current.__name__, fields.keys())
        annotation = fields[name][1].annotation
        inner = model_in(annotation)
        if inner is None:
            is_end = depth == len(path) - 1 or _may_have_parts(annotation)
            return None if is_end else (depth + 1, f"{name!r} of {current.__name__}", ())
        current = inner
    return None


def kind_in(model: type[BaseModel], path: Sequence[str]) -> object:
    """The type at the end of a path, without its metadata; None if it is not one type."""
    *around, last = path
    for name in around:
        inner = model_in(fields_of(model)[name][1].annotation) if name in fields_of(model) else None
        if inner is None:
            return None
        model = inner
    return _plain_type(fields_of(model)[last][1].annotation) if last in fields_of(model) else None


def _may_have_parts(annotation: object) -> bool:
    members = _member_types(annotation)
    return not members or any(map(_is_open_ended, members))


def _is_open_ended(annotation: object) -> bool:
    kind = get_origin(annotation) or annotation
    return kind in {Any, object} or not isinstance(kind, type) or issubclass(kind, Mapping)
