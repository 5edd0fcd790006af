"""Watches what placeholders come to and what actions see of the state, for traces with values.

Placeholders are resolved right before the hooks of their vector, in one go: what was resolved last is that vector's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import final

from .._assembly.tables import Entry
from .._dispatch.dispatch import Dispatch
from .._language.display import shorten_repr
from .._registry.registration import Registration

__all__ = ["Watcher"]

Seen = Callable[[str, str], None]


@final
class Watcher:
    """Collects the values that were resolved for the next vector. `saw` is told of each state slice that is read."""

    def __init__(self, saw: Seen) -> None:
        self._saw = saw
        self._resolved: dict[str, str] = {}

    def take(self) -> dict[str, str]:
        """Return the values that were resolved since this was called last."""
        resolved, self._resolved = self._resolved, {}
        return resolved

    def watched(self, dispatch: Dispatch) -> Dispatch:
        """The same dispatch, watched."""
        engine = dispatch._engine
        tables = replace(
            engine.tables,
            placeholders={
                key: self._entry(entry, self._watched_resolver(entry))
                for key, entry in engine.tables.placeholders.items()
            },
            slices={
                key: self._entry(entry, self._watched_reader(entry)) for key, entry in engine.tables.slices.items()
            },
        )
        return Dispatch(replace(engine, tables=tables), dispatch._gathered)

    @staticmethod
    def _entry(entry: Entry, function: Callable[..., object]) -> Entry:
        registration: Registration = replace(entry.registration, function=function)
        return Entry(registration, validate=entry.validate)

    def _watched_resolver(self, entry: Entry) -> Callable[..., object]:
        own = 2 if entry.each else 1

        def resolve(*args: object) -> object:
            try:
                value: object = entry.function(*args)
            except BaseException:
                self._resolved.clear()  # the vector is not run: nothing of it is the next one's
                raise
            shown = ", ".join([repr(entry.key), *map(shorten_repr, args[own:])])
            self._resolved[f"Placeholder({shown})"] = shorten_repr(value)
            return value

        return resolve

    def _watched_reader(self, entry: Entry) -> Callable[..., object]:
        def read(**needs: object) -> object:
            value: object = entry.function(**needs)
            self._saw(entry.key, shorten_repr(value))
            return value

        return read
