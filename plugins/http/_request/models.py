"""What a pydantic model says of signals: what they are called, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

__all__ = ["as_model_input", "fields_of", "kind_in", "model_in", "part_of", "unknown_part", "values_of"]


def fields_of(model: type[BaseModel]) -> Mapping[str, tuple[str, FieldInfo]]:
    """A model's fields and their names in Python, by the names under which they are sent."""
    return {_sent_name(name, field): (name, field) for name, field in model.model_fields.items()}


def _sent_name(name: str, field: FieldInfo) -> str:
    """The name under which a field is sent, and under which pydantic complains of it."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return alias if isinstance(alias, str) else name


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field holds, if it holds one, or None."""
    return next((cast(type[BaseModel], member) for member in _member_types(annotation) if _is_model(member)), None)


def _member_types(annotation: object) -> tuple[object, ...]:
    """What a field may hold, None aside; a union of several is not looked into."""
    kind = _plain_type(annotation)
    if get_origin(kind) not in {Union, UnionType}:
        return (kind,)
    members = tuple(_plain_type(member) for member in get_args(kind) if member is not type(None))
    return members if len(members) == 1 else ()


def _plain_type(annotation: object) -> object:
    """A type without what is said about it, and not by another name."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif (value := cast(object, getattr(annotation, "__value__", None))) is not None:  # a name for a type
            annotation = value
        else:
            return annotation


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def as_model_input(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, object]:
    """The values of a form as the signals that they stand for.

    There is a list also where a field that takes several was sent once; an input that was left empty is None where a
    field may be that and no text; `address.city` is the `city` of the model in the field `address`.
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
    """What a model was filled with, by the names under which it is sent. Models in it stay models.

    A validator of the model may have made something else of it: a mapping is taken as it is.
    """
    if not isinstance(instance, BaseModel):
        return cast(Mapping[str, object], instance) if isinstance(instance, Mapping) else _NO_VALUES
    values: dict[str, object] = dict(instance.model_extra or {})
    return values | {sent: getattr(instance, name) for sent, (name, _) in fields_of(type(instance)).items()}


def part_of(value: object, name: str) -> object:
    """What a model or mapping has under a name. Raises `LookupError` where it has nothing, or is neither."""
    return values_of(value)[name]


def unknown_part(model: type[BaseModel], path: Sequence[str]) -> tuple[int, str, Collection[str]] | None:
    """Where a path first leads to nothing a model has: at which name, in what, and which names there are.

    None where it may lead somewhere: what holds anything at all, such as a `dict`, may have everything.
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
    """The type of what a path leads to, without what is said about it; None where that is not one type."""
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
