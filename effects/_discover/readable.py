"""Our annotations as Hypothesis reads them: its own strategies stand where it would not know what we mean."""

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

    Made = SearchStrategy[object]

__all__ = ["Readable"]

_ANYTHING: tuple[object, ...] = (object, Any, JsonValue)
_LISTS: frozenset[object] = frozenset({list, Sequence, Iterable, Collection})
_DICTS: frozenset[object] = frozenset({dict, Mapping, MutableMapping})
_PLAINLY: Mapping[object, Any] = {**dict.fromkeys(_LISTS, list), **dict.fromkeys(_DICTS, dict)}
"""The class that is made if any class of a kind would do."""
_AS_IT_IS: tuple[object, ...] = (Literal, Callable, type)
"""Types whose arguments are no types of values that are to be made."""
_MAX_ITEMS = 3
"""How many items a list of anything has at most: samples are for people to read."""


@final
class Readable:
    """Makes strategies of annotations. `effects` is what an argument that holds an effect is made by."""

    def __init__(self, strategies: Any, effects: Made, letters: str | None) -> None:
        self._st = strategies
        self._effects = effects
        self._text: Made = strategies.text() if letters is None else strategies.text(letters, max_size=12)
        self._leaves: Mapping[object, Made] = {
            str: self._text,
            float: strategies.floats(allow_nan=False, allow_infinity=False),
        }
        leaf = strategies.none() | strategies.booleans() | strategies.integers() | self._leaves[float] | self._text
        self._json: Made = strategies.recursive(leaf, self._containers, max_leaves=_MAX_ITEMS)
        self._records: dict[type, Made] = {}
        self._named: list[tuple[object, Made]] = []

    def _containers(self, inner: Made) -> Made:
        lists, dicts = (
            self._st.lists(inner, max_size=_MAX_ITEMS),
            self._st.dictionaries(self._text, inner, max_size=_MAX_ITEMS),
        )
        return cast("Made", lists | dicts)

    def strategy(self, annotation: object) -> Made:
        """The strategy for values of a type. It may be one that Hypothesis refuses once it is asked."""
        return cast("Made", self._st.from_type(self._read_annotation(annotation)))

    def _read_annotation(self, annotation: object) -> Any:
        inside, _ = open_annotation(annotation)
        made = self._by_name(annotation) if is_alias(annotation) else self._strategy_for(annotation, inside)
        if made is not None:
            return Annotated[object, made]
        bounds = tuple(extra for extra in extras(annotation) if not isinstance(extra, FieldInfo))
        plain = self._generic_strategy(inside)
        return Annotated[(plain, *bounds)] if bounds else plain

    def _strategy_for(self, annotation: object, inside: object) -> Made | None:
        """The strategy where it is ours to choose one."""
        if examples := examples_in(annotation):
            return cast("Made", self._st.sampled_from(examples))
        if is_effect(annotation):
            return self._effects
        if pattern := next((found for extra in extras(annotation) if (found := getattr(extra, "pattern", None))), None):
            return cast("Made", self._st.from_regex(pattern))
        if inside in _ANYTHING:
            return self._json
        return self._record_strategy(inside) if isinstance(inside, type) and fields_of(inside) else None

    def _by_name(self, annotation: object) -> Made:
        """For a name of a type, which may hold itself."""
        if annotation is JsonValue:
            return self._json
        for name, made in self._named:
            if name == annotation:
                return made
        self._named.append((annotation, self._st.deferred(lambda: self.strategy(resolve_alias(annotation)))))
        return self._named[-1][1]

    def _generic_strategy(self, annotation: object) -> Any:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin in {Union, UnionType}:
            return Union[tuple(map(self._read_annotation, args))]  # noqa: UP007 - built at run time
        if origin in _AS_IT_IS:
            return annotation
        if not args:  # as in bare `typing.List`, which is list
            return self._bare_strategy(origin or annotation)
        read = tuple(arg if arg is Ellipsis else self._read_annotation(arg) for arg in args)
        return _PLAINLY.get(origin, origin)[read]

    def _bare_strategy(self, annotation: object) -> Any:
        anything = Annotated[object, self._json]
        if annotation in _LISTS:
            return list[anything]
        if annotation in _DICTS:
            return dict[str, anything]
        leaf = self._leaves.get(annotation)
        return annotation if leaf is None else Annotated[annotation, leaf]

    def _record_strategy(self, kind: type) -> Made:
        """For a TypedDict, a model or a dataclass, which may hold itself."""
        if kind not in self._records:
            self._records[kind] = self._st.deferred(lambda: self._fill_record(kind, fields_of(kind)))
        return self._records[kind]

    def _fill_record(self, kind: type, fields: Sequence[Argument]) -> Made:
        required = {field.name: self.strategy(field.annotation) for field in fields if field.required}
        optional = {field.name: self.strategy(field.annotation) for field in fields if not field.required}
        fill_type_variables = self._st.fixed_dictionaries(required, optional=optional)
        return cast(
            "Made", fill_type_variables if is_typeddict(kind) else fill_type_variables.map(partial(_instance, kind))
        )


def _instance(kind: type, values: Mapping[str, object]) -> object:
    """An object of a class; where its own validators say no, Hypothesis tries other values."""
    from hypothesis import reject

    if not issubclass(kind, BaseModel):
        return kind(**values)
    try:
        return kind(**{kind.model_fields[name].alias or name: value for name, value in values.items()})
    except ValidationError:
        reject()
