"""Checks arguments against annotations, and changes nothing.

pydantic does the checking, under rules of our own: containers are lax (a tuple is as good as a list), leaves are strict
(`"3"` is no int, `True` is no int), options that a TypedDict does not name are refused. What pydantic would build is
thrown away: interpreters get the very objects that were dispatched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, cast, final, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    SchemaError,
    SchemaValidator,
    ValidationError,
    core_schema,
)

from ._errors import ArgumentError, RegistrationError, near
from ._sure import SureOptions, sure_options, sure_types
from ._vectors import Effect, vector_problem

__all__ = ["Checker", "askable", "checker", "explain"]


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
_LAX = frozenset({"dict", "typed-dict"})
_SEQUENCES = frozenset({"list", "tuple"})
_WHOLE = frozenset({"model", "dataclass"})
"""Types with rules of their own: an argument is an instance of them, or it does not fit."""
_NOT_SCHEMAS = frozenset({"type", "cls", "config", "default", "expected", "metadata", "serialization"})


def checker(where: str, name: str, annotation: object) -> Checker:
    """Make the check for one parameter. Raises `RegistrationError` for an annotation that cannot be checked."""
    if annotation in _ANYTHING:
        return Checker(name, frozenset(), None)
    try:
        schema = _schema(annotation)
        validator = SchemaValidator(cast(CoreSchema, _ruled(schema)), core_schema.CoreConfig(strict=True))
    except (PydanticUserError, SchemaError, TypeError, NameError) as error:
        raise RegistrationError(
            f"{where}: no check can be made for {name!r}: {str(error).splitlines()[0]}",
            fix="annotate it with a type that pydantic knows, or with object",
        ) from error
    except Exception as error:
        raise RegistrationError(f"{where}: no check can be made for {name!r}", fix="annotate it with object") from error
    options = frozenset(_option_names(schema))
    sure = sure_types(annotation)
    return Checker(name, sure, validator.validate_python, options, annotation == Effect, sure_options(annotation))


def _schema(annotation: object) -> dict[str, Any]:
    """pydantic's schema for a type. A tuple around it lets any class stand in it: TypedDicts refuse to be told."""
    around = cast(Any, tuple).__class_getitem__(askable(annotation))
    schema = cast(
        dict[str, Any], TypeAdapter[object](around, config=ConfigDict(arbitrary_types_allowed=True)).core_schema
    )
    if schema["type"] == "definitions":
        return {**schema, "schema": schema["schema"]["items_schema"][0]}
    return cast("dict[str, Any]", schema["items_schema"][0])


def _option_names(schema: object) -> Iterator[str]:
    """The fields of every TypedDict in a schema."""
    if isinstance(schema, (list, tuple)):
        for item in cast("Sequence[object]", schema):
            yield from _option_names(item)
    elif isinstance(schema, dict):
        source = cast("dict[str, object]", schema)
        if source.get("type") == "typed-dict":
            yield from cast("dict[str, object]", source["fields"])
        for key, value in source.items():
            if key not in _NOT_SCHEMAS:
                yield from _option_names(value)


def _ruled(schema: object) -> object:
    """A copy of a core schema under our rules: containers lax, leaves strict, unknown options refused."""
    if isinstance(schema, list):
        return [_ruled(item) for item in cast("list[object]", schema)]
    if isinstance(schema, tuple):
        return tuple(_ruled(item) for item in cast("tuple[object, ...]", schema))
    if not isinstance(schema, dict):
        return schema
    source = cast("dict[str, Any]", schema)
    if source.get("type") in _WHOLE:
        return {name: source[name] for name in ("cls", "ref") if name in source} | {"type": "is-instance"}
    copy = {key: value if key in _NOT_SCHEMAS else _ruled(value) for key, value in source.items() if key != "fields"}
    if "fields" in source:
        copy["fields"] = {name: _ruled(field) for name, field in source["fields"].items()}
    return _rule_for(copy)


def _rule_for(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if kind in _LAX:
        schema["strict"] = False
    if kind == "typed-dict":
        schema["extra_behavior"] = "forbid"
        schema["config"] = {**schema.get("config", {}), "strict": True}
    if kind in _SEQUENCES:
        schema["strict"] = False
        ours = core_schema.is_instance_schema(cast(Any, (list, tuple)), cls_repr="list or tuple")
        return {"type": "chain", "steps": [ours, schema]}
    return schema


def askable(annotation: object) -> object:
    """The annotation, with object for each Protocol that `isinstance` refuses to be asked about."""
    if getattr(annotation, "_is_protocol", False) and not getattr(annotation, "_is_runtime_protocol", False):
        return object
    origin: Any = get_origin(annotation)
    args = get_args(annotation)
    asked = tuple(map(askable, args))
    if asked == args:
        return annotation
    if origin in {Union, UnionType}:
        return Union[asked]  # noqa: UP007 - built at run time
    return Annotated[asked] if origin is Annotated else origin[asked]


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
    "sequence_str": "Input should be a list or tuple",
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
    """pydantic's own complaint, where it quotes nothing. What a type's own check says may, so it is not repeated."""
    if detail["type"] in _IN_OUR_WORDS:
        return _IN_OUR_WORDS[detail["type"]]
    if detail["type"] == "effect_vector" or (detail["type"] in _KNOWN and not _QUOTING & detail.get("ctx", {}).keys()):
        return detail["msg"]
    return f"Input does not fit ({detail['type']:.60})"
