"""Values that fit an annotation for sure, so that pydantic is not asked: values of simple types, small lists where any
list may stand, and options with such values.

None of them holds a placeholder, either. All other values may fit as well: this module does not decide that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Literal, NotRequired, Required, Union, cast, final, get_args, get_origin

from .._language.containers import PLAIN, READERS
from .options import options_of

__all__ = ["PlainOptions", "exact_types", "plain_options"]

_SIMPLE: frozenset[type] = frozenset({str, int, float, bool, bytes, type(None)})


_ANY_LIST: tuple[object, ...] = (Sequence[object], list[object])
_MARKED: tuple[object, ...] = (Required, NotRequired)
_MAX_ITEMS = 16
"""The engine looks into longer lists as into all other data, and counts their items."""
_MAX_DEPTH = 2
"""How deep lists may be nested below the first."""


def exact_types(annotation: object) -> frozenset[type]:
    """Return the simple types that an annotation names, by itself or in a union."""
    members = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return frozenset(kind for kind in _SIMPLE if any(kind is member for member in members))


@final
class PlainOptions:
    """Accepts a dict of options if each has a simple type that fits, is a string that its `Literal` names, or is a
    small list where any list may stand.
    """

    __slots__ = ("_lists", "_required", "_types", "_words")

    def __init__(self, hints: Mapping[str, object], required: frozenset[str]) -> None:
        self._lists = frozenset(name for name, hint in hints.items() if hint in _ANY_LIST)
        self._types = {name: exact_types(hint) for name, hint in hints.items()}
        self._words = {
            name: [word for word in get_args(hint) if type(word) is str]  # a `StrEnum` would be equal to one
            for name, hint in hints.items()
            if get_origin(hint) is Literal
        }
        self._required = required

    def __call__(self, value: Any) -> bool:
        if type(value) is not dict:
            return False
        options = cast("dict[str, object]", value)
        for name, option in options.items():
            kind = type(option)
            if kind in PLAIN:
                if name not in self._lists or not _is_small(cast("list[object]", option), _MAX_DEPTH):
                    return False
            elif kind not in self._types.get(name, ()) and (kind is not str or option not in self._words.get(name, ())):
                return False
        return not self._required or self._required <= options.keys()


def _is_small(items: Sequence[object], depth: int) -> bool:
    """Whether a list is so small and simple that a glance shows that it holds no placeholder."""
    if len(items) > _MAX_ITEMS:
        return False
    for item in items:
        kind = type(item)
        if READERS[kind] and (kind not in PLAIN or not depth or not _is_small(cast("list[object]", item), depth - 1)):
            return False
    return True


def plain_options(annotation: object) -> PlainOptions | None:
    """Return a function that tells whether options fit a TypedDict for sure. Returns None for any other annotation."""
    options = None if hasattr(annotation, "__pydantic_config__") else options_of(annotation)
    if options is None:
        return None
    hints = {
        name: get_args(option.hint)[0] if get_origin(option.hint) in _MARKED else option.hint
        for name, option in options.items()
    }
    return PlainOptions(hints, frozenset(name for name, option in options.items() if option.required))
