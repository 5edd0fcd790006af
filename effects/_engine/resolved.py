"""The values that placeholders had in a dispatch: they stay data, wherever a program passes them on.

A value is known by its identity, and not by its content: an interpreter, an action or a hook may pass on a value, or a
part of it, and it still came from outside. A copy that a program makes counts as written by the program.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol, cast, final

from .._language.containers import LEAVES, parts_in
from .._language.templates import Template, copy_and_record

__all__ = ["Resolved"]


class Nodes(Protocol):
    """Counts the nodes that are walked."""

    @property
    def more_than_left(self) -> int: ...

    def take_nodes(self, count: int) -> None: ...


@final
class Resolved:
    """The values of the placeholders of one root dispatch, and of the dispatch that it was spawned by."""

    __slots__ = ("_values_by_id", "_waiting")

    def __init__(self, before: Resolved | None = None) -> None:
        self._values_by_id: dict[int, object] = {} if before is None else dict(before._values_by_id)
        """All values that were looked into, by `id`; kept alive, so that no other value gets such an id."""
        self._waiting: list[object] = [] if before is None else list(before._waiting)

    def add(self, value: object) -> None:
        """Add the value of a placeholder. It is looked into at the next question."""
        self._waiting.append(value)

    def holds(self, vector: object, budget: Nodes) -> bool:
        """Whether this very object is among the values, or anywhere in one. The search is counted in the budget."""
        self._look_into_all(budget)
        return id(vector) in self._values_by_id

    def copy(self, template: Template, budget: Nodes) -> tuple[object, ...]:
        """Return the vectors of a template, copied. The copy of such a value stays known, because the program did not
        write it.
        """
        self._look_into_all(budget)
        copies: dict[int, object] = {}
        vectors = copy_and_record(template.written, copies)
        self._values_by_id.update({id(copy): copy for source, copy in copies.items() if source in self._values_by_id})
        return vectors

    def _look_into_all(self, budget: Nodes) -> None:
        while self._waiting:
            value = self._waiting.pop()
            if id(value) not in self._values_by_id:
                self._values_by_id[id(value)] = value
                items = _parts_of(value, budget.more_than_left)
                budget.take_nodes(len(items))
                self._waiting += _containers_among(items)


def _parts_of(value: Any, most: int) -> Collection[object]:
    kind = cast("type[object]", type(value))
    if kind is dict:
        return cast("Collection[object]", value.values())
    is_plain = kind is list or kind is tuple
    return cast("Collection[object]", value) if is_plain else [part for _, part in parts_in(value, most)]


def _containers_among(items: Collection[object]) -> Collection[object]:
    """Return the items that may be looked into in turn."""
    try:
        return () if LEAVES.issuperset(map(type, items)) else [item for item in items if type(item) not in LEAVES]
    except Exception:  # noqa: BLE001 - a type may refuse to be asked
        return ()
