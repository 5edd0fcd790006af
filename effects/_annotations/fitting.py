"""The values that fit an annotation, as a schema for pydantic-core.

This module reads an annotation form by form, as `typing` describes them. It asks pydantic about single types and about
the metadata in `Annotated`, and never looks into the schemas that pydantic answers. The rules are the engine's own:

- A value that fits has the annotated type, since it is passed on as it is.
- Containers are lax: a tuple is as good as a list, any mapping as good as a dict. Leaves are strict.
- Options that a TypedDict does not name do not fit.
"""

from __future__ import annotations

import sys
from collections import ChainMap, Counter, OrderedDict, abc, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import (  # noqa: UP035
    Annotated,
    Any,
    Literal,
    Tuple,
    TypeVar,
    Union,
    cast,
    final,
    get_args,
    get_origin,
)

from pydantic import ImportString, Json, JsonValue, SkipValidation
from pydantic_core import CoreConfig, CoreSchema, PydanticKnownError, SchemaValidator, core_schema

from .._language.vectors import EffectMarker, checked_vector
from .aliases import fill_type_variables, is_alias, resolve_alias
from .forms import QUALIFIERS, UNPACKS
from .leaves import UncheckableError, has_schema, instance_schema, leaf_schema, literal_schema, pydantic_schema
from .metadata import bare_type, is_among, limits_in
from .options import options_of

__all__ = ["SchemaReader"]

_LIMITS = frozenset({"str_max_length", "str_min_length", "str_strip_whitespace", "allow_inf_nan", "regex_engine"})
"""The settings that the config of a TypedDict may give to all its options. No setting makes the check less strict."""


@final
class SchemaReader:
    """Reads one annotation. `options` are the names of all options that it met on the way."""

    def __init__(self) -> None:
        self.options: set[str] = set()
        self._open: list[object] = []
        """The types that are being read: lists, since not all annotations have a hash."""
        self._recursive: list[object] = []
        """The types among them that hold themselves."""
        self._definitions: list[CoreSchema] = []
        """The schemas of these."""

    def validator(self, annotation: object) -> SchemaValidator:
        """Return a validator, which raises `ValidationError` for a value that does not fit.

        Raises `UncheckableError` if no value can fit, and whatever pydantic raises for types that it cannot read.
        """
        schema = self._schema_of(annotation)
        if self._definitions:
            schema = core_schema.definitions_schema(schema, self._definitions)
        return SchemaValidator(schema, CoreConfig(strict=True))

    def _schema_of(self, annotation: object) -> CoreSchema:
        origin, args = get_origin(annotation), get_args(annotation)
        form = _SPECIAL.get(origin) or _CONTAINERS.get(origin or annotation)
        if form is not None:
            return form(self, annotation, args)
        if annotation is JsonValue:
            return pydantic_schema(annotation)
        if annotation is ImportString:
            return _IMPORTED
        if is_alias(annotation):
            return self._schema_of_named(annotation, lambda: self._schema_of(resolve_alias(annotation)))
        if options_of(origin or annotation) is not None:
            return self._schema_of_named(annotation, lambda: self._schema_of_options(annotation))
        if isinstance(annotation, TypeVar):
            return self._schema_of(Union[annotation.__constraints__ or (annotation.__bound__ or object,)])  # noqa: UP007
        if hasattr(annotation, "__supertype__"):
            return self._schema_of(cast(Any, annotation).__supertype__)
        return leaf_schema(annotation)

    def _schema_of_named(self, kind: object, make: Callable[[], CoreSchema]) -> CoreSchema:
        """Return the schema of a type that may hold itself; if it does, a reference to its schema."""
        if kind in self._open and kind not in self._recursive:
            self._recursive.append(kind)
        if kind not in self._recursive:
            self._open.append(kind)
            schema = make()
            self._open.remove(kind)
            if kind not in self._recursive:
                return schema
            self._definitions.append(cast(CoreSchema, {**schema, "ref": self._reference(kind)}))
        return core_schema.definition_reference_schema(self._reference(kind))

    def _reference(self, kind: object) -> str:
        return f"effects:{self._recursive.index(kind)}"

    def _schema_of_options(self, annotation: object) -> CoreSchema:
        kind = get_origin(annotation) or annotation
        if sys.version_info < (3, 12) and type(kind).__module__ == "typing":
            raise UncheckableError(
                "on Python 3.11, pydantic knows no TypedDict of typing", "import TypedDict from typing_extensions"
            )
        parameters: tuple[object, ...] = getattr(kind, "__parameters__", ())
        bindings = dict(zip(parameters, get_args(annotation), strict=False))
        fields = {
            name: core_schema.typed_dict_field(
                self._schema_of(fill_type_variables(option.hint, bindings)), required=option.required
            )
            for name, option in (options_of(kind) or {}).items()
        }
        self.options.update(fields)
        settings = cast("Mapping[str, object]", getattr(kind, "__pydantic_config__", {}))
        config = cast(CoreConfig, {**{name: settings[name] for name in _LIMITS & settings.keys()}, "strict": True})
        return core_schema.typed_dict_schema(fields, strict=False, extra_behavior="forbid", config=config)

    def _schema_of_qualified(self, _: object, args: Sequence[object]) -> CoreSchema:
        return self._schema_of(args[0])

    def _schema_of_literal(self, _: object, args: Sequence[object]) -> CoreSchema:
        return literal_schema(args)

    def _schema_of_union(self, _: object, args: Sequence[object]) -> CoreSchema:
        some: list[Any] = [self._schema_of(arg) for arg in args if arg is not NoneType]
        either = core_schema.union_schema(some, mode="left_to_right") if len(some) > 1 else some[0]
        return core_schema.nullable_schema(either) if NoneType in args else either

    def _schema_of_annotated(self, _: object, args: Sequence[object]) -> CoreSchema:
        """Check the type of the very value first, and then its metadata."""
        kind, *remarks = args
        if any(type(remark) is EffectMarker for remark in remarks):
            return core_schema.no_info_plain_validator_function(checked_vector)
        if is_among(SkipValidation, remarks):
            return core_schema.any_schema()
        if is_among(Json, remarks):
            return leaf_schema(Json)
        if is_among(ImportString, remarks):  # pydantic would import the object that the text names
            rest = [remark for remark in remarks if not is_among(ImportString, [remark])]
            inner = self._schema_of(Annotated[(kind, *rest)] if rest else kind)
            return core_schema.chain_schema([inner, _IMPORTED]) if kind is Any or kind is object else inner
        schema = self._schema_of(kind)
        limits = limits_in(remarks)
        if not limits:
            return schema
        if any(map(has_schema, limits)):
            schema = core_schema.no_info_wrap_validator_function(_check_and_keep, schema)
        return core_schema.chain_schema([schema, pydantic_schema(Annotated[(bare_type(kind), *limits)])])

    def _schema_of_items(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        kind, name = _ITEMS[get_origin(annotation) or annotation]
        items = self._schema_of(args[0]) if args else _ANYTHING
        look = _NO_TEXT if items == _ANYTHING else core_schema.list_schema(items, strict=False)
        return core_schema.chain_schema([instance_schema(kind, name), look])

    def _schema_of_iterable(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        """The items of an iterator cannot be known before it is used up."""

        def look(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> object:
            if isinstance(cast(object, value), abc.Collection):
                handler(list(value))
            return value

        kind = instance_schema(get_origin(annotation) or cast(type, annotation))
        items = self._schema_of(args[0]) if args else _ANYTHING
        if items == _ANYTHING:
            return kind
        collected = core_schema.no_info_wrap_validator_function(look, core_schema.list_schema(items))
        return core_schema.chain_schema([kind, collected])

    def _schema_of_pairs(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        kind = get_origin(annotation) or cast(type, annotation)
        kinds = (*args, int)[:2] if args else (object, object)  # the values of a Counter are ints
        keys, values = map(self._schema_of, kinds)
        pairs = core_schema.dict_schema(keys, values, strict=False)
        return pairs if kind in {dict, Mapping} else core_schema.chain_schema([instance_schema(kind), pairs])

    def _schema_of_tuple(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        places = list(_tuple_places(args if annotation not in _ANY_TUPLE else (object, ...)))
        repeated = next((index for index, (_, again) in enumerate(places) if again), None)
        items = [self._schema_of(kind) for kind, _ in places]
        schema = core_schema.tuple_schema(items, variadic_item_index=repeated, strict=False)
        return core_schema.chain_schema([instance_schema((list, tuple), _EITHER), schema])

    def _schema_of_class(self, _: object, args: Sequence[object]) -> CoreSchema:
        """Return the schema of `type[...]`. If `issubclass` cannot be asked, any class fits."""
        (kind,) = args or (object,)
        kind = (kind.__bound__ or object) if isinstance(kind, TypeVar) else kind
        if get_origin(kind) in {Union, UnionType}:
            return core_schema.union_schema([self._schema_of_class(None, (member,)) for member in get_args(kind)])
        kind = object if kind is Any else get_origin(kind) or kind
        is_class = isinstance(kind, type) and not getattr(kind, "_is_protocol", False) and options_of(kind) is None
        return core_schema.is_subclass_schema(cast(type, kind)) if is_class else instance_schema(type)


_EITHER = "list or tuple"
_ANY_TUPLE: tuple[object, ...] = (tuple, Tuple)  # noqa: UP006 - bare: `tuple[()]` is another type
_ITEMS: Mapping[object, tuple[type | tuple[type, ...], str | None]] = {
    list: ((list, tuple), _EITHER),
    abc.Sequence: ((list, tuple, abc.Sequence), "Sequence"),  # pydantic-core refuses text for it
    **{
        kind: (kind, None)
        for kind in (abc.MutableSequence, set, frozenset, abc.Set, abc.MutableSet, deque, abc.KeysView, abc.ValuesView)
    },
}
_PAIRS = (dict, abc.Mapping, abc.MutableMapping, OrderedDict, defaultdict, Counter, ChainMap)
_Form = Callable[[SchemaReader, object, Sequence[object]], CoreSchema]
_CONTAINERS: Mapping[object, _Form] = {
    **dict.fromkeys(_ITEMS, SchemaReader._schema_of_items),
    **dict.fromkeys(_PAIRS, SchemaReader._schema_of_pairs),
    **dict.fromkeys((abc.Iterable, abc.Collection, abc.Container, abc.Reversible), SchemaReader._schema_of_iterable),
    tuple: SchemaReader._schema_of_tuple,
    type: SchemaReader._schema_of_class,
}
"""The classes whose values are looked into, by themselves and with types in brackets."""
_SPECIAL: Mapping[object, _Form] = {
    Annotated: SchemaReader._schema_of_annotated,
    Literal: SchemaReader._schema_of_literal,
    **dict.fromkeys((Union, UnionType), SchemaReader._schema_of_union),
    **dict.fromkeys(QUALIFIERS, SchemaReader._schema_of_qualified),
}
"""Names that mean something only with types in brackets."""


def _tuple_places(args: Sequence[object]) -> Iterator[tuple[object, bool]]:
    """Yield the annotation of each place of a tuple, and whether any number of items may have it."""
    if args[1:] == (...,):
        yield args[0], True
        return
    for arg in args:
        if get_origin(arg) in UNPACKS or getattr(arg, "__unpacked__", False):
            packed = get_args(arg)[0] if get_origin(arg) in UNPACKS else arg
            yield from _tuple_places(get_args(packed) or (object, ...))
        else:
            yield arg, False


def _refuse_text(value: object) -> object:
    if isinstance(value, (str, bytes, bytearray)):
        raise PydanticKnownError("list_type")
    return value


def _check_imported(value: object) -> object:
    if isinstance(value, str):
        raise PydanticKnownError("is_instance_of", {"class": "what was imported"})
    return value


_IMPORTED = core_schema.no_info_plain_validator_function(_check_imported)
"""Fits the object that a name may be imported as. No name is ever imported."""
_ANYTHING = core_schema.any_schema()
_NO_TEXT = core_schema.no_info_plain_validator_function(_refuse_text)
"""Fits a sequence of anything without walking it: it may have any number of items."""


def _check_and_keep(value: object, handler: core_schema.ValidatorFunctionWrapHandler) -> object:
    """Check a value, and return it as it is: the next check is to see the very value."""
    handler(value)
    return value
