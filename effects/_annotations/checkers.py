"""Checks arguments against annotations, and changes nothing.

What fits is said in `fitting`, and pydantic-core does the checking. What it would build is thrown away: interpreters
get the very objects that were dispatched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, final, get_args

from pydantic.errors import PydanticUserError
from pydantic_core import ErrorDetails, SchemaError, ValidationError, core_schema

from .._language.errors import ArgumentError, RegistrationError, near
from .._language.vectors import Effect, vector_problem
from .exact_types import SureOptions, sure_options, sure_types
from .fitting import Fitting
from .leaves import UncheckableError

__all__ = ["Checker", "checker", "explain"]


@final
@dataclass(frozen=True, slots=True)
class Checker:
    """How one parameter is checked: by its exact type first, which is quick, and by pydantic where that says no."""

    name: str
    sure: frozenset[type]
    """Types of which pydantic would accept every value."""
    validate: Callable[[object], object] | None
    """Raises `ValidationError`; None where anything fits."""
    options: frozenset[str] = frozenset()
    """The names of all options in it."""
    is_effect: bool = False
    """Whether it is one effect vector, which needs no pydantic to be told from anything else."""
    sure_options: SureOptions | None = None

    @property
    def exact(self) -> type | None:
        """The one type that is sure to fit, if it is one."""
        return next(iter(self.sure)) if len(self.sure) == 1 else None

    def is_sure(self, kind: type) -> bool:
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
        sure = sure_types(annotation), sure_options(annotation)
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


def explain(checks: Sequence[Checker], rest: Checker | None, args: Sequence[object]) -> ArgumentError:
    """Say what is wrong with arguments of which one was not accepted. No values are in the message."""
    lines: list[str] = []
    close: str | None = None
    for index, value in enumerate(args):
        check = checks[index] if index < len(checks) else rest
        if check is None or check.validate is None:
            continue
        try:
            check.validate(value)
        except ValidationError as error:
            lines.extend(_complaints(check.name, value, error))
            unknown = [one["loc"][-1] for one in error.errors(include_url=False) if one["type"] == "extra_forbidden"]
            close = close or next((found for name in unknown if (found := near(name, check.options))), None)
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    fix = "values are passed as they are, never converted"
    return ArgumentError("; ".join(lines[:_SHOWN] + more), near=close, fix=fix)


_NOT_OF_TYPES = frozenset(
    {
        "missing",
        "effect_vector",
        "extra_forbidden",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
    }
    | {"multiple_of", "finite_number", "too_short", "too_long", "string_too_short", "string_too_long"}
    | {"string_pattern_mismatch", "bytes_too_short", "bytes_too_long"}
)
"""Complaints for which it does not help to know what type the value has."""
_IN_OUR_WORDS = {
    "extra_forbidden": "there is no such option",
    "list_type": "should be a list or tuple",
    "missing": "is missing",
}
_SHOWN = 8
"""So many complaints about one vector are listed; the others are counted."""


def _complaints(name: str, value: object, error: ValidationError) -> list[str]:
    lines: list[str] = []
    for detail in error.errors(include_url=False):
        place = name + "".join(f"[{part!r:.60}]" for part in _place(value, detail))
        kind = "" if detail["type"] in _NOT_OF_TYPES else f", got {type(detail['input']).__name__}"
        lines.append(f"{place}: {_message(detail)}{kind}")
    return list(dict.fromkeys(lines))


def _place(value: object, detail: ErrorDetails) -> list[int | str]:
    """The parts of a location that lead through the data; the others are pydantic's names for members of unions."""
    place: list[int | str] = []
    for part in detail["loc"]:
        if isinstance(value, Mapping) and (part in value or detail["type"] == "missing"):
            place.append(part)
            value = cast("Mapping[object, object]", value).get(part)
        elif isinstance(value, (list, tuple)) and isinstance(part, int):
            items = cast("Sequence[object]", value)
            place.append(part)
            value = items[part] if part < len(items) else None
    return place


_KNOWN = frozenset(get_args(core_schema.ErrorType))
_QUOTING = frozenset({"error", "tag", "encoding_error", "tz_actual"})
"""What fills in those of pydantic's messages that repeat some of the value."""


def _message(detail: ErrorDetails) -> str:
    """pydantic's own complaint, of the place that is named before it, where it quotes nothing. What a type's own check
    says may, so it is not repeated."""
    if detail["type"] in _IN_OUR_WORDS:
        return _IN_OUR_WORDS[detail["type"]]
    if detail["type"] == "effect_vector" or (detail["type"] in _KNOWN and not _QUOTING & detail.get("ctx", {}).keys()):
        return detail["msg"].removeprefix("Input ")
    return f"does not fit ({detail['type']:.60})"
