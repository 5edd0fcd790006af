"""The parameters of a registered function, options included."""

from __future__ import annotations

import dataclasses
import inspect
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, replace
from inspect import Parameter
from typing import Annotated, final, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typing_extensions import get_type_hints

from .._annotations.aliases import is_alias
from .._annotations.options import options_of
from .._annotations.text import doc_in, open_annotation, text_of
from .._registry.registration import Registration
from .._registry.signatures import Kind
from .description import ParameterDescription
from .docstrings import field_docs

__all__ = [
    "Argument",
    "arguments",
    "describe_parameter",
    "describe_without_options",
    "fields_of",
    "return_text",
    "system_arguments",
]

_ENGINE_PARAMETERS: Mapping[Kind, int] = {"effect": 1, "action": 1, "placeholder": 1}
"""The number of parameters that the engine itself fills: the context, the state, the data."""
_BY_PLACE = frozenset({Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL})
_NO_DEFAULT: tuple[object, ...] = (Parameter.empty, MISSING, PydanticUndefined)


@final
@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, option or system value, with its annotation as registration resolved it."""

    name: str
    annotation: object
    required: bool = True
    default: object = Parameter.empty
    several: bool = False


def arguments(entry: Registration) -> list[Argument]:
    """Return the arguments that follow the key in a vector."""
    places = [parameter for parameter in _parameters(entry) if parameter.kind in _BY_PLACE]
    own = _ENGINE_PARAMETERS.get(entry.kind, 0) + (entry.each and entry.kind == "placeholder")
    return [_read_argument(entry, parameter) for parameter in places[own:]]


def system_arguments(entry: Registration) -> list[Argument]:
    """Return the values that are taken from the system."""
    return [
        _read_argument(entry, parameter) for parameter in _parameters(entry) if parameter.kind is Parameter.KEYWORD_ONLY
    ]


def return_text(entry: Registration) -> str | None:
    """Return the type of the function's result, as text; None if it is not annotated."""
    return text_of(entry.annotations["return"]) if "return" in entry.annotations else None


def _parameters(entry: Registration) -> list[Parameter]:
    return list(inspect.signature(entry.function).parameters.values())


def _read_argument(entry: Registration, parameter: Parameter) -> Argument:
    several = parameter.kind is Parameter.VAR_POSITIONAL
    required = parameter.default is Parameter.empty and not several
    return Argument(parameter.name, entry.annotations.get(parameter.name, object), required, parameter.default, several)


def describe_parameter(argument: Argument, doc: str = "", inside: tuple[object, ...] = ()) -> ParameterDescription:
    """Describe an argument and its options. `inside` are the types around it, which may hold themselves."""
    return replace(
        describe_without_options(argument, doc), options=tuple(_describe_options(argument.annotation, inside))
    )


def describe_without_options(argument: Argument, doc: str = "") -> ParameterDescription:
    """Describe an argument without options: a system value is no dict of options, even if its class has fields."""
    return ParameterDescription(
        name=argument.name,
        type=text_of(argument.annotation),
        doc=doc_in(argument.annotation) or doc,
        required=argument.required,
        default=None if any(argument.default is none for none in _NO_DEFAULT) else reprlib.repr(argument.default),
        several=argument.several,
    )


def _describe_options(annotation: object, inside: tuple[object, ...]) -> Iterator[ParameterDescription]:
    if is_alias(annotation):
        if annotation in inside:
            return
        inside = (*inside, annotation)
    kind, _ = open_annotation(annotation)
    if isinstance(kind, type) and kind not in inside:
        for option in fields_of(kind):
            yield describe_parameter(option, field_docs(kind).get(option.name, ""), (*inside, kind))
    for part in get_args(kind):
        yield from _describe_options(part, inside)


def fields_of(kind: type) -> list[Argument]:
    """Return the fields of a TypedDict, a model or a dataclass; none for any other type."""
    if (options := options_of(kind)) is not None:
        return [Argument(name, option.hint, option.required) for name, option in options.items()]
    if hasattr(kind, "__dataclass_fields__"):
        return _dataclass_fields(kind)
    return _model_fields(kind) if issubclass(kind, BaseModel) else []


def _model_fields(kind: type[BaseModel]) -> list[Argument]:
    return [
        Argument(name, Annotated[info.annotation, info], info.is_required(), info.default)  # pyright: ignore[reportInvalidTypeForm]
        for name, info in kind.model_fields.items()
    ]


def _dataclass_fields(kind: type) -> list[Argument]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        Argument(
            field.name, hints[field.name], field.default is MISSING and field.default_factory is MISSING, field.default
        )
        for field in dataclasses.fields(kind)
        if field.init
    ]
