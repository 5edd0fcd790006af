"""Effect vectors, and the placeholders inside them.

An effect vector is a list or tuple: a string key, then arguments. Both types of container mean the same.
A `Placeholder` is a Python object, so nothing that was decoded from JSON can ever be one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar, cast, final

from pydantic_core import PydanticCustomError, core_schema

from .containers import MAX_ITEMS, first_in, is_list, parts_in
from .display import type_name

__all__ = [
    "Effect",
    "EffectMarker",
    "Placeholder",
    "checked_vector",
    "find_placeholders",
    "list_problem",
    "plain_key",
    "vector_problem",
]

T = TypeVar("T")
Problem = tuple[str, str]
"""A fault, and its fix."""
_NO_KEY: Final = object()


@final
@dataclass(frozen=True, slots=True, init=False, repr=False)
class Placeholder:
    """A value that is bound late: resolved from the dispatch's data just before its effect runs.

    `key` names a registered placeholder; `args` are passed to it after the data. Two placeholders are equal when
    key and arguments are. Arguments are plain values: a placeholder inside a placeholder is refused.

    >>> ["alerts/send", Placeholder("clock/now")]
    ['alerts/send', Placeholder('clock/now')]
    """

    key: str
    args: tuple[object, ...]

    def __init__(self, key: str, *args: object) -> None:
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a placeholder's key is a str, not {type(key).__name__}")
        if any(find_placeholders(args)):
            raise TypeError(
                f"placeholder {key!r} has a placeholder among its arguments; "
                "placeholders do not nest: register one whose function does both"
            )
        object.__setattr__(self, "key", plain_key(key))
        object.__setattr__(self, "args", args)

    def __init_subclass__(cls) -> None:
        raise TypeError("Placeholder has no subclasses: nothing would look for them")

    def __repr__(self) -> str:
        return f"Placeholder({', '.join(map(repr, (self.key, *self.args)))})"


def find_placeholders(template: object) -> Iterator[Placeholder]:
    """Yield every placeholder in a vector, or in other data that is kept to be dispatched later, at any depth.

    They are found wherever a dispatch would look: in lists, tuples, dicts and their keys, sets, deques, mappings and
    sequences of any class, dataclasses and pydantic models.
    """
    seen: dict[int, object] = {}  # values that a mapping makes when it is read must live, or others get their ids
    waiting = [template]
    while waiting and len(waiting) + len(seen) < MAX_ITEMS:  # there may be no end
        value = waiting.pop()
        if type(value) is Placeholder:
            yield value
        elif id(value) not in seen and (parts := parts_in(value)):
            seen[id(value)] = value
            waiting.extend(part for name, inner in reversed(parts) for part in (inner, name))


def plain_key(key: T) -> T:
    """Return the plain text of a key that is a member of a `StrEnum`, or of any other subclass of str, even if it
    overrides `__str__`.

    A key that is no str is returned as it is: callers refuse it.
    """
    return cast("T", str.__str__(key)) if isinstance(key, str) else key


def _one_line(key: str) -> str:
    """Return a key in one line, with escapes for line breaks and its like."""
    return str.__getitem__(key, slice(40)).encode("unicode_escape").decode()


def list_problem(effects: object) -> Problem | None:
    """Return why `effects` is no list of effect vectors, and the fix; None if it is one. Looks at the outermost list
    only.
    """
    if not is_list(effects):
        if type(effects) is Placeholder:
            return "a placeholder stands where a list of effect vectors belongs", "late binding is for arguments only"
        return (
            f"a list of effect vectors is needed, not {type_name(effects)}",
            'write [["key", argument, ...], ...]',
        )
    if issubclass(type(first := first_in(effects)), str):
        return (
            "a bare effect vector stands where a list of them belongs",
            f'put it in brackets: [["{_one_line(cast(str, first))}", ...]]',
        )
    return None


def vector_problem(vector: object) -> Problem | None:
    """Return why `vector` is no effect vector, and the fix; None if it is one. Looks at its container and key only."""
    kind: object = type(vector)
    if kind is list and vector and type(cast("list[object]", vector)[0]) is str:
        return None  # nearly all vectors end here
    if not is_list(vector):
        if type(vector) is Placeholder:
            return "a placeholder stands where an effect vector belongs", "late binding is for arguments only"
        return f"an effect vector is a list or tuple, not {type_name(vector)}", 'write ["key", argument, ...]'
    key = first_in(vector, _NO_KEY)
    if key is _NO_KEY:
        return "an effect vector is empty", 'write ["key", argument, ...]'
    if not issubclass(type(key), str):
        if type(key) is Placeholder:
            return "a placeholder stands where an effect key belongs", "write the key itself: it is never late-bound"
        return (
            f"an effect key is a str, not {type_name(key)}",
            "is this a list of effect vectors where one vector belongs?",
        )
    return None


@final
class EffectMarker:
    """Marks an annotation as holding effect vectors: bound late, and checked for shape only."""

    def __repr__(self) -> str:
        return "EffectMarker()"

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(checked_vector)


def checked_vector(value: object) -> object:
    if (problem := vector_problem(value)) is not None:
        raise PydanticCustomError("effect_vector", "{what}; {fix}", {"what": problem[0], "fix": problem[1]})
    return value


Effect = Annotated[Sequence[Any], EffectMarker()]
"""The annotation of a parameter that holds one effect vector: a continuation.

`then: Effect`, `*then: Effect`, `Sequence[Effect]`, `Effect | None`, or a field of an options TypedDict. Placeholders
in it are left alone until the dispatch that runs it.
"""
