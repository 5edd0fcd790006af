"""Names of connections, and patterns over them.

A name is a pair `(scope, key)`. The scope says whose a connection is, and the server derives it. The key says what the
connection is for, and the app chooses it. A key is a leaf, or a list or tuple of keys, nested at most 32 deep. A
pattern is a name in which `ANY` stands for one position and `REST`, as the last item, for all that follow. Wildcards
are Python objects, so no text from a browser is ever a wildcard.

Names are compared in a frozen form. In it a list and a tuple are the same, and types count: `1` is not `True`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple, cast, final
from uuid import UUID

from effects import EffectsError

__all__ = [
    "ANY",
    "REST",
    "Frozen",
    "Key",
    "Name",
    "PatternError",
    "Wildcard",
    "find_wildcard",
    "freeze_name",
    "freeze_pattern",
    "is_list",
    "matches",
    "patterns_in",
]

Key = object
"""A leaf (str, int, bool, bytes, UUID or None), or a list or tuple of keys."""
Name = Sequence[object]
"""A pair of scope and key."""

_MAX_DEPTH = 32


class PatternError(EffectsError, ValueError):
    """A name or pattern of connections cannot be used."""


@final
class Wildcard:
    """The type of `ANY` and `REST`."""

    __slots__ = ("_text",)

    def __init__(self, name: str) -> None:
        self._text = name

    def __repr__(self) -> str:
        return self._text

    def __reduce__(self) -> str:
        return self._text


ANY: Final = Wildcard("ANY")
"""Matches one position of a key, whatever is there."""
REST: Final = Wildcard("REST")
"""As the last item of a list, matches all the positions that follow, if any."""


def find_wildcard(name: object) -> Wildcard:
    """Return the wildcard that has this name, for tagged JSON. Raises `PatternError` if there is none."""
    for wildcard in (ANY, REST):
        if repr(wildcard) == name:
            return wildcard
    raise PatternError("there is no such wildcard", near="'ANY', 'REST'", fix="write one of them")


@final
class _TypedLeaf(NamedTuple):
    """A leaf with its type, for leaves that equal leaves of other types: `1 == True`."""

    kind: type
    value: Hashable


Frozen = str | bytes | UUID | None | Wildcard | _TypedLeaf | tuple["Frozen", ...]
"""A name or pattern in the frozen form, in which it is compared."""


def freeze_name(name: object) -> tuple[Frozen, Frozen]:
    """Return the frozen form of a name. Raises `PatternError` if it is no name or holds a wildcard."""
    frozen = freeze_pattern(name)
    if _has_wildcard(frozen):
        raise PatternError("a wildcard stands where one connection must be named", fix="patterns are for broadcast")
    return frozen


def _has_wildcard(frozen: Frozen) -> bool:
    if is_list(frozen):
        return any(map(_has_wildcard, cast("tuple[Frozen, ...]", frozen)))
    return isinstance(frozen, Wildcard)


def freeze_pattern(pattern: object) -> tuple[Frozen, Frozen]:
    """Return the frozen form of a name or pattern. Raises `PatternError` if it is neither."""
    if not isinstance(pattern, (list, tuple)) or len(cast("Sequence[object]", pattern)) != 2:
        raise PatternError(
            "a connection is named by a pair of scope and key", fix='write [scope, ["page", "home", ...]]'
        )
    scope, key = cast("Sequence[object]", pattern)
    if isinstance(scope, (list, tuple)) or scope is REST:
        raise PatternError("a scope is a single value, or ANY", fix="put structure into the key")
    return _freeze(scope, 0), _freeze(key, 0)


def _freeze(value: object, depth: int) -> Frozen:
    if type(value) is str or type(value) is Wildcard:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # the text alone, also if it is an Enum that is a str
    if isinstance(value, (list, tuple)):
        if depth >= _MAX_DEPTH:
            raise PatternError(f"a key is nested more than {_MAX_DEPTH} deep", fix="flatten it")
        items = tuple([_freeze(item, depth + 1) for item in cast("Sequence[object]", value)])
        if REST in items[:-1]:
            raise PatternError("REST stands before the end of a list", fix="it may only be the last item")
        return items
    if isinstance(value, int):
        return _TypedLeaf(type(value), value)
    if value is None or isinstance(value, (bytes, UUID)):
        return value
    raise PatternError(
        f"a {type(value).__name__} stands in a connection's key",
        fix="keys are made of str, int, bool, bytes, UUID, None",
    )


def patterns_in(exclude: Sequence[object]) -> Sequence[object]:
    """Return the patterns of an `exclude` option as a list. The option is a name or pattern, or a list of them.

    A single pattern begins with a scope, which is never a list; a list of patterns begins with a list or tuple.
    """
    are_patterns = all(isinstance(item, (list, tuple)) for item in exclude)
    return exclude if are_patterns else [cast(object, exclude)]


def matches(pattern: Frozen, name: Frozen) -> bool:
    """Whether a frozen name has the shape and the literals of a frozen pattern."""
    if pattern is ANY:
        return True
    if not is_list(pattern) or not is_list(name):
        return pattern == name and is_list(pattern) == is_list(name)
    pattern_items, name_items = cast("tuple[Frozen, ...]", pattern), cast("tuple[Frozen, ...]", name)
    if pattern_items and pattern_items[-1] is REST:
        pattern_items = pattern_items[:-1]
        name_items = name_items[: len(pattern_items)] if len(name_items) >= len(pattern_items) else ()
    return len(pattern_items) == len(name_items) and all(map(matches, pattern_items, name_items))


def is_list(value: Frozen) -> bool:
    """Whether a part of a frozen name or pattern is a list, not a leaf."""
    return isinstance(value, tuple) and type(value) is not _TypedLeaf
