"""The answers for signals that do not fit and for effects that fail: the app's own, or the defaults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast, final

from pydantic import BaseModel
from quart import Response, session

from effects import Dispatch, ErrorRecord

from .answers import dispatch_problem, event_response, problem
from .app_effects import Effects, OnError, OnInvalid, call_with
from .buffer import Buffer
from .client import is_datastar
from .invalid import Messages, no_errors, without_empty

__all__ = ["Failures"]


@final
class Failures:
    """The answers of one `Live`. `on_invalid` and `on_error` are its defaults."""

    def __init__(self, dispatch: Dispatch, on_invalid: OnInvalid | None, on_error: OnError | None) -> None:
        self._dispatch = dispatch
        self._on_invalid: OnInvalid = _patch_messages if on_invalid is None else on_invalid
        self._on_error = on_error

    def handler(self, on_error: OnError | None) -> OnError | None:
        """The `on_error` that counts: the one given here, else the default of the `Live`, which may be None."""
        return self._on_error if on_error is None else on_error

    async def answer_errors(
        self, errors: Sequence[ErrorRecord], on_error: OnError | None, data: Mapping[str, object]
    ) -> Response:
        """Make the answer for effects that failed."""
        handler = self.handler(on_error)
        if handler is None:
            return dispatch_problem(errors)
        effects = call_with(handler, errors)
        with Buffer() as buffer:
            result = await self._dispatch(effects, data=data, system={"sink": buffer, "session": session})
        if result.errors or not is_datastar():
            return dispatch_problem([*errors, *result.errors])
        return event_response(buffer.joined())

    async def answer_invalid(
        self, messages: Messages, on_invalid: OnInvalid | None, data: Callable[[], Awaitable[Mapping[str, object]]]
    ) -> Response:
        """Make the answer for signals that do not fit."""
        if not is_datastar():
            return problem(422, "The signals do not fit.", errors=without_empty(messages))
        effects = call_with(self._on_invalid if on_invalid is None else on_invalid, messages)
        with Buffer() as buffer:
            result = await self._dispatch(effects, data=await data(), system={"sink": buffer, "session": session})
        return dispatch_problem(result.errors) if result.errors else event_response(buffer.joined())

    def clear_messages(
        self, model: type[BaseModel], signals: Mapping[str, object], on_invalid: OnInvalid | None
    ) -> Effects:
        """Return the effects that clear the messages that a page still shows, now that its signals fit."""
        previous = signals.get("errors")
        if on_invalid is not None or self._on_invalid is not _patch_messages or not isinstance(previous, dict):
            return ()
        return _patch_messages(no_errors(model)) if without_empty(cast(Messages, previous)) else ()


def _patch_messages(messages: Messages) -> Effects:
    return [["patch-signals", {"errors": messages}]]
