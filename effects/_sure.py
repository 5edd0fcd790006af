"""What fits an annotation for sure, so that pydantic is not asked: values of simple types, and options of such values.

None of it holds a placeholder, either. Of everything else nothing is said here: it may fit as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, cast, final, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

__all__ = ["SureOptions", "sure_options", "sure_types"]

_SIMPLE: frozenset[type] = frozenset({str, int, float, bool, bytes, type(None)})


def sure_types(annotation: object) -> frozenset[type]:
    """The simple types that an annotation names, by itself or in a union."""
    named = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return frozenset(kind for kind in _SIMPLE if any(kind is one for one in named))


@final
class SureOptions:
    """Says yes to a dict of options that all have a simple type, or are one of the strings that are named."""

    __slots__ = ("_required", "_types", "_words")

    def __init__(self, hints: Mapping[str, object], required: frozenset[str]) -> None:
        self._types = {name: sure_types(hint) for name, hint in hints.items()}
        self._words = {name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
        self._required = required

    def __call__(self, value: Any) -> bool:
        if type(value) is not dict:
            return False
        options = cast("dict[str, object]", value)
        for name, option in options.items():
            kind = type(option)
            if kind not in self._types.get(name, ()) and (kind is not str or option not in self._words.get(name, ())):
                return False
        return not self._required or self._required <= options.keys()


def sure_options(annotation: object) -> SureOptions | None:
    """What says of the options that a TypedDict describes whether they fit for sure. None for any other annotation."""
    if not is_typeddict(annotation) or hasattr(annotation, "__pydantic_config__"):
        return None
    named = cast(Any, annotation)
    return SureOptions(get_type_hints(named, include_extras=True), named.__required_keys__)
