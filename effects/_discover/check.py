"""`dispatch.check`: the problems of effects that no values of their placeholders could solve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from .._annotations.checkers import Checker
from .._annotations.complaints import explain
from .._assembly.tables import Entry, Tables
from .._language.containers import parts_in
from .._language.display import type_name
from .._language.errors import ArgumentError, EffectsError, PlaceholderError, ShapeError, UnknownKeyError, near
from .._language.limits import Limits
from .._language.paths import render
from .._language.vectors import Placeholder, list_problem, plain_key, vector_problem
from .._registry.signatures import count_problem
from .._registry.spots import Spot, spots

__all__ = ["check"]


def check(tables: Tables, limits: Limits, effects: object) -> Iterator[EffectsError]:
    """Yield every problem of a list of effect vectors, and of those nested in them, in order.

    It sees what a dispatch sees, and uses no recursion. A vector that stands in several places is looked at once.
    """
    problem = list_problem(effects)
    if problem is not None:
        yield ShapeError(problem[0], fix=problem[1])
        return
    waiting = [vector for _, vector in reversed(parts_in(effects))]
    seen: dict[int, object] = {}
    while waiting:
        vector = waiting.pop()
        if id(vector) not in seen:
            seen[id(vector)] = vector
            inside: list[object] = []
            yield from _vector_problems(tables, limits, vector, inside)
            waiting += reversed(inside)


def _vector_problems(tables: Tables, limits: Limits, vector: object, inside: list[object]) -> Iterator[EffectsError]:
    """Yield the problems of one vector. Put the effects nested in it into `inside`."""
    problem = vector_problem(vector)
    if problem is not None:
        yield ShapeError(problem[0], fix=problem[1])
        return
    key, *args = [plain_key(part) if not place else part for place, part in parts_in(vector)] or [""]
    entry = tables.entries.get(key)
    if entry is None:
        yield UnknownKeyError(
            f"no interpreter for effect {key!r}",
            near=near(key, tables.entries),
            fix="load the plugin that provides it, or register an interpreter",
        )
        return
    if not entry.at_least <= len(args) <= entry.at_most:
        yield ArgumentError(f"{key!r} {count_problem(entry.signature, args)}", fix=entry.signature.usage)
        return
    all_spots = list(spots(args, entry.signature, limits.nodes))
    inside += [spot.value for spot in all_spots if spot.role == "effect" and spot.problem is None]
    for index, arg in enumerate(args):
        spots_here = [spot for spot in all_spots if spot.path[0] == index + 1]
        yield from _argument_problems(tables, entry, _check_at(entry, index), arg, spots_here)


def _check_at(entry: Entry, index: int) -> Checker:
    checks, rest = entry.signature.checks, entry.signature.rest
    return checks[index] if index < len(checks) else cast(Checker, rest)


def _argument_problems(
    tables: Tables, entry: Entry, check: Checker, arg: object, spots_here: Sequence[Spot]
) -> Iterator[EffectsError]:
    problems = [spot for spot in spots_here if spot.problem is not None]
    for spot in problems:
        what, fix = cast("tuple[str, str]", spot.problem)
        kind = PlaceholderError if spot.role == "value" else ShapeError
        yield kind(f"in {entry.key!r}: {render(spot.path[1:], check.name)}: {what}", fix=fix)
    placeholders = [spot.value for spot in spots_here if type(spot.value) is Placeholder and spot.problem is None]
    for key in sorted({placeholder.key for placeholder in placeholders} - tables.placeholders.keys()):
        yield PlaceholderError(
            f"in {entry.key!r}: nobody registers the placeholder {key!r}",
            near=near(key, tables.placeholders),
            fix="load the plugin that provides it",
        )
    if not problems and not placeholders and (complaint := _complaint(check, arg)) is not None:
        yield ArgumentError(
            f"in {entry.key!r}: {complaint.what}", near=complaint.near, fix=f"{entry.signature.usage}; {complaint.fix}"
        )


def _complaint(check: Checker, arg: object) -> ArgumentError | None:
    try:
        return None if check.accepts(arg) else explain((check,), None, [arg])
    except Exception as error:  # noqa: BLE001 - a type's own check may raise anything
        return ArgumentError(f"{check.name}: its check failed: {type_name(error)}", fix="see what its type does")
