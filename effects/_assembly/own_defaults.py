"""Defaults of interpreters: each call has its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter
from typing import Any

from .._language.templates import copy_data
from .._registry.first_parameter import signature_of

__all__ = ["with_own_defaults"]


def with_own_defaults(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, or one that calls it with copies of its defaults, if a call could change one of them.

    Python makes a default once, when it defines the function: a list there would be one for all dispatches.
    """
    signature = signature_of(function)
    parameters = [] if signature is None else [*signature.parameters.values()]
    defaults = [parameter.default for parameter in parameters if _is_positional(parameter)]
    if all(default is Parameter.empty or copy_data(default) is default for default in defaults):
        return function

    @wraps(function)
    def call(*args: object, **needs: object) -> object:
        return function(*args, *map(copy_data, defaults[len(args) :]), **needs)

    return call


def _is_positional(parameter: Parameter) -> bool:
    return parameter.kind in {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
