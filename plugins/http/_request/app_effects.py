"""Effects and pages as an app gives them: the values themselves, or functions that return them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

from quart.typing import ResponseReturnValue
from werkzeug.sansio.response import Response as AnyResponse

from effects import ErrorRecord, Template

from .invalid import Messages

__all__ = ["Effects", "OnError", "OnInvalid", "Otherwise", "Snapshot", "call_page", "call_snapshot", "call_with"]

Effects = Sequence[object]
Snapshot = Effects | Callable[[], Effects] | Callable[[], Awaitable[Effects]]
OnInvalid = Effects | Callable[[Messages], Effects]
OnError = Effects | Callable[[Sequence[ErrorRecord]], Effects]
Otherwise = ResponseReturnValue | Callable[[], ResponseReturnValue] | Callable[[], Awaitable[ResponseReturnValue]]

A = TypeVar("A")


async def call_snapshot(effects: Snapshot) -> Effects:
    """Return the effects of a snapshot; a function is called now."""
    if not callable(effects):
        return effects
    answer = effects()
    return await answer if inspect.isawaitable(answer) else answer


def call_with(effects: Effects | Callable[[A], Effects], about: A) -> Effects:
    """Return the effects for `about`: a function is called with it.

    Effects that are no function are kept and serve many requests, so they come as a `Template`.
    """
    return effects(about) if callable(effects) else Template(effects)


async def call_page(otherwise: Otherwise) -> ResponseReturnValue:
    """Return the page for a browser that cannot read events; a function is called now."""
    answer: object = otherwise
    if callable(otherwise) and not isinstance(otherwise, AnyResponse):  # some responses can be called, as WSGI apps
        answer = otherwise()
    return cast(ResponseReturnValue, await answer if inspect.isawaitable(answer) else answer)
