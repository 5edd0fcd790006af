"""The values that fit an annotation without parts: instances of the type, since a value is passed on as it is.

pydantic makes values of many types: a `SecretStr` of a str, an address of text. Such values are thrown away here, so
the text that one could be made of does not fit. If a type's own check is wanted, pydantic's schema is used as it is:
its contents are pydantic's business, and change from release to release.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from typing import IO, Any, BinaryIO, LiteralString, Never, NoReturn, TextIO, cast, final, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Json, TypeAdapter
from pydantic_core import CoreConfig, CoreSchema, PydanticKnownError, SchemaError, SchemaValidator, core_schema

__all__ = ["UncheckableError", "asked", "has_schema", "instance_of", "is_record", "leaf", "one_of"]


@final
class UncheckableError(Exception):
    """An annotation that no value can have and be passed on as it is, or that cannot be read."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


_number = core_schema.is_instance_schema(cast(Any, (float, int)), cls_repr="float")
"""pydantic-core takes whatever can be made a float, a Decimal among it."""
_SIMPLE: Mapping[object, CoreSchema] = {
    object: core_schema.any_schema(),
    Any: core_schema.any_schema(),
    None: core_schema.none_schema(),
    type(None): core_schema.none_schema(),
    str: core_schema.str_schema(strict=True),
    LiteralString: core_schema.str_schema(strict=True),
    int: core_schema.int_schema(strict=True),
    float: core_schema.chain_schema([_number, core_schema.float_schema(strict=True)]),
    bool: core_schema.bool_schema(strict=True),
    bytes: core_schema.bytes_schema(strict=True),
    datetime.date: core_schema.date_schema(strict=True),
    Callable: core_schema.callable_schema(),
}
"""Types of which an instance is not enough, or too much: `True` is no int, a datetime no date, an int is a float."""

_NEVER: Mapping[object, tuple[str, str]] = {
    Json: (
        "Json is text that is parsed, and arguments are passed on as they are",
        "annotate it with str and parse it in the function, or with the type of what the text says",
    ),
    **dict.fromkeys((Never, NoReturn), ("no value has that type", "annotate it with a type that has values")),
    **dict.fromkeys(
        (IO, TextIO, BinaryIO),
        ("no file is an instance of that type", "annotate it with io.TextIOBase, or with io.IOBase for any file"),
    ),
}


def leaf(annotation: object) -> CoreSchema:
    """The schema for a type that is looked into no further. Raises `UncheckableError` for one that has none."""
    kind, args = get_origin(annotation) or annotation, get_args(annotation)
    if kind in _NEVER:
        raise UncheckableError(*_NEVER[kind])
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if not isinstance(kind, type):
        return asked(annotation)
    if has_schema(kind) and not is_record(kind):
        return _judged_by_itself(annotation, cast("type[object]", kind))
    if kind is re.Pattern and args:  # of text, or of bytes
        return core_schema.chain_schema([instance_of(kind), asked(annotation)])
    return instance_of(kind)


def is_record(kind: type) -> bool:
    """Whether it is a model or a dataclass: whatever such a class tells pydantic, its instances fit."""
    return issubclass(kind, BaseModel) or is_dataclass(cast(object, kind))


def has_schema(kind: object) -> bool:
    """Whether pydantic asks a type, or what is said of one, for a schema of its own."""
    return hasattr(kind, "__get_pydantic_core_schema__")


def asked(annotation: object) -> CoreSchema:
    """pydantic's own schema. One that could not stand twice, since it has names for what is in it, is set apart."""
    kind = cast(Any, annotation)
    schema = TypeAdapter[object](kind, config=ConfigDict(arbitrary_types_allowed=True)).core_schema
    try:
        SchemaValidator(core_schema.tuple_schema([schema, schema]))
    except SchemaError:
        validator = SchemaValidator(schema, CoreConfig(strict=True))
        return core_schema.no_info_plain_validator_function(validator.validate_python)
    return schema


def instance_of(kind: type | tuple[type, ...], shown: str | None = None) -> CoreSchema:
    """The schema for instances of a class, under the name that is shown. Any value fits a protocol that `isinstance`
    cannot be asked about."""
    if getattr(kind, "_is_protocol", False) and not getattr(kind, "_is_runtime_protocol", False):
        return core_schema.any_schema()
    return core_schema.is_instance_schema(cast(Any, kind), cls_repr=shown)


def _judged_by_itself(annotation: object, kind: type) -> CoreSchema:
    """For a class with a schema of its own: its instances fit, and values of the very type that it makes of them.

    Some classes have no instances, as `PastDate`: they only limit another. The contents of instances of a generic class
    must fit, too.
    """
    generic = annotation is not kind

    def judge(value: object, handler: core_schema.ValidatorFunctionWrapHandler) -> object:
        if generic or not isinstance(value, kind):
            made: object = handler(value)
            if not isinstance(value, type(made)):
                raise PydanticKnownError("is_instance_of", {"class": type(made).__qualname__})
        return value

    return core_schema.no_info_wrap_validator_function(judge, asked(annotation))


def one_of(values: Sequence[object]) -> CoreSchema:
    """The schema for a `Literal`: a value is one of these, and of its very type: neither `True` nor `1.0` is `1`."""
    shown = [repr(value) for value in values]
    expected = " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
    of_type = {kind: frozenset(value for value in values if type(value) is kind) for kind in map(type, values)}

    def judge(value: object) -> object:
        if value not in of_type.get(type(value), ()):
            raise PydanticKnownError("literal_error", {"expected": expected})
        return value

    return core_schema.no_info_plain_validator_function(judge)
