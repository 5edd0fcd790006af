"""Who is connected, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from ._connection import Connection
from ._keys import Frozen, Wildcard, freeze_pattern, leaves, matches

__all__ = ["MemoryStore"]

Bucket = dict[Connection, None]
"""A set that keeps the order of arrival."""


@final
class MemoryStore:
    """Open connections in memory, found by name or by pattern.

    One name may hold several connections: two tabs are two. Every literal of every name is indexed with its place, so
    that looking up a pattern costs as much as its rarest literal has connections, however many are stored. Removal is
    by identity, and costs as much as the name has leaves.
    """

    def __init__(self) -> None:
        self._all: Bucket = {}
        self._index: dict[tuple[tuple[int, ...], Frozen], Bucket] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, connection: object) -> bool:
        return connection in self._all

    def add(self, connection: Connection) -> None:
        """Store a connection. Storing it twice is storing it once."""
        self._all[connection] = None
        for place in leaves(connection.frozen):
            self._index.setdefault(place, {})[connection] = None

    def remove(self, connection: Connection) -> None:
        """Forget this very connection, and no other of the same name. Does nothing where it is not stored."""
        if self._all.pop(connection, self) is self:
            return
        for place in leaves(connection.frozen):
            bucket = self._index[place]
            del bucket[connection]
            if not bucket:
                del self._index[place]

    def match(self, pattern: object, exclude: Sequence[object] = ()) -> list[Connection]:
        """The connections that match a pattern and none of those in `exclude`, in order of arrival.

        Raises `PatternError` for what is no pattern.
        """
        wanted = freeze_pattern(pattern)
        unwanted = [freeze_pattern(one) for one in exclude]
        return [
            connection
            for connection in self._candidates(wanted)
            if matches(wanted, connection.frozen) and not any(matches(one, connection.frozen) for one in unwanted)
        ]

    def _candidates(self, wanted: Frozen) -> Bucket:
        """The connections that share the pattern's rarest literal; all of them where it has none."""
        rarest = self._all
        for place in leaves(wanted):
            if not isinstance(place[1], Wildcard):
                bucket = self._index.get(place, {})
                if len(bucket) < len(rarest):
                    rarest = bucket
        return rarest
