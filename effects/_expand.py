"""`dispatch.expand`: what a list of effects comes to, without doing any of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast, final

from ._errors import DispatchResult, ErrorRecord, ShapeError
from ._frame import Frame
from ._paths import Link, Via
from ._read import fits, read
from ._run import call_action, too_deep
from ._vectors import list_problem

__all__ = ["Expansion", "expand"]


@final
@dataclass(frozen=True, slots=True)
class Expansion:
    """The effects that a dispatch would run, and what would fail before any of them did."""

    effects: tuple[list[object], ...] = ()
    """Placeholders are resolved but for those in nested effects, and for those resolved for each member."""
    errors: tuple[ErrorRecord, ...] = ()

    def raise_errors(self) -> Self:
        """Raise an `ExceptionGroup` of every recorded exception; return the expansion itself where there is none."""
        DispatchResult(errors=self.errors).raise_errors()
        return self


def expand(frame: Frame, effects: object, state: Mapping[str, object]) -> Expansion:
    """Expand actions, depth first, with one given state. No interceptor, no state slice and no interpreter runs."""
    if (problem := list_problem(effects)) is not None:
        frame.fail("shape", None, None, None, ShapeError(problem[0], fix=problem[1]), effects)
        return Expansion(errors=tuple(frame.errors))
    expanded: list[list[object]] = []
    levels: list[tuple[Iterator[tuple[int, object]], Link | None]]
    levels = [(iter(enumerate(tuple(cast(Sequence[object], effects)))), None)]
    while levels and not frame.budget.spent:
        rest, link = levels[-1]
        following = next(rest, None)
        if following is None:
            levels.pop()
            continue
        index, vector = following
        children = _expand_one(frame, vector, (link, index), len(levels), state, expanded)
        if children:
            levels.append((iter(enumerate(children)), ((link, index), Via.EXPANSION)))
    return Expansion(tuple(expanded), tuple(frame.errors))


def _expand_one(
    frame: Frame, vector: object, link: Link, depth: int, state: Mapping[str, object], expanded: list[list[object]]
) -> Sequence[object] | None:
    """Expand one action by one level; append one effect to `expanded`."""
    if not frame.take_vector(vector, link):
        return None
    reading = read(frame, vector, link)
    if reading is None:
        return None
    entry, args, each = reading
    if entry.is_action:
        if depth > frame.engine.limits.expansion:
            frame.fail("expand", entry.key, link, None, too_deep("expansion", frame.engine.limits.expansion), vector)
            return None
        return call_action(frame, entry, args, vector, link, state)
    if each or fits(frame, entry, args, vector, link):
        expanded.append([entry.key, *args])
    return None
