"""Hypothesis strategies for our annotations. Most come from Hypothesis; this module makes those for types that it would
not understand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from functools import partial
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, final, get_args, get_origin

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from .._annotations.aliases import is_alias, resolve_alias
from .._annotations.text import examples_in, extras, is_effect, open_annotation
from .parameters import Argument, fields_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[object]

__all__ = ["StrategyMaker"]

_ANYTHING: tuple[object, ...] = (object, Any, JsonValue)
_LISTS: frozenset[object] = frozenset({list, Sequence, Iterable, Collection})
_DICTS: frozenset[object] = frozenset({dict, Mapping, MutableMapping})
_DEFAULT_CLASSES: Mapping[object, Any] = {**dict.fromkeys(_LISTS, list), **dict.fromkeys(_DICTS, dict)}
"""The class to make if any class of a kind would do."""
_AS_IT_IS: tuple[object, ...] = (Literal, Callable, type)
"""Types whose arguments are not types of values to make."""
_MAX_ITEMS = 3
"""At most this many items are in a list of anything: samples are for people to read."""


@final
class StrategyMaker:
    """Makes strategies of annotations. `effects` is the strategy for an argument that holds an effect."""

    def __init__(self, strategies: Any, effects: Strategy, letters: str | None) -> None:
        self._st = strategies
        self._effects = effects
        self._text: Strategy = strategies.text() if letters is None else strategies.text(letters, max_size=12)
        self._leaves: Mapping[object, Strategy] = {
            str: self._text,
            float: strategies.floats(allow_nan=False, allow_infinity=False),
        }
        leaf = strategies.none() | strategies.booleans() | strategies.integers() | self._leaves[float] | self._text
        self._json: Strategy = strategies.recursive(leaf, self._containers, max_leaves=_MAX_ITEMS)
        self._records: dict[type, Strategy] = {}
        self._named: list[tuple[object, Strategy]] = []

    def _containers(self, inner: Strategy) -> Strategy:
        lists, dicts = (
            self._st.lists(inner, max_size=_MAX_ITEMS),
            self._st.dictionaries(self._text, inner, max_size=_MAX_ITEMS),
        )
        return cast("Strategy", lists | dicts)

    def strategy(self, annotation: object) -> Strategy:
        """Return the strategy for values of a type. Hypothesis may refuse it later, when it is used."""
        return cast("Strategy", self._st.from_type(self._read_annotation(annotation)))

    def _read_annotation(self, annotation: object) -> Any:
        inside, _ = open_annotation(annotation)
        strategy = self._named_strategy(annotation) if is_alias(annotation) else self._strategy_for(annotation, inside)
        if strategy is not None:
            return Annotated[object, strategy]
        bounds = tuple(extra for extra in extras(annotation) if not isinstance(extra, FieldInfo))
        plain = self._generic_strategy(inside)
        return Annotated[(plain, *bounds)] if bounds else plain

    def _strategy_for(self, annotation: object, inside: object) -> Strategy | None:
        """Return the strategy for an annotation that Hypothesis would not understand; None for any other."""
        if examples := examples_in(annotation):
            return cast("Strategy", self._st.sampled_from(examples))
        if is_effect(annotation):
            return self._effects
        if pattern := next((text for extra in extras(annotation) if (text := getattr(extra, "pattern", None))), None):
            return cast("Strategy", self._st.from_regex(pattern))
        if inside in _ANYTHING:
            return self._json
        return self._record_strategy(inside) if isinstance(inside, type) and fields_of(inside) else None

    def _named_strategy(self, annotation: object) -> Strategy:
        """Return the strategy for a name of a type, which may hold itself."""
        if annotation is JsonValue:
            return self._json
        for name, strategy in self._named:
            if name == annotation:
                return strategy
        self._named.append((annotation, self._st.deferred(lambda: self.strategy(resolve_alias(annotation)))))
        return self._named[-1][1]

    def _generic_strategy(self, annotation: object) -> Any:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin in {Union, UnionType}:
            return Union[tuple(map(self._read_annotation, args))]  # noqa: UP007 - built at run time
        if origin in _AS_IT_IS:
            return annotation
        if not args:  # bare, such as `typing.List`, whose origin is list
            return self._bare_strategy(origin or annotation)
        arguments = tuple(arg if arg is Ellipsis else self._read_annotation(arg) for arg in args)
        return _DEFAULT_CLASSES.get(origin, origin)[arguments]

    def _bare_strategy(self, annotation: object) -> Any:
        anything = Annotated[object, self._json]
        if annotation in _LISTS:
            return list[anything]
        if annotation in _DICTS:
            return dict[str, anything]
        leaf = self._leaves.get(annotation)
        return annotation if leaf is None else Annotated[annotation, leaf]

    def _record_strategy(self, kind: type) -> Strategy:
        """Return the strategy for a TypedDict, a model or a dataclass, which may hold itself."""
        if kind not in self._records:
            self._records[kind] = self._st.deferred(lambda: self._fill_record(kind, fields_of(kind)))
        return self._records[kind]

    def _fill_record(self, kind: type, fields: Sequence[Argument]) -> Strategy:
        required = {field.name: self.strategy(field.annotation) for field in fields if field.required}
        optional = {field.name: self.strategy(field.annotation) for field in fields if not field.required}
        record = self._st.fixed_dictionaries(required, optional=optional)
        return cast("Strategy", record if is_typeddict(kind) else record.map(partial(_instance, kind)))


def _instance(kind: type, values: Mapping[str, object]) -> object:
    """Make an object of a class. If its own validators refuse the values, Hypothesis tries others."""
    from hypothesis import reject

    if not issubclass(kind, BaseModel):
        return kind(**values)
    try:
        return kind(**{kind.model_fields[name].alias or name: value for name, value in values.items()})
    except ValidationError:
        reject()
