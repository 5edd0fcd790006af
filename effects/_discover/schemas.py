"""JSON Schema 2020-12 of vectors, made by pydantic from the annotations that arguments are checked by.

A schema describes the data in a vector after placeholders are resolved. For a value that only Python can make, such as
an object of an app's own class, any value fits, and a comment names its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, cast
from urllib.parse import quote

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from .._annotations.text import doc_in, without_unaskable
from .._language.vectors import checked_vector
from .._registry.registration import Registration
from .docstrings import field_docs
from .parameters import Argument, arguments

__all__ = ["DIALECT", "Schema", "document", "schema_of", "value_schemas"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_ANY = "vector:*"
"""The name of the schema of any vector; pydantic's own names never hold a colon."""


class _Alone(GenerateJsonSchema):
    """pydantic's generator, under the rules by which arguments are checked. A nested effect is any vector."""

    effect: ClassVar[Mapping[str, object]] = {"type": "array", "prefixItems": [{"type": "string"}], "minItems": 1}

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        if schema["function"]["function"] is checked_vector:
            return dict(self.effect)
        return super().function_plain_schema(schema)

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        return {"$comment": f"an object of type {getattr(schema['cls'], '__qualname__', schema['cls'])}"}

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        result = super().typed_dict_schema(schema)
        result["additionalProperties"] = False
        for name, doc in field_docs(cast("type", schema.get("cls"))).items():
            result["properties"][name] = {"description": doc, **result["properties"][name]}
        return result

    def handle_invalid_for_json_schema(self, schema: object, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        return {"$comment": "what JSON has no word for"}


class _Together(_Alone):
    """The same generator, for a document of many vectors: a nested effect is any vector of that document."""

    effect: ClassVar[Mapping[str, object]] = {"allOf": [{"$ref": f"#/$defs/{_ANY}"}]}
    """Not the bare reference: pydantic would look for it among its own definitions."""


def schema_of(entry: Registration) -> Schema:
    """Return the schema of one vector, or of a placeholder's arguments, as a document of its own."""
    schemas, shared = _make_schemas([entry], _Alone)
    return {"$schema": DIALECT, **schemas[entry.key], **shared}


def document(entries: Iterable[Registration], title: str) -> Schema:
    """Return one schema of a list of vectors, in which each vector has a definition that others refer to."""
    schemas, shared = _make_schemas(list(entries), _Together)
    by_name = {f"vector:{key}": schema for key, schema in schemas.items()}
    either: Schema = {"anyOf": [{"$ref": _reference(name)} for name in by_name]} if by_name else {"not": {}}
    definitions: Schema = {_ANY: either, **by_name, **shared.get("$defs", {})}
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "array",
        "items": {"$ref": _reference(_ANY)},
        "$defs": definitions,
    }


def value_schemas(values: Mapping[str, object]) -> tuple[Mapping[str, Schema], Schema]:
    """Return the schema of a value of each type, and the definitions that they share."""
    adapters = {name: _tuple_of([kind if _is_readable(kind) else object]) for name, kind in values.items()}
    schemas, shared = _generate_schemas(adapters, _Alone)
    return {name: schema["prefixItems"][0] for name, schema in schemas.items()}, shared


def _reference(name: str) -> str:
    """Return a reference to a definition: a JSON pointer in a URI (RFC 6901, section 6)."""
    return "#/$defs/" + quote(name.replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@")


def _make_schemas(entries: Sequence[Registration], generator: type[_Alone]) -> tuple[dict[str, Schema], Schema]:
    adapters = {
        entry.key: _adapter([*_key_types(entry), *(argument.annotation for argument in arguments(entry))])
        for entry in entries
    }
    schemas, shared = _generate_schemas(adapters, generator)
    return {entry.key: _vector_schema(entry, schemas[entry.key]) for entry in entries}, shared


def _key_types(entry: Registration) -> list[object]:
    return [] if entry.kind == "placeholder" else [Literal[entry.key]]  # pyright: ignore[reportInvalidTypeForm]


def _adapter(kinds: Sequence[object]) -> TypeAdapter[object]:
    """Return the adapter of a tuple. A type that pydantic cannot read counts as `object`."""
    try:
        return _tuple_of(kinds)
    except Exception:  # noqa: BLE001 - pydantic may raise anything for one type, and the others still have schemas
        return _tuple_of([kind if _is_readable(kind) else object for kind in kinds])


def _is_readable(kind: object) -> bool:
    try:
        _tuple_of([kind]).json_schema(schema_generator=_Alone)
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def _tuple_of(kinds: Sequence[object]) -> TypeAdapter[object]:
    """Return the adapter of a tuple. In a tuple, any class may stand; `ConfigDict` cannot be passed for a TypedDict
    alone.
    """
    kind_of_tuple = cast(Any, tuple).__class_getitem__(tuple(without_unaskable(kind) for kind in kinds))
    return TypeAdapter[object](kind_of_tuple, config=ConfigDict(arbitrary_types_allowed=True))


def _generate_schemas(
    adapters: Mapping[str, TypeAdapter[object]], generator: type[_Alone]
) -> tuple[dict[str, Schema], Schema]:
    requests: list[tuple[str, JsonSchemaMode, TypeAdapter[object]]]
    requests = [(name, "validation", adapter) for name, adapter in adapters.items()]
    schemas, shared = TypeAdapter.json_schemas(requests, schema_generator=generator)
    return {name: schema for (name, _), schema in schemas.items()}, shared


def _vector_schema(entry: Registration, schema: Schema) -> Schema:
    """Return the schema of a tuple, changed for a vector: arguments that may be left out, arguments that repeat, and
    descriptions.
    """
    own, parameters = len(_key_types(entry)), arguments(entry)
    places: list[Schema] = schema.pop("prefixItems", [])
    rest: Schema | bool = False
    for place, argument in zip(places[own:], parameters, strict=True):
        place |= _schema_of(argument)
    if parameters and parameters[-1].several:
        rest = places.pop()
        del schema["maxItems"]
    schema["minItems"] = own + entry.signature.at_least
    schema["items"] = rest
    return {**({"prefixItems": places} if places else {}), **schema, **_summary_of(entry)}


def _summary_of(entry: Registration) -> Schema:
    doc = entry.function.__doc__
    return {"title": entry.key, **({"description": doc.strip().partition("\n")[0]} if doc else {})}


def _schema_of(argument: Argument) -> Schema:
    """Return the schema of one argument."""
    doc = doc_in(argument.annotation)
    default = {"default": argument.default} if isinstance(argument.default, (str, int, float)) else {}
    return {"title": argument.name, **({"description": doc} if doc else {}), **default}
