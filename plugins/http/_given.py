"""Effects as an app may give them: as they are, or as a function that returns them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from effects import ErrorRecord

from ._signals import Messages

__all__ = ["Effects", "OnError", "OnInvalid", "Snapshot", "resolved", "taken"]

Effects = Sequence[object]
Snapshot = Effects | Callable[[], Effects] | Callable[[], Awaitable[Effects]]
OnInvalid = Effects | Callable[[Messages], Effects]
OnError = Effects | Callable[[Sequence[ErrorRecord]], Effects]

A = TypeVar("A")


async def taken(effects: Snapshot) -> Effects:
    """The effects of a snapshot, read now."""
    if not callable(effects):
        return effects
    answer = effects()
    return await answer if inspect.isawaitable(answer) else answer


def resolved(effects: Effects | Callable[[A], Effects], about: A) -> Effects:
    """The effects for what they are about."""
    return effects(about) if callable(effects) else effects
