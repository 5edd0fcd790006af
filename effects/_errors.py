"""The engine's own exceptions, and the records that a dispatch reports.

Every message says what happened, what would have worked and what to do. Messages carry keys, paths and types, never
the values that a program or a browser put into a vector.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self, final

from ._paths import Path, render

__all__ = [
    "ArgumentError",
    "DispatchResult",
    "EffectsError",
    "ErrorRecord",
    "InterceptorError",
    "LifecycleError",
    "LimitError",
    "Phase",
    "PlaceholderError",
    "RegistrationError",
    "ResultRecord",
    "ShapeError",
    "StateError",
    "SystemValueError",
    "UnknownKeyError",
    "near",
]


class EffectsError(Exception):
    """Base of every exception the engine itself raises or records. Its message holds no values."""

    def __init__(self, what: str, *, near: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.near = near
        self.fix = fix

    def lines(self, at: str | None = None) -> str:
        """The whole message, with the place `at` where it is known."""
        marked = (("at", at), ("near", self.near), ("fix", self.fix))
        return "\n".join([self.what, *(f"  {name:<4} {text}" for name, text in marked if text)])

    def __str__(self) -> str:
        return self.lines()


class RegistrationError(EffectsError):
    """Something was registered, or a dispatch was made, in a way that can not work."""


class ShapeError(EffectsError):
    """What stands where effects belong is not an effect vector, or not a list of them."""


class UnknownKeyError(EffectsError):
    """No effect or action is registered under a key."""


class PlaceholderError(EffectsError):
    """A placeholder is unknown, stands where none may stand, or sits in cyclic data."""


class ArgumentError(EffectsError):
    """The arguments of an effect or action do not fit its annotations."""


class SystemValueError(EffectsError):
    """An interpreter needs a system value that this dispatch does not have."""


class StateError(EffectsError, LookupError):
    """An action asked for a state slice that no registry contributes."""


class InterceptorError(EffectsError):
    """An interceptor's hook returned something it may not return."""


class LifecycleError(EffectsError):
    """Something was done that is only possible while a dispatch is running, or only while it is not."""


class LimitError(EffectsError):
    """A dispatch crossed one of its limits."""


def near(name: str, known: Iterable[str]) -> str | None:
    """The names closest to `name`, quoted, or None."""
    matches = difflib.get_close_matches(name[:200], list(known), n=3, cutoff=0.6)
    return ", ".join(map(repr, matches)) or None


Phase = Literal["shape", "interpolate", "state", "validate", "expand", "execute", "interceptor"]
"""What was being done when an error happened."""


@final
class ResultRecord(NamedTuple):
    """What one effect came to."""

    key: str
    value: object
    """What the interpreter returned, or what an interceptor put in its place; for an effect that ran once for each
    member of a sink, the tuple of their values."""
    path: Path
    plugin: str
    """The name of the registry that owns the effect."""
    skipped: bool = False
    """True where an interceptor skipped the interpreter."""


@final
@dataclass(frozen=True, slots=True, repr=False)
class ErrorRecord:
    """One failure, whole: what was being done, to which key, where in the dispatched data, by whose code, and why."""

    phase: Phase
    key: str | None
    """The effect's or action's key; None where no key could be read."""
    path: Path
    plugin: str | None
    """The plugin whose code failed; None where the dispatched data itself is at fault."""
    exception: Exception
    types: tuple[str, ...] = ()
    """The type names of the vector's arguments."""
    values: str | None = None
    """The vector, shortened; in debug mode only."""

    @property
    def place(self) -> str:
        """The path and the arguments' types: `effects[2] (str, dict)`."""
        return f"{render(self.path)} ({', '.join(self.types)})" if self.types else render(self.path)

    def __str__(self) -> str:
        place = self.place if self.values is None else f"{self.place} {self.values}"
        if isinstance(self.exception, EffectsError):
            return self.exception.lines(at=place)
        cause = type(self.exception).__name__
        shown = cause if self.values is None else f"{cause}: {_message(self.exception)}"
        owner = f"\n  from plugin {self.plugin!r}" if self.plugin else ""
        return f"{self.phase} failed for {self.key!r}: {shown}\n  at   {place}{owner}"

    def __repr__(self) -> str:
        cause = type(self.exception).__name__
        return f"<ErrorRecord {self.phase} {self.key!r} {render(self.path)} plugin={self.plugin!r} {cause}>"


def _message(exception: Exception) -> str:
    try:
        return str(exception)[:500]
    except Exception as error:  # noqa: BLE001 - a message is only decoration: it may not cost the record
        return f"<no message: {type(error).__name__}>"


@final
@dataclass(frozen=True, slots=True)
class DispatchResult:
    """What a dispatch came to: a record for each effect that ran, and one for each failure, in order of happening."""

    results: tuple[ResultRecord, ...] = ()
    errors: tuple[ErrorRecord, ...] = ()
    """Includes the errors of continuations, under their own paths."""
    stopped: str | None = None
    """The reason, where an interceptor stopped this dispatch."""

    def raise_errors(self) -> Self:
        """Raise an `ExceptionGroup` of every recorded exception; return the result itself where there is none."""
        if self.errors:
            listing = "\n".join(str(record) for record in self.errors)
            raise ExceptionGroup(
                f"{len(self.errors)} failed in this dispatch\n{listing}", [e.exception for e in self.errors]
            )
        return self
