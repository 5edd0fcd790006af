"""Names for types, `type Rows = list[str]`, and what they stand for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeVar, cast, get_args, get_origin

from typing_extensions import get_type_hints

__all__ = ["fill_type_variables", "is_alias", "resolve_alias"]


def is_alias(annotation: object) -> bool:
    """Whether an annotation is such a name, with or without types in brackets behind it.

    Until Python 3.14, what typing-extensions makes is of another class than what a `type` statement makes.
    """
    return hasattr(get_origin(annotation) or annotation, "__value__")


def resolve_alias(annotation: object) -> object:
    """Return the type that a name stands for, with the types in brackets in place. Raises `NameError` if it cannot be
    resolved.
    """
    named: Any = get_origin(annotation) or annotation
    module = sys.modules.get(named.__module__)  # what was made by `exec` has none
    names = {**(vars(module) if module else {}), named.__name__: named}
    probe = type("_Probe", (), {"__annotations__": {"it": named.__value__}})
    value: object = get_type_hints(probe, names, include_extras=True)["it"]
    return fill_type_variables(value, dict(zip(named.__type_params__, get_args(annotation), strict=False)))


def fill_type_variables(annotation: object, given: Mapping[object, object]) -> object:
    """A generic annotation with the types that are given for some of its parameters."""
    if isinstance(annotation, TypeVar):
        return given.get(annotation, annotation)
    parameters: tuple[object, ...] = getattr(annotation, "__parameters__", ())
    if get_origin(annotation) is None or not any(parameter in given for parameter in parameters):
        return annotation
    return cast(Any, annotation)[tuple(given.get(parameter, parameter) for parameter in parameters)]
