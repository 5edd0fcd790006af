"""Names for types, `type Rows = list[str]`, and the types that they stand for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeVar, cast, get_args, get_origin

from typing_extensions import get_type_hints

__all__ = ["fill_type_variables", "is_alias", "resolve_alias"]


def is_alias(annotation: object) -> bool:
    """Whether an annotation is such a name, with or without types in brackets behind it.

    Before Python 3.14, an alias made by typing-extensions is of another class than one made by a `type` statement.
    """
    return hasattr(get_origin(annotation) or annotation, "__value__")


def resolve_alias(annotation: object) -> object:
    """Return the type that a name stands for, with the types in brackets in place. Raises `NameError` if it cannot be
    resolved.
    """
    alias: Any = get_origin(annotation) or annotation
    module = sys.modules.get(alias.__module__)  # an alias that was made by `exec` has none
    names = {**(vars(module) if module else {}), alias.__name__: alias}
    probe = type("_Probe", (), {"__annotations__": {"it": alias.__value__}})
    value: object = get_type_hints(probe, names, include_extras=True)["it"]
    return fill_type_variables(value, dict(zip(alias.__type_params__, get_args(annotation), strict=False)))


def fill_type_variables(annotation: object, bindings: Mapping[object, object]) -> object:
    """Return a generic annotation with types in place of those of its parameters that are bound."""
    if isinstance(annotation, TypeVar):
        return bindings.get(annotation, annotation)
    parameters: tuple[object, ...] = getattr(annotation, "__parameters__", ())
    if get_origin(annotation) is None or not any(parameter in bindings for parameter in parameters):
        return annotation
    return cast(Any, annotation)[tuple(bindings.get(parameter, parameter) for parameter in parameters)]
