"""Watches the values of placeholders, and the state slices that actions see, for traces with values.

The placeholders of a vector are resolved together, right before its hooks: so the values that were resolved last are
those of that vector.
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

NoteSlice = Callable[[str, str], None]


@final
class Watcher:
    """Collects the values that were resolved for the next vector.

    `note_slice` is called with the name and the text of each state slice that is read.
    """

    def __init__(self, note_slice: NoteSlice) -> None:
        self._note_slice = note_slice
        self._resolved: dict[str, str] = {}

    def take(self) -> dict[str, str]:
        """Return the values that were resolved since the last call."""
        resolved, self._resolved = self._resolved, {}
        return resolved

    def watch(self, dispatch: Dispatch) -> Dispatch:
        """Return the same dispatch, with watched placeholders and state slices."""
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
        engine_arguments = 2 if entry.each else 1

        def resolve(*args: object) -> object:
            try:
                value: object = entry.function(*args)
            except BaseException:
                self._resolved.clear()  # this vector does not run, and its values are not those of the next
                raise
            arguments = ", ".join([repr(entry.key), *map(shorten_repr, args[engine_arguments:])])
            self._resolved[f"Placeholder({arguments})"] = shorten_repr(value)
            return value

        return resolve

    def _watched_reader(self, entry: Entry) -> Callable[..., object]:
        def read(**needs: object) -> object:
            value: object = entry.function(**needs)
            self._note_slice(entry.key, shorten_repr(value))
            return value

        return read
