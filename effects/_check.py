"""`dispatch.check`: what keeps effects from ever working, whatever their placeholders will come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from ._errors import ArgumentError, EffectsError, PlaceholderError, ShapeError, UnknownKeyError, near
from ._signatures import Late, miscounted
from ._tables import Entry, Tables
from ._validation import explain
from ._vectors import find_placeholders, list_problem, plain_key, vector_problem

__all__ = ["check"]


def check(tables: Tables, effects: object) -> Iterator[EffectsError]:
    """Every problem of a list of effect vectors, and of those nested in them."""
    problem = list_problem(effects)
    if problem is not None:
        yield ShapeError(problem[0], fix=problem[1])
        return
    for vector in cast(Sequence[object], effects):
        yield from _of_vector(tables, vector)


def _of_vector(tables: Tables, vector: object) -> Iterator[EffectsError]:
    problem = vector_problem(vector)
    if problem is not None:
        yield ShapeError(problem[0], fix=problem[1])
        return
    key, *args = cast(Sequence[object], vector)
    key = plain_key(cast(str, key))
    entry = tables.entries.get(key)
    if entry is None:
        yield UnknownKeyError(
            f"no interpreter for effect {key!r}",
            near=near(key, tables.entries),
            fix="load the plugin that provides it, or register an interpreter",
        )
        return
    if not entry.at_least <= len(args) <= entry.at_most:
        yield ArgumentError(f"{key!r} {miscounted(entry.signature, args)}", fix=entry.signature.usage)
        return
    for index, arg in enumerate(args):
        yield from _of_argument(tables, entry, index, arg)


def _of_argument(tables: Tables, entry: Entry, index: int, arg: object) -> Iterator[EffectsError]:
    nested, now = _split(arg, entry.signature.late_at(index))
    for one in nested:
        if isinstance(one, (list, tuple)) and one:
            items = cast(Sequence[object], one)
            yield from check(tables, items) if isinstance(items[0], (list, tuple)) else _of_vector(tables, items)
    placeholders = list(find_placeholders(now))
    for key in sorted({one.key for one in placeholders} - tables.placeholders.keys()):
        yield PlaceholderError(
            f"in {entry.key!r}: nobody registers the placeholder {key!r}",
            near=near(key, tables.placeholders),
            fix="load the plugin that provides it",
        )
    checks, rest = entry.signature.checks, entry.signature.rest
    checker = checks[index] if index < len(checks) else rest
    if checker is not None and now is not None and not placeholders and not checker.accepts(arg):
        complaint = explain((checker,), None, [arg])
        yield ArgumentError(
            f"in {entry.key!r}: {complaint.what}", near=complaint.near, fix=f"{entry.signature.usage}; {complaint.fix}"
        )


def _split(arg: object, late: Late) -> tuple[list[object], object]:
    """What of an argument holds effects, and what of it is bound at once."""
    if late is True:
        return [arg], None
    if late is False or not isinstance(arg, dict):
        return [], arg
    options = cast(Mapping[str, object], arg)
    return [options[name] for name in late if name in options], [
        value for name, value in options.items() if name not in late
    ]
