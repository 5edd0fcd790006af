"""Who is connected, as actions see it in their state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from effects import copy_data

from ._keys import Name, patterns_in
from ._store import ConnectionStore

__all__ = ["Presence"]


@final
class Presence:
    """Who is connected: what actions find as `state["connections"]`."""

    def __init__(self, store: ConnectionStore) -> None:
        self._store = store

    def names(self, pattern: Sequence[object], exclude: Sequence[object] = ()) -> Sequence[Name]:
        """The names `(scope, key)` that match, each once, however many connections it has. Raises `PatternError`."""
        return copy_data(self._store.names(pattern, patterns_in(exclude)))

    def count(self, pattern: Sequence[object], exclude: Sequence[object] = ()) -> int:
        """How many connections match. Raises `PatternError` for what is no pattern."""
        return self._store.count(pattern, patterns_in(exclude))
