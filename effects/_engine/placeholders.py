"""The search for placeholders in arguments, and the arguments with their values in place.

Values are put into the containers of `REBUILT`. An argument without placeholders is passed on as the very object it
was; one with placeholders is rebuilt. A placeholder in another container is an error, and so is one where effects may
stand; `_registry.spots` says which one. A value that came out of a placeholder is not looked into again. No function
here recurses, so data may be of any depth; data that contains itself is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from .._annotations.late import Late
from .._language.containers import LEAVES, REBUILT, Part, parts_in
from .._language.vectors import Placeholder
from .._registry.signatures import Signature
from .budget import Budget

__all__ = ["may_hold", "placeholders_in", "rebuild"]

Resolve = Callable[[Placeholder], object]


def may_hold(vector: Sequence[object]) -> bool:
    """Whether there may be placeholders in a vector, by the types of its items."""
    try:
        return not LEAVES.issuperset(map(type, vector))
    except Exception:  # noqa: BLE001 - a type may refuse to be asked: reading the vector then records that
        return True


def placeholders_in(args: Sequence[object], signature: Signature, budget: Budget) -> tuple[list[Placeholder], bool]:
    """Return every placeholder in the arguments that is bound now, at any depth; and whether `first_misplaced` has to
    look for a wrong one.

    Each container is looked into once. Raises `LimitError` if the budget of nodes is used up.
    """
    waiting: list[Any] = []  # of object, but each cast would cost as much as the rest
    is_odd = is_doubtful = False
    if signature.late:
        is_odd, is_doubtful = _pass_over_effects(args, signature, budget, waiting)
    else:
        waiting += [arg for arg in args if type(arg) not in LEAVES]
    placeholders: list[Placeholder] = []
    seen: dict[int, object] = {}
    while waiting:
        value = waiting.pop()
        kind = cast("type[object]", type(value))
        if kind is Placeholder:
            placeholders.append(value)
            continue
        if id(value) in seen:
            is_doubtful = True
            continue
        seen[id(value)] = value
        items: Any = value
        odd: list[Any] = []
        if kind is dict:
            items = value.values()
            for name in value:
                if type(name) is not str and type(name) not in LEAVES:
                    odd.append(name)
        elif kind is not list and kind is not tuple:
            is_odd = True
            parts = parts_in(value, budget.more_than_left)
            items = [item for _, item in parts]
            odd = [name for name, _ in parts if type(name) not in LEAVES]
        budget.take_nodes(len(items))
        if not LEAVES.issuperset(map(type, items)):
            waiting += [item for item in items if type(item) not in LEAVES]
        if odd:
            is_odd = True
            waiting += odd
    return placeholders, is_doubtful or (is_odd and bool(placeholders))


def _pass_over_effects(
    args: Sequence[object], signature: Signature, budget: Budget, bound: list[object]
) -> tuple[bool, bool]:
    """Put into `bound` all values that stand where no effects may. Returns whether there are odd containers, or
    doubts.
    """
    waiting: list[tuple[Any, Late]] = []
    for index, arg in enumerate(args):
        _sort_value(arg, signature.late_at(index), waiting, bound)
    seen: dict[tuple[int, Late], object] = {}
    is_odd = is_doubtful = False
    while waiting:
        value, late = waiting.pop()
        kind = cast("type[object]", type(value))
        if kind is Placeholder or (id(value), late) in seen:
            is_doubtful = True
            continue
        seen[id(value), late] = value
        is_odd = is_odd or kind not in REBUILT
        parts: Any = value.items() if kind is dict else parts_in(value, budget.more_than_left)
        budget.take_nodes(len(parts))
        for name, item in parts:
            _sort_value(item, late.at(name), waiting, bound)
            if type(name) is not str and type(name) not in LEAVES:
                is_odd = True
                bound.append(name)
    return is_odd, is_doubtful


def _sort_value(value: object, late: Late | None, waiting: list[tuple[Any, Late]], bound: list[object]) -> None:
    """Put a value into `waiting` if effects may stand in it, or into `bound` if none may; put an effect into
    neither.
    """
    if type(value) not in LEAVES:
        if late is None:
            bound.append(value)
        elif not late.is_vector(value):
            waiting.append((value, late))


def rebuild(args: Sequence[object], signature: Signature, resolve: Resolve) -> list[object]:
    """Return the arguments with every placeholder that is bound now replaced by its value."""
    memo: dict[tuple[int, Late | None], object] = {}
    new_args: list[object] = []
    for index, arg in enumerate(args):
        if type(arg) is Placeholder:
            new_args.append(resolve(arg))
        elif type(arg) not in REBUILT or ((late := signature.late_at(index)) is not None and late.is_vector(arg)):
            new_args.append(arg)
        else:
            new_args.append(_rebuild_value(arg, late, resolve, memo))
    return new_args


class _OpenContainer:
    """A container that is being rebuilt."""

    __slots__ = ("_kind", "changed", "late", "new", "rest", "source")

    def __init__(self, source: Any, late: Late | None) -> None:
        self.source: Any = source
        self.late = late
        self.new: list[object] = []
        self.changed = False
        self._kind = cast("type[object]", type(source))
        parts: Any = source.items() if self._kind is dict else enumerate(source)
        self.rest: Iterator[Part] = iter(parts)
        """The parts that are still to come."""

    def finish(self) -> object:
        if not self.changed:
            return self.source
        if self._kind is dict:
            return dict(zip(self.source, self.new, strict=True))
        return tuple(self.new) if self._kind is tuple else self.new


def _rebuild_value(
    value: object, late: Late | None, resolve: Resolve, memo: dict[tuple[int, Late | None], object]
) -> object:
    parts = [_OpenContainer(value, late)]
    while True:
        part = parts[-1]
        for name, item in part.rest:
            kind = cast("type[object]", type(item))
            if kind is Placeholder:
                part.new.append(resolve(item))
                part.changed = True
            elif kind not in REBUILT:
                part.new.append(item)
            else:
                late = None if part.late is None else part.late.at(name)
                if late is not None and late.is_vector(item):
                    part.new.append(item)
                elif (key := (id(item), late)) in memo:
                    part.new.append(memo[key])
                    part.changed |= memo[key] is not item
                else:
                    parts.append(_OpenContainer(item, late))
                    break
        else:
            parts.pop()
            result = memo[id(part.source), part.late] = part.finish()
            if not parts:
                return result
            parts[-1].new.append(result)
            parts[-1].changed |= result is not part.source
