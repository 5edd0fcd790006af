"""Checks arguments against annotations, and changes nothing.

The module `fitting` says which values fit, and pydantic-core checks them. The values that it would build are thrown
away: interpreters get the very objects that were dispatched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from pydantic.errors import PydanticUserError
from pydantic_core import SchemaError, ValidationError

from .._language.errors import RegistrationError
from .._language.vectors import Effect, vector_problem
from .exact_types import PlainOptions, exact_types, plain_options
from .fitting import Fitting
from .leaves import UncheckableError

__all__ = ["Checker", "checker"]


@final
@dataclass(frozen=True, slots=True)
class Checker:
    """How one parameter is checked: by its exact type first, which is quick, and by pydantic where that says no."""

    name: str
    sure: frozenset[type]
    """Types of which pydantic would accept every value."""
    validate: Callable[[object], object] | None
    """Raises `ValidationError`; None if every value fits."""
    options: frozenset[str] = frozenset()
    """The names of all options in it."""
    is_effect: bool = False
    """Whether it is one effect vector, which needs no pydantic to be told from anything else."""
    plain_options: PlainOptions | None = None

    @property
    def exact(self) -> type | None:
        """The one type that is sure to fit, if it is one."""
        return next(iter(self.sure)) if len(self.sure) == 1 else None

    def fits_by_type(self, kind: type) -> bool:
        """Whether every value of that very type is accepted."""
        return self.validate is None or kind in self.sure

    def accepts(self, value: object) -> bool:
        if self.validate is None or type(value) in self.sure or (self.is_effect and vector_problem(value) is None):
            return True
        try:
            self.validate(value)
        except ValidationError:
            return False
        return True


_ANYTHING: tuple[object, ...] = (object, Any)


def checker(where: str, name: str, annotation: object) -> Checker:
    """Make the check for one parameter. Raises `RegistrationError` for an annotation that cannot be checked."""
    if annotation in _ANYTHING:
        return Checker(name, frozenset(), None)
    fitting = Fitting()
    try:
        validate = fitting.validator(annotation).validate_python
        sure = exact_types(annotation), plain_options(annotation)
    except Exception as error:
        raise _uncheckable(f"{where}: no check can be made for {name!r}", error) from error
    return Checker(name, sure[0], validate, frozenset(fitting.options), annotation == Effect, sure[1])


def _uncheckable(what: str, error: Exception) -> RegistrationError:
    """The error for an annotation, whatever kept it from being read: types may raise anything when they are asked."""
    if isinstance(error, UncheckableError):
        return RegistrationError(f"{what}: {error.what}", fix=error.fix)
    if isinstance(error, (PydanticUserError, SchemaError, TypeError, NameError)):
        said = str(error).partition("\n")[0]
        return RegistrationError(f"{what}: {said}", fix="annotate it with a type that pydantic knows, or with object")
    return RegistrationError(what, fix="annotate it with object")
