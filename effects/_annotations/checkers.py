"""The checks of arguments against annotations. They change nothing.

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
from .fitting import SchemaReader
from .leaves import UncheckableError

__all__ = ["Checker", "checker"]


@final
@dataclass(frozen=True, slots=True)
class Checker:
    """The check of one parameter: by the exact type of a value first, which is quick, and by pydantic if that does not
    decide.
    """

    name: str
    exact_types: frozenset[type]
    """Types of which pydantic would accept every value."""
    validate: Callable[[object], object] | None
    """Raises `ValidationError`; None if every value fits."""
    options: frozenset[str] = frozenset()
    """The names of all options in it."""
    is_effect: bool = False
    """Whether the parameter takes one effect vector, which is recognized without pydantic."""
    plain_options: PlainOptions | None = None

    @property
    def exact(self) -> type | None:
        """The one type of which every value fits, if there is exactly one."""
        return next(iter(self.exact_types)) if len(self.exact_types) == 1 else None

    def fits_by_type(self, kind: type) -> bool:
        """Whether every value of that very type is accepted."""
        return self.validate is None or kind in self.exact_types

    def accepts(self, value: object) -> bool:
        if self.validate is None or type(value) in self.exact_types:
            return True
        if self.is_effect and vector_problem(value) is None:
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
    reader = SchemaReader()
    try:
        validate = reader.validator(annotation).validate_python
        exact, plain = exact_types(annotation), plain_options(annotation)
    except Exception as error:
        raise _uncheckable_error(f"{where}: no check can be made for {name!r}", error) from error
    return Checker(name, exact, validate, frozenset(reader.options), annotation == Effect, plain)


def _uncheckable_error(what: str, error: Exception) -> RegistrationError:
    """Return the error for an annotation that cannot be read. Types may raise any exception when they are asked."""
    if isinstance(error, UncheckableError):
        return RegistrationError(f"{what}: {error.what}", fix=error.fix)
    if isinstance(error, (PydanticUserError, SchemaError, TypeError, NameError)):
        message = str(error).partition("\n")[0]
        return RegistrationError(
            f"{what}: {message}", fix="annotate it with a type that pydantic knows, or with object"
        )
    return RegistrationError(what, fix="annotate it with object")
