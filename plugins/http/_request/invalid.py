"""Signals that do not fit their model, and the messages about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from quart import Response

from .models import fields_of, model_in

__all__ = ["InvalidSignals", "Messages", "no_errors", "parse", "without_empty"]

M = TypeVar("M", bound=BaseModel)

Messages = dict[str, "str | Messages"]
"""A message for each field, nested as the model is. The message of a field that fits is empty."""


class InvalidSignals(Exception):  # noqa: N818 - it is an answer to a browser, not a failure of the app
    """Signals do not fit their model. `messages` holds one message for each field, for people to read.

    The messages are nested as the model is, and empty for fields that fit: patching them into a page also clears the
    messages of last time. A message about a model as a whole is under `form`.

    `Live` answers this error, unless the app does. An app may raise it, too: `raise InvalidSignals({"name": "This name
    is taken."})`. As with all errors in Quart, the handlers of a blueprint come first: a handler for `Exception` must
    let this error pass.
    """

    def __init__(self, messages: Messages) -> None:
        super().__init__(f"signals do not fit: {', '.join(without_empty(messages))}")
        self.messages = messages
        self.answer: Callable[[], Awaitable[Response]] | None = None
        """Makes the answer that `Live.signals` wants."""


def without_empty(messages: Messages) -> Messages:
    """The messages without the empty ones."""
    short = {
        name: without_empty(message) if isinstance(message, dict) else message for name, message in messages.items()
    }
    return {name: message for name, message in short.items() if message}


def no_errors(model: type[BaseModel]) -> Messages:
    """Return the signal `errors` of a form without mistakes: an empty message for each field, nested as the model is.

    A page must set a signal before it reads it: `attr.signals({"errors": no_errors(Greeting)})`.
    """
    return _blank_messages(model)


def _blank_messages(model: type[BaseModel], around: tuple[type[BaseModel], ...] = ()) -> Messages:
    """Return an empty message for each field of a model, and of the models in it.

    A model inside itself counts as one field.
    """
    blank: Messages = {}
    around = (*around, model)
    for name, (_, field) in fields_of(model).items():
        inner = model_in(field.annotation)
        blank[name] = "" if inner is None or inner in around else _blank_messages(inner, around)
    return blank


def parse(model: type[M], signals: Mapping[str, object]) -> M:
    """Make a model of signals. Raises `InvalidSignals`."""
    try:
        return model.model_validate(dict(signals))
    except ValidationError as error:
        messages = _blank_messages(model)
        for detail in error.errors(include_url=False, include_input=False):
            _put_message(messages, detail["loc"], _message_of(detail))
        raise InvalidSignals(messages) from None


def _put_message(messages: Messages, place: tuple[int | str, ...], message: str) -> None:
    """Put a message where it belongs. Only the first message for a field counts.

    A message about a name that the model does not have goes to `form`: the sender chose that name, and it would become
    the name of a signal. A message about a nested model as a whole goes to its `form`.
    """
    name, *rest = place or ("",)
    field_name = str(name) if str(name) in messages else "form"
    inner = messages.get(field_name, "")
    if isinstance(inner, dict):
        _put_message(inner, tuple(rest), message)
    elif not inner:
        messages[field_name] = message


def _message_of(detail: ErrorDetails) -> str:
    """The text of a validator's own error, without the prefix "Value error, " of pydantic; else pydantic's message."""
    raised = detail.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, (ValueError, AssertionError)) else detail["msg"]
