"""The annotations of a function, resolved one by one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any

from typing_extensions import get_type_hints

from .._annotations.late import Late, late_of
from .._language.errors import RegistrationError
from .first_parameter import signature_of

__all__ = ["Hints", "annotations_of"]


def _unresolved_fix(error: Exception) -> str:
    """Return the fix for an annotation that cannot be resolved when its function is registered."""
    name = error.name if isinstance(error, NameError) and error.name else "it"
    return f"define {name} above the function, or name a type that can be imported, outside `if TYPE_CHECKING`"


class Hints:
    """The annotations of one function, resolved one by one, so that only those that matter can fail."""

    def __init__(self, where: str, function: Callable[..., object], scope: Mapping[str, object]) -> None:
        inner = inspect.unwrap(function)
        while isinstance(inner, functools.partial):
            inner = inner.func
        if not (inspect.isfunction(inner) or inspect.ismethod(inner)):
            inner = type(inner).__call__
        self._where = where
        self._globals: dict[str, Any] = getattr(inner, "__globals__", {})
        self._scope = scope

    def of(self, parameter: Parameter) -> object:
        annotation: object = parameter.annotation
        if annotation is Parameter.empty:
            return object
        probe = type("_Probe", (), {"__annotations__": {"it": annotation}})
        try:
            return get_type_hints(probe, self._globals, dict(self._scope), include_extras=True)["it"]
        except Exception as error:
            raise RegistrationError(
                f"{self._where}: the annotation of {parameter.name!r} cannot be resolved: {error}",
                fix=_unresolved_fix(error),
            ) from error

    def late(self, parameter: Parameter, annotation: object) -> Late | None:
        """Return the place that says which part of this parameter's arguments is bound late."""
        try:
            return late_of(annotation)
        except RegistrationError as error:
            raise RegistrationError(f"{self._where}: {parameter.name!r}: {error.what}", fix=error.fix) from None
        except Exception as error:
            raise RegistrationError(
                f"{self._where}: a field of {parameter.name!r} cannot be resolved: {error}",
                fix=_unresolved_fix(error),
            ) from error


def annotations_of(function: Callable[..., object], scope: Mapping[str, object]) -> Mapping[str, object]:
    """Return the annotations of a function by parameter, and that of its result under `return`: for people and for
    tools.

    An annotation that cannot be resolved stays as it was written: only those of arguments have to be resolved.
    """
    signature = signature_of(function)
    if signature is None:
        return {}
    hints = Hints("", function, scope)
    result = Parameter("return_", Parameter.POSITIONAL_ONLY, annotation=signature.return_annotation)
    annotations: dict[str, object] = {}
    for name, parameter in {**signature.parameters, "return": result}.items():
        if parameter.annotation is not Parameter.empty:
            try:
                annotations[name] = hints.of(parameter)
            except RegistrationError:
                annotations[name] = parameter.annotation
    return annotations
