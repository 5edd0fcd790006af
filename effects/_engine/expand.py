"""`dispatch.expand`: the effects that a list of vectors expands to. It runs none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, final

from .._language.errors import StateError, near
from .._language.paths import Link, Via
from .._language.results import DispatchResult, ErrorRecord
from .actions import call_action
from .frame import EMPTY, Frame, merged
from .reading import fits, read
from .run import read_vectors, too_deep

__all__ = ["Expansion", "expand"]


@final
@dataclass(frozen=True, slots=True)
class Expansion:
    """The effects that a dispatch would run, and the errors that would come before any of them runs."""

    effects: tuple[list[object], ...] = ()
    """Placeholders are resolved, except those in nested effects and those that are resolved for each member."""
    errors: tuple[ErrorRecord, ...] = ()

    def raise_errors(self) -> Self:
        """Raise an `ExceptionGroup` of every recorded exception; return the expansion itself if there is none."""
        DispatchResult(errors=self.errors).raise_errors()
        return self


@final
class _GivenState(dict[str, object]):
    """The state that was given. A slice that it lacks is a `StateError`."""

    def __missing__(self, name: str) -> object:
        fix = f"expand(..., state={{{name!r}: ...}}); no state slice is read here"
        raise StateError(f"no state slice {name!r} was given", near=near(name, self), fix=fix)


def expand(
    frame: Frame, effects: object, state: Mapping[str, object] | None, data: Mapping[str, object] | None
) -> Expansion:
    """Expand actions, depth first, with one given state. No interceptor, no state slice and no interpreter runs."""
    expanded: list[list[object]] = []
    try:
        state_given = _GivenState({} if state is None else merged(EMPTY, state, "state"))
    except Exception as error:  # noqa: BLE001 - a mapping may fail in any way when it is read
        frame.fail("shape", None, None, None, error)
        return Expansion(errors=tuple(frame.errors))
    items = read_vectors(frame, effects, None, data, None)
    if items is None:
        return Expansion(errors=tuple(frame.errors))
    levels: list[tuple[Iterator[tuple[int, object]], Link | None]] = [(iter(enumerate(items)), None)]
    while levels and not frame.budget.spent:
        rest, link = levels[-1]
        following = next(rest, None)
        if following is None:
            levels.pop()
            continue
        index, vector = following
        children = _expand_one(frame, vector, (link, index), len(levels), state_given, expanded)
        if children:
            levels.append((iter(enumerate(children)), ((link, index), Via.EXPANSION)))
    return Expansion(tuple(expanded), tuple(frame.errors))


def _expand_one(
    frame: Frame, vector: object, link: Link, depth: int, state: Mapping[str, object], expanded: list[list[object]]
) -> Sequence[object] | None:
    """Expand one action by one level; append one effect to `expanded`."""
    frame.budget.taken += 1
    if frame.budget.taken > frame.engine.limits.vectors:
        frame.too_many(vector, link)
        return None
    if (misfit := frame.budget.misfit(vector)) is not None:
        frame.fail("interpolate", None, link, None, misfit, vector)
        return None
    reading = read(frame, vector, link)
    if reading is None:
        return None
    entry, args, each = reading
    if entry.is_action:
        if depth > frame.engine.limits.expansion:
            frame.fail("expand", entry.key, link, None, too_deep("expansion", frame.engine.limits.expansion), vector)
            return None
        return call_action(frame, entry, args, [entry.key, *args], link, state)
    if each or fits(frame, entry, args, vector, link):
        expanded.append([entry.key, *args])
    return None
