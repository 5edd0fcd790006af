"""The places of placeholders and effects in arguments, one by one: for checks, and to say which placeholder is wrong.

`_engine.placeholders` finds the same placeholders in less time. It tells only that something may be wrong, and this
module says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, final

from .._annotations.late import Late
from .._language.containers import REBUILT, parts_in
from .._language.display import type_name
from .._language.paths import Link, Path, flatten, token
from .._language.vectors import Placeholder, Problem, vector_problem
from .signatures import Signature

__all__ = ["NO_EFFECT", "Spot", "first_misplaced", "spots"]


@final
class Spot(NamedTuple):
    """A place in arguments that matters to a dispatch or a check."""

    role: Literal["value", "effect"]
    """`value`: a placeholder, or data that contains itself. `effect`: a value that is taken for a nested effect."""
    value: object
    path: Path
    """The place, from the vector inwards: it begins with the number of the argument."""
    problem: Problem | None
    """Why it may not stand there, and the fix; None if it may."""


NO_EFFECT: Final[Problem] = (
    "a placeholder stands where an effect vector belongs",
    "late binding is for values inside effects",
)
_CYCLE: Final[Problem] = "an argument contains itself", "dispatch data is a tree; send ids instead of links"
_TOO_MUCH: Final[Problem] = (
    "an argument holds more data than may be walked",
    "say less at once, or raise it: create_dispatch(..., limits=Limits(nodes=...))",
)
_KEY: Final = "the key of a dict"
_END: Final = "end"


def first_misplaced(args: Sequence[object], signature: Signature, most: int) -> Spot | None:
    """Return the first placeholder that may not stand where it does, or the first data that contains itself."""
    return next((spot for spot in spots(args, signature, most) if spot.problem and spot.role == "value"), None)


def spots(args: Sequence[object], signature: Signature, most: int) -> Iterator[Spot]:
    """Yield all placeholders that are bound when a vector with these arguments runs, and all effects nested in it, in
    order.

    A value that stands in several places of an argument comes once, with its first place. Nested effects are not looked
    into: their placeholders are bound when they run. Data of more than `most` items is a problem of its own.
    """
    for index, arg in enumerate(args):
        yield from _spots_in(arg, index + 1, signature.late_at(index), most)


def _spots_in(arg: object, index: int, place: Late | None, most: int) -> Iterator[Spot]:
    waiting: list[tuple[object, Link, Late | None, str | None]] = [(arg, (None, index), place, None)]
    around: set[int] = set()
    seen: dict[tuple[int, Late | None, bool], object] = {}
    while waiting:
        value, link, late, fixed = waiting.pop()
        if fixed is _END:
            around.discard(id(value))
            continue
        if type(value) is Placeholder:
            yield Spot("value", value, flatten(link), _placeholder_problem(late, fixed))
            continue
        if late is not None and (late.is_only_effect or late.is_vector(value)):
            yield Spot("effect", value, flatten(link), vector_problem(value))
            if late.is_vector(value):
                continue
        if fixed is None and id(value) in around:
            yield Spot("value", value, flatten(link), _CYCLE)
        elif (key := (id(value), late, fixed is None)) not in seen and (parts := parts_in(value, most + 1)):
            seen[key] = value
            most -= len(parts)
            if most < 0:
                yield Spot("value", value, flatten(link), _TOO_MUCH)
                return
            if type(value) in REBUILT:
                around.add(id(value))
                waiting.append((value, link, None, _END))
            else:
                fixed = fixed or f"a container of type {type_name(value)}"
            for name, item in reversed(parts):
                below = (link, token(name))
                waiting.append((item, below, None if late is None else late.at(name), fixed))
                if type(name) is not int and type(name) is not str:
                    waiting.append((name, below, None, _KEY))


def _placeholder_problem(late: Late | None, fixed: str | None) -> Problem | None:
    """Return why a placeholder may not stand somewhere, and the fix; None if it may. `fixed` names the container that
    it stands in, if a dispatch does not rebuild it.
    """
    if late is not None and late.effect and not late.holds_more:
        return NO_EFFECT
    if late is not None:
        free = ", ".join(repr(name) for name, place in late.named.items() if place is None and type(name) is str)
        inside = f"placeholders may stand for {free}" if free else NO_EFFECT[1]
        return "a placeholder stands for something that may hold effects", f"write it down here: {inside}"
    if fixed is not None:
        return f"a placeholder stands in {fixed}", "values are put into lists, tuples and dicts: write one of these"
    return None
