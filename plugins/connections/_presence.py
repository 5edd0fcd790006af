"""The connected names, as actions see them in their state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from effects import copy_data

from ._keys import Name, patterns_in
from ._store import ConnectionStore

__all__ = ["Presence"]


@final
class Presence:
    """The connected names. Actions find it as `state["connections"]`."""

    def __init__(self, store: ConnectionStore) -> None:
        self._store = store

    def names(self, pattern: Sequence[object], exclude: Sequence[object] = ()) -> Sequence[Name]:
        """Return the names `(scope, key)` that match, each once. Raises `PatternError` if a pattern is invalid."""
        return copy_data(self._store.names(pattern, patterns_in(exclude)))

    def count(self, pattern: Sequence[object], exclude: Sequence[object] = ()) -> int:
        """Return the number of connections that match. Raises `PatternError` if a pattern is invalid."""
        return self._store.count(pattern, patterns_in(exclude))
