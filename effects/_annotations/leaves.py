"""The values that fit an annotation without parts: instances of the type, since a value is passed on as it is.

pydantic makes values of many types: a `SecretStr` of a str, an address of text. The engine throws these away, so text
that could be made into such a value does not fit. If a type's own check is wanted, pydantic's schema is used as it is:
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

__all__ = [
    "UncheckableError",
    "has_schema",
    "instance_schema",
    "is_record",
    "leaf_schema",
    "literal_schema",
    "pydantic_schema",
]


@final
class UncheckableError(Exception):
    """An annotation that no value can have and be passed on as it is, or that cannot be read."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


_number = core_schema.is_instance_schema(cast(Any, (float, int)), cls_repr="float")
"""pydantic-core alone takes any value that can be made a float, such as a Decimal."""
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
"""Types for which `isinstance` would be wrong: `True` is no int, a datetime is no date, and an int is a float."""

_NEVER: Mapping[object, tuple[str, str]] = {
    Json: (
        "Json is text that is parsed, and arguments are passed on as they are",
        "annotate it with str and parse it in the function, or with the type that the text is parsed to",
    ),
    **dict.fromkeys((Never, NoReturn), ("no value has that type", "annotate it with a type that has values")),
    **dict.fromkeys(
        (IO, TextIO, BinaryIO),
        ("no file is an instance of that type", "annotate it with io.TextIOBase, or with io.IOBase for any file"),
    ),
}


def leaf_schema(annotation: object) -> CoreSchema:
    """Return the schema for a type that is looked into no further. Raises `UncheckableError` if no value can fit."""
    kind, args = get_origin(annotation) or annotation, get_args(annotation)
    if kind in _NEVER:
        raise UncheckableError(*_NEVER[kind])
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if not isinstance(kind, type):
        return pydantic_schema(annotation)
    if has_schema(kind) and not is_record(kind):
        return _schema_of_its_own(annotation, cast("type[object]", kind))
    if kind is re.Pattern and args:  # of text, or of bytes
        return core_schema.chain_schema([instance_schema(kind), pydantic_schema(annotation)])
    return instance_schema(kind)


def is_record(kind: type) -> bool:
    """Whether a class is a model or a dataclass: its instances fit, whatever the class tells pydantic."""
    return issubclass(kind, BaseModel) or is_dataclass(cast(object, kind))


def has_schema(kind: object) -> bool:
    """Whether a type, or the metadata of one, has a schema of its own for pydantic."""
    return hasattr(kind, "__get_pydantic_core_schema__")


def pydantic_schema(annotation: object) -> CoreSchema:
    """Return pydantic's own schema. A schema that could not stand in another twice, because it names its parts, becomes
    a validator of its own.
    """
    kind = cast(Any, annotation)
    schema = TypeAdapter[object](kind, config=ConfigDict(arbitrary_types_allowed=True)).core_schema
    try:
        SchemaValidator(core_schema.tuple_schema([schema, schema]))
    except SchemaError:
        validator = SchemaValidator(schema, CoreConfig(strict=True))
        return core_schema.no_info_plain_validator_function(validator.validate_python)
    return schema


def instance_schema(kind: type | tuple[type, ...], name: str | None = None) -> CoreSchema:
    """Return the schema for instances of a class, which messages call `shown`. Any value fits a protocol that
    `isinstance` refuses to be asked about.
    """
    if getattr(kind, "_is_protocol", False) and not getattr(kind, "_is_runtime_protocol", False):
        return core_schema.any_schema()
    return core_schema.is_instance_schema(cast(Any, kind), cls_repr=name)


def _schema_of_its_own(annotation: object, kind: type) -> CoreSchema:
    """Return the schema for a class with a schema of its own. Its instances fit, and so do values of the type that the
    class makes of them.

    Some classes have no instances, as `PastDate`: they only limit another. The contents of instances of a generic class
    must fit, too.
    """
    generic = annotation is not kind

    def check(value: object, handler: core_schema.ValidatorFunctionWrapHandler) -> object:
        if generic or not isinstance(value, kind):
            result: object = handler(value)
            if not isinstance(value, type(result)):
                raise PydanticKnownError("is_instance_of", {"class": type(result).__qualname__})
        return value

    return core_schema.no_info_wrap_validator_function(check, pydantic_schema(annotation))


def literal_schema(values: Sequence[object]) -> CoreSchema:
    """Return the schema for a `Literal`: a value is equal to one of these, and of its exact type. Neither `True` nor
    `1.0` is `1`.
    """
    texts = [repr(value) for value in values]
    expected = " or ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
    of_type = {kind: frozenset(value for value in values if type(value) is kind) for kind in map(type, values)}

    def check(value: object) -> object:
        if value not in of_type.get(type(value), ()):
            raise PydanticKnownError("literal_error", {"expected": expected})
        return value

    return core_schema.no_info_plain_validator_function(check)
