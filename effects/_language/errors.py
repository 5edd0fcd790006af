"""The engine's own exceptions, and the records that a dispatch reports.

Every message says what happened, what would have worked and what to do. Messages carry keys, paths and types, never
the values that a program or a browser put into a vector.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .vectors import plain_key

__all__ = [
    "ArgumentError",
    "EffectsError",
    "InterceptorError",
    "LifecycleError",
    "LimitError",
    "MissingExtraError",
    "PlaceholderError",
    "RegistrationError",
    "ShapeError",
    "StateError",
    "SystemValueError",
    "UnknownKeyError",
    "near",
]


class EffectsError(Exception):
    """Base of every exception the engine itself raises or records. Its message holds no values.

    Plugins derive the errors that they raise from it, too: of any other exception, records show only the type. So the
    messages of plugins hold no values, either.
    """

    def __init__(self, what: str, *, near: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.near = near
        self.fix = fix

    def lines(self, at: str | None = None) -> str:
        """Return the whole message, with the place `at` if it is known."""
        return format_message(self.what, at=at, near=self.near, fix=self.fix)

    def __str__(self) -> str:
        return self.lines()


def format_message(what: str, **marked: str | None) -> str:
    return "\n".join([what, *(f"  {name:<4} {text}" for name, text in marked.items() if text)])


class RegistrationError(EffectsError):
    """Something was registered, or a dispatch was made, in a way that cannot work."""


class ShapeError(EffectsError):
    """A value where effects belong is not an effect vector, or not a list of them."""


class UnknownKeyError(EffectsError):
    """No effect or action is registered under a key."""


class PlaceholderError(EffectsError):
    """A placeholder is unknown, stands where none may stand, or sits in cyclic data."""


class ArgumentError(EffectsError):
    """The arguments of an effect or action do not fit its annotations."""


class SystemValueError(EffectsError):
    """An interpreter needs a system value that this dispatch does not have."""


class StateError(EffectsError, KeyError):
    """An action asked for a state slice that no registry contributes."""


class InterceptorError(EffectsError):
    """An interceptor's hook returned something it may not return."""


class LifecycleError(EffectsError):
    """Something was done that is only possible while a dispatch is running, or only while it is not."""


class LimitError(EffectsError):
    """A dispatch crossed one of its limits."""


def near(name: object, known: Iterable[object]) -> str | None:
    """Return the names closest to `name`, quoted, or None if no name is close, or `name` is no str."""
    names = [plain_key(other) for other in known if isinstance(other, str)]
    matches = difflib.get_close_matches(name[:200], names, n=3, cutoff=0.6) if isinstance(name, str) else []
    return ", ".join(map(repr, matches)) or None


class MissingExtraError(EffectsError, ImportError):
    """Something was asked for that needs an optional dependency, which is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(what, fix=f"pip install 'rhialto[{extra}]'")
