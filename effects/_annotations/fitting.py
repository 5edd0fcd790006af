"""The values that fit an annotation, as a schema for pydantic-core.

The annotation is read here, form by form, as `typing` describes them. pydantic is asked about single types and about
what is said in `Annotated`; what it answers is never looked into. The rules are the engine's own:

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
from .leaves import UncheckableError, asked, has_schema, instance_of, leaf, one_of
from .metadata import bare, is_said, limits_in
from .options import options_of

__all__ = ["Fitting"]

_LIMITS = frozenset({"str_max_length", "str_min_length", "str_strip_whitespace", "allow_inf_nan", "regex_engine"})
"""The settings that the config of a TypedDict may give to all its options. No setting makes the check less strict."""


@final
class Fitting:
    """Reads one annotation. `options` are the names of all options that it met on the way."""

    def __init__(self) -> None:
        self.options: set[str] = set()
        self._open: list[object] = []
        """The types that are being read: lists, since not all annotations have a hash."""
        self._recursive: list[object] = []
        """Those of them that hold themselves."""
        self._definitions: list[CoreSchema] = []
        """The schemas of these."""

    def validator(self, annotation: object) -> SchemaValidator:
        """Return a validator, which raises `ValidationError` for a value that does not fit.

        Raises `UncheckableError` where none can, and whatever pydantic raises of types that it cannot read.
        """
        schema = self._schema(annotation)
        if self._definitions:
            schema = core_schema.definitions_schema(schema, self._definitions)
        return SchemaValidator(schema, CoreConfig(strict=True))

    def _schema(self, annotation: object) -> CoreSchema:
        origin, args = get_origin(annotation), get_args(annotation)
        form = _SPECIAL.get(origin) or _CONTAINERS.get(origin or annotation)
        if form is not None:
            return form(self, annotation, args)
        if annotation is JsonValue:
            return asked(annotation)
        if annotation is ImportString:
            return _IMPORTED
        if is_alias(annotation):
            return self._schema_of_named(annotation, lambda: self._schema(resolve_alias(annotation)))
        if options_of(origin or annotation) is not None:
            return self._schema_of_named(annotation, lambda: self._options(annotation))
        if isinstance(annotation, TypeVar):
            return self._schema(Union[annotation.__constraints__ or (annotation.__bound__ or object,)])  # noqa: UP007
        if hasattr(annotation, "__supertype__"):
            return self._schema(cast(Any, annotation).__supertype__)
        return leaf(annotation)

    def _schema_of_named(self, kind: object, make: Callable[[], CoreSchema]) -> CoreSchema:
        """The schema of a type that may hold itself: then it is referred to."""
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

    def _options(self, annotation: object) -> CoreSchema:
        kind = get_origin(annotation) or annotation
        if sys.version_info < (3, 12) and type(kind).__module__ == "typing":
            raise UncheckableError(
                "on Python 3.11, pydantic knows no TypedDict of typing", "import TypedDict from typing_extensions"
            )
        parameters: tuple[object, ...] = getattr(kind, "__parameters__", ())
        given = dict(zip(parameters, get_args(annotation), strict=False))
        fields = {
            name: core_schema.typed_dict_field(
                self._schema(fill_type_variables(option.hint, given)), required=option.required
            )
            for name, option in (options_of(kind) or {}).items()
        }
        self.options.update(fields)
        said = cast("Mapping[str, object]", getattr(kind, "__pydantic_config__", {}))
        config = cast(CoreConfig, {**{name: said[name] for name in _LIMITS & said.keys()}, "strict": True})
        return core_schema.typed_dict_schema(fields, strict=False, extra_behavior="forbid", config=config)

    def _inside(self, _: object, args: Sequence[object]) -> CoreSchema:
        return self._schema(args[0])

    def _literal(self, _: object, args: Sequence[object]) -> CoreSchema:
        return one_of(args)

    def _union(self, _: object, args: Sequence[object]) -> CoreSchema:
        some: list[Any] = [self._schema(arg) for arg in args if arg is not NoneType]
        either = core_schema.union_schema(some, mode="left_to_right") if len(some) > 1 else some[0]
        return core_schema.nullable_schema(either) if NoneType in args else either

    def _schema_of_annotated(self, _: object, args: Sequence[object]) -> CoreSchema:
        """The type first, of the very value; then what is said of it."""
        kind, *said = args
        if any(type(remark) is EffectMarker for remark in said):
            return core_schema.no_info_plain_validator_function(checked_vector)
        if is_said(SkipValidation, said):
            return core_schema.any_schema()
        if is_said(Json, said):
            return leaf(Json)
        if is_said(ImportString, said):  # which would import what the text names
            rest = [remark for remark in said if not is_said(ImportString, [remark])]
            inner = self._schema(Annotated[(kind, *rest)] if rest else kind)
            return core_schema.chain_schema([inner, _IMPORTED]) if kind is Any or kind is object else inner
        schema = self._schema(kind)
        limits = limits_in(said)
        if not limits:
            return schema
        if any(map(has_schema, limits)):
            schema = core_schema.no_info_wrap_validator_function(_check_and_keep, schema)
        return core_schema.chain_schema([schema, asked(Annotated[(bare(kind), *limits)])])

    def _items(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        kind, shown = _ITEMS[get_origin(annotation) or annotation]
        items = self._schema(args[0]) if args else _ANYTHING
        look = _NO_TEXT if items == _ANYTHING else core_schema.list_schema(items, strict=False)
        return core_schema.chain_schema([instance_of(kind, shown), look])

    def _iterable(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        """The items of an iterator cannot be known before it is used up."""

        def look(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> object:
            if isinstance(cast(object, value), abc.Collection):
                handler(list(value))
            return value

        kind = instance_of(get_origin(annotation) or cast(type, annotation))
        items = self._schema(args[0]) if args else _ANYTHING
        if items == _ANYTHING:
            return kind
        looked = core_schema.no_info_wrap_validator_function(look, core_schema.list_schema(items))
        return core_schema.chain_schema([kind, looked])

    def _pairs(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        kind = get_origin(annotation) or cast(type, annotation)
        keys, values = map(self._schema, (*args, int)[:2] if args else (object, object))  # what a Counter has is int
        pairs = core_schema.dict_schema(keys, values, strict=False)
        return pairs if kind in {dict, Mapping} else core_schema.chain_schema([instance_of(kind), pairs])

    def _tuple(self, annotation: object, args: Sequence[object]) -> CoreSchema:
        places = list(_places(args if annotation not in _ANY_TUPLE else (object, ...)))
        repeated = next((index for index, (_, again) in enumerate(places) if again), None)
        items = [self._schema(kind) for kind, _ in places]
        ours = core_schema.tuple_schema(items, variadic_item_index=repeated, strict=False)
        return core_schema.chain_schema([instance_of((list, tuple), _EITHER), ours])

    def _class(self, _: object, args: Sequence[object]) -> CoreSchema:
        """Return the schema of `type[...]`. If `issubclass` cannot be asked, any class fits."""
        (kind,) = args or (object,)
        kind = (kind.__bound__ or object) if isinstance(kind, TypeVar) else kind
        if get_origin(kind) in {Union, UnionType}:
            return core_schema.union_schema([self._class(None, (member,)) for member in get_args(kind)])
        kind = object if kind is Any else get_origin(kind) or kind
        known = isinstance(kind, type) and not getattr(kind, "_is_protocol", False) and options_of(kind) is None
        return core_schema.is_subclass_schema(cast(type, kind)) if known else instance_of(type)


_EITHER = "list or tuple"
_ANY_TUPLE: tuple[object, ...] = (tuple, Tuple)  # noqa: UP006 - of which `tuple[()]` is to be told
_ITEMS: Mapping[object, tuple[type | tuple[type, ...], str | None]] = {
    list: ((list, tuple), _EITHER),
    abc.Sequence: ((list, tuple, abc.Sequence), "Sequence"),  # of which pydantic-core refuses text
    **{
        kind: (kind, None)
        for kind in (abc.MutableSequence, set, frozenset, abc.Set, abc.MutableSet, deque, abc.KeysView, abc.ValuesView)
    },
}
_PAIRS = (dict, abc.Mapping, abc.MutableMapping, OrderedDict, defaultdict, Counter, ChainMap)
_Form = Callable[[Fitting, object, Sequence[object]], CoreSchema]
_CONTAINERS: Mapping[object, _Form] = {
    **dict.fromkeys(_ITEMS, Fitting._items),
    **dict.fromkeys(_PAIRS, Fitting._pairs),
    **dict.fromkeys((abc.Iterable, abc.Collection, abc.Container, abc.Reversible), Fitting._iterable),
    tuple: Fitting._tuple,
    type: Fitting._class,
}
"""The classes whose values are looked into, by themselves and with types in brackets."""
_SPECIAL: Mapping[object, _Form] = {
    Annotated: Fitting._schema_of_annotated,
    Literal: Fitting._literal,
    **dict.fromkeys((Union, UnionType), Fitting._union),
    **dict.fromkeys(QUALIFIERS, Fitting._inside),
}
"""Names that mean something only with types in brackets."""


def _places(args: Sequence[object]) -> Iterator[tuple[object, bool]]:
    """Each place of a tuple, and whether there may be any number of it."""
    if args[1:] == (...,):
        yield args[0], True
        return
    for arg in args:
        if get_origin(arg) in UNPACKS or getattr(arg, "__unpacked__", False):
            packed = get_args(arg)[0] if get_origin(arg) in UNPACKS else arg
            yield from _places(get_args(packed) or (object, ...))
        else:
            yield arg, False


def _no_text(value: object) -> object:
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
_NO_TEXT = core_schema.no_info_plain_validator_function(_no_text)
"""Fits a sequence of anything without walking it: it may have ever so many items."""


def _check_and_keep(value: object, handler: core_schema.ValidatorFunctionWrapHandler) -> object:
    """A value, once it is checked: what comes next is to see the very value."""
    handler(value)
    return value
