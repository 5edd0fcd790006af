"""The hint for effects in an argument that is not annotated as effects: its author has forgotten to write `Effect`.

The placeholders of such effects are resolved at once, with the arguments of the effect around them, and not when they
run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from .._language.containers import PLAIN
from .._language.errors import PlaceholderError
from .._language.paths import Path
from .._language.vectors import Placeholder
from .._registry.signatures import Signature

__all__ = ["too_early"]


def too_early(
    error: BaseException,
    placeholder: Placeholder | None,
    place: Path,
    args: Sequence[object],
    signature: Signature,
    keys: Mapping[str, object],
) -> BaseException:
    """Return the error of a placeholder; if it was resolved too early, an error that says so, with that as its cause.

    `place` leads from the vector to the placeholder. `keys` are those that are registered.
    """
    if placeholder is None or not isinstance(error, Exception) or not _leads_through_an_effect(place, args, keys):
        return error
    index = cast(int, place[0]) - 1
    parameter = signature.checks[index] if index < len(signature.checks) else signature.rest
    name = "it" if parameter is None else parameter.name
    early = PlaceholderError(
        f"placeholder {placeholder.key!r} was resolved before the effect that it stands in was dispatched: "
        f"{type(error).__name__}",
        fix=f"annotate {name!r} as Effect, so that its placeholders wait; {signature.usage}",
    )
    early.__cause__ = error
    return early


def _leads_through_an_effect(place: Path, args: Sequence[object], keys: Mapping[str, object]) -> bool:
    value: object = (None, *args)
    for token in place:
        if _is_effect(value, keys):
            return True
        try:
            value = cast("dict[object, object]", value)[token]
        except LookupError:  # the name of an option that is no str
            return False
    return False


def _is_effect(value: object, keys: Mapping[str, object]) -> bool:
    items = cast("Sequence[object]", value)
    return type(value) in PLAIN and len(items) > 0 and type(items[0]) is str and items[0] in keys
