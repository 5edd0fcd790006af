"""What a pydantic model says of signals: what they are called, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

__all__ = ["as_model_input", "fields_of", "model_in", "part_of", "unknown_part", "values_of"]


def fields_of(model: type[BaseModel]) -> Mapping[str, tuple[str, FieldInfo]]:
    """A model's fields and their names in Python, by the names under which they are sent."""
    return {_sent_as(name, field): (name, field) for name, field in model.model_fields.items()}


def _sent_as(name: str, field: FieldInfo) -> str:
    """The name under which a field is sent, and under which pydantic complains of it."""
    given = field.validation_alias
    if isinstance(given, AliasChoices):
        given = given.choices[0]
    return given if isinstance(given, str) else name


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field holds, if it holds one, or None."""
    return next((cast(type[BaseModel], one) for one in _members(annotation) if _is_model(one)), None)


def _members(annotation: object) -> tuple[object, ...]:
    """What a field may hold, None aside; a union of several is not looked into."""
    if get_origin(annotation) not in {Union, UnionType}:
        return (annotation,)
    members = tuple(one for one in get_args(annotation) if one is not type(None))
    return members if len(members) == 1 else ()


def _is_model(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def as_model_input(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, object]:
    """The values of a form, with a list also where a field that takes several was sent once."""
    given = dict(values)
    for name, (_, field) in fields_of(model).items():
        if name in given and not isinstance(given[name], list) and any(map(_is_several, _members(field.annotation))):
            given[name] = [given[name]]
    return given


def _is_several(one: object) -> bool:
    kind = get_origin(one) or one
    return isinstance(kind, type) and issubclass(kind, Collection) and not issubclass(kind, (str, bytes, Mapping))


def values_of(filled: BaseModel) -> dict[str, object]:
    """What a model was filled with, by the names under which it is sent. Models in it stay models."""
    values: dict[str, object] = dict(filled.model_extra or {})
    return values | {sent: getattr(filled, name) for sent, (name, _) in fields_of(type(filled)).items()}


_NOTHING: Mapping[str, object] = {}


def part_of(value: object, name: str) -> object:
    """What a model or mapping has under a name. Raises `LookupError` where it has nothing, or is neither."""
    inside = values_of(value) if isinstance(value, BaseModel) else value
    return (cast(Mapping[str, object], inside) if isinstance(inside, Mapping) else _NOTHING)[name]


def unknown_part(model: type[BaseModel], path: Sequence[str]) -> tuple[str, Collection[str]] | None:
    """The first name in a path that leads to nothing a model has, with the names there are; None where all may lead.

    What holds anything at all, such as a `dict`, may have everything.
    """
    current = model
    for depth, name in enumerate(path):
        fields = fields_of(current)
        if name not in fields:
            return None if current.model_config.get("extra") == "allow" else (name, fields.keys())
        annotation = fields[name][1].annotation
        inner = model_in(annotation)
        if inner is None:
            deeper = path[depth + 1 :]
            return (deeper[0], ()) if deeper and not _may_have_parts(annotation) else None
        current = inner
    return None


def _may_have_parts(annotation: object) -> bool:
    members = _members(annotation)
    return not members or any(map(_is_open, members))


def _is_open(one: object) -> bool:
    kind = get_origin(one) or one
    return kind in {Any, object} or not isinstance(kind, type) or issubclass(kind, Mapping)
