"""The options that a TypedDict describes: one reader for the check, the quick check and the description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, NotRequired, Required, cast, final, get_args, get_origin

from typing_extensions import ReadOnly, get_type_hints, is_typeddict

__all__ = ["Option", "options_of"]

_REQUIRED_BY_FORM: Mapping[object, bool] = {Required: True, NotRequired: False}


@final
class Option(NamedTuple):
    """One option."""

    hint: object
    """Its annotation, with qualifiers and metadata."""
    required: bool


def options_of(kind: object) -> Mapping[str, Option] | None:
    """Return the options of a TypedDict by name; None for any other type. Raises `NameError` if an annotation cannot be
    resolved.

    The annotation of an option counts before the class's own list: if annotations are text, as with `from __future__
    import annotations`, the class has read none of them.
    """
    if not is_typeddict(kind):
        return None
    required: frozenset[str] = cast(Any, kind).__required_keys__
    hints = cast("Mapping[str, object]", get_type_hints(kind, include_extras=True))
    return {name: Option(hint, _is_required(hint, name in required)) for name, hint in hints.items()}


def _is_required(hint: object, otherwise: bool) -> bool:
    while (origin := get_origin(hint)) in {Annotated, ReadOnly}:
        hint = get_args(hint)[0]
    return _REQUIRED_BY_FORM.get(origin, otherwise)
