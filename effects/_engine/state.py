"""The state that an action sees: named slices, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import final

from .._assembly.tables import Entry
from .._language.errors import StateError, SystemValueError, near
from .._language.sink import SINK_FIX

__all__ = ["State", "state_of", "system_values"]


@final
class State(Mapping[str, object]):
    """A read-only mapping of state slices, made for one run of one action.

    A slice is computed when it is first asked for, and kept for the rest of that run. Raises `StateError` for a slice
    that no registry contributes; an exception of a slice's function passes through the action.
    """

    __slots__ = ("_slices", "_system", "_values", "failure")

    _slices: Mapping[str, Entry]
    _system: Mapping[str, object]
    _values: dict[str, object]
    failure: tuple[Exception, str | None] | None

    def __getitem__(self, name: str) -> object:
        if name in self._values:
            return self._values[name]
        entry = self._slices.get(name)
        if entry is None:
            error = StateError(
                f"no state slice {name!r}", near=near(name, self._slices), fix="register one with @registry.state"
            )
            self.failure = error, None
            raise error
        try:
            value = entry.function(**system_values(entry, self._system))
        except Exception as error:
            self.failure = error, entry.plugin
            raise
        self._values[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._slices

    def __iter__(self) -> Iterator[str]:
        return iter(self._slices)

    def __len__(self) -> int:
        return len(self._slices)

    def __repr__(self) -> str:
        return f"<State of {sorted(self._slices)}>"


def state_of(slices: Mapping[str, Entry], system: Mapping[str, object]) -> State:
    """Return the state for one run of one action."""
    state = State()
    state._slices = slices
    state._system = system
    state._values = {}
    state.failure = None
    return state


def system_values(entry: Entry, system: Mapping[str, object]) -> dict[str, object]:
    """Return the values that `entry` needs from the system, by name. Raises `SystemValueError` if one is missing."""
    values: dict[str, object] = {}
    for name in entry.signature.needs:
        if name not in system:
            raise SystemValueError(
                f"missing system value {name!r}, needed by {entry.key!r}",
                near=near(name, system),
                fix=SINK_FIX
                if name == "sink"
                else f"dispatch(..., system={{{name!r}: ...}}), or enter dispatch.running() if a plugin opens it",
            )
        values[name] = system[name]
    for name in entry.signature.wishes:
        if name in system:
            values[name] = system[name]
    return values
