"""Finds connections by pattern. The cost grows with the number of those found, not with the number of those stored.

A pattern is split into a mask, which says where its literals, wildcards and lists are, and the literals themselves. The
index has a table from literals to connections for each mask that was looked up. It makes the table at the first look-up
of the mask, updates it as connections come and go, and forgets the least recently used table when there are too many.
An app writes few masks, however many names it puts into them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import cast, final

from ._connection import Connection
from ._keys import ANY, REST, Frozen, Wildcard, is_list

__all__ = ["Bucket", "Index"]

Bucket = Mapping[Connection, None]
"""A set that keeps the order of arrival."""

_Literals = tuple[Frozen, ...]
_Table = dict[_Literals, dict[Connection, None]]

_MAX_MASKS = 64
_LITERAL = Wildcard("LITERAL")
"""Stands in a mask where a pattern has a literal."""
_EMPTY: Bucket = MappingProxyType({})


@final
class Index:
    """Connections by name and by pattern. Each connection is in it once."""

    def __init__(self) -> None:
        self.all: dict[Connection, None] = {}
        self._tables: dict[Frozen, _Table] = {}

    def add(self, connection: Connection) -> None:
        """Add a connection that is not in the index."""
        self.all[connection] = None
        for mask, table in self._tables.items():
            _add_to_table(connection, mask, table)

    def remove(self, connection: Connection) -> None:
        """Remove a connection that is in the index."""
        del self.all[connection]
        for mask, table in self._tables.items():
            literals = _literals_at(connection.frozen, mask)
            if literals is not None:
                bucket = table[literals]
                del bucket[connection]
                if not bucket:
                    del table[literals]

    def find(self, pattern: Frozen) -> Bucket:
        """Return the connections whose names match. Read the result at once: it changes as connections come and go."""
        mask, literals = _split_pattern(pattern)
        table = self._tables.pop(mask, None)
        if table is None:
            table = self._make_table(mask)
        self._tables[mask] = table  # at the end: it is the most recently used
        return table.get(literals, _EMPTY)

    def _make_table(self, mask: Frozen) -> _Table:
        if len(self._tables) >= _MAX_MASKS:
            del self._tables[next(iter(self._tables))]
        table: _Table = {}
        for connection in self.all:
            _add_to_table(connection, mask, table)
        return table


def _add_to_table(connection: Connection, mask: Frozen, table: _Table) -> None:
    literals = _literals_at(connection.frozen, mask)
    if literals is not None:
        table.setdefault(literals, {})[connection] = None


@lru_cache(maxsize=1_024)
def _split_pattern(pattern: Frozen) -> tuple[Frozen, _Literals]:
    """Split a pattern into its mask and its literals, from left to right."""
    literals: list[Frozen] = []
    return _make_mask(pattern, literals), tuple(literals)


def _make_mask(pattern: Frozen, literals: list[Frozen]) -> Frozen:
    if is_list(pattern):
        return tuple([_make_mask(pattern_item, literals) for pattern_item in cast("tuple[Frozen, ...]", pattern)])
    if isinstance(pattern, Wildcard):
        return pattern
    literals.append(pattern)
    return _LITERAL


def _literals_at(name: Frozen, mask: Frozen) -> _Literals | None:
    """Return the values that a name has at the literals of a mask; None if the name does not have its shape."""
    literals: list[Frozen] = []
    return tuple(literals) if _collect_literals(name, mask, literals) else None


def _collect_literals(name: Frozen, mask: Frozen, literals: list[Frozen]) -> bool:
    if mask is ANY:
        return True
    if mask is _LITERAL:
        literals.append(name)
        return not is_list(name)
    if not is_list(name):
        return False
    mask_items, name_items = cast("tuple[Frozen, ...]", mask), cast("tuple[Frozen, ...]", name)
    if mask_items and mask_items[-1] is REST:
        mask_items = mask_items[:-1]
        if len(name_items) < len(mask_items):
            return False
    elif len(name_items) != len(mask_items):
        return False
    return all(
        _collect_literals(name_item, mask_item, literals)
        for name_item, mask_item in zip(name_items, mask_items, strict=False)
    )
