"""Signals that do not fit their model, and what is said of each of them."""

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
"""A message for each field, nested as the model is; empty for fields that fit."""


class InvalidSignals(Exception):  # noqa: N818 - it is an answer to a browser, not a failure of the app
    """Signals do not fit their model. `messages` holds one message for each field, for people to read.

    It is nested as the model is, and empty for fields that fit, so that patching it into a page also takes away the
    messages of last time; what concerns a model as a whole is under `form`. `Live` answers it, unless the app does;
    an app may raise it, too: `raise InvalidSignals({"name": "This name is taken."})`. As with all errors in Quart, a
    handler of a blueprint comes before: one for `Exception` must let this one pass.
    """

    def __init__(self, messages: Messages) -> None:
        super().__init__(f"signals do not fit: {', '.join(without_empty(messages))}")
        self.messages = messages
        self.answer: Callable[[], Awaitable[Response]] | None = None
        """How `Live.signals` wants it answered."""


def without_empty(messages: Messages) -> Messages:
    """The messages without the empty ones."""
    short = {
        name: without_empty(message) if isinstance(message, dict) else message for name, message in messages.items()
    }
    return {name: message for name, message in short.items() if message}


def no_errors(model: type[BaseModel]) -> Messages:
    """The signal `errors` of a form before anything is wrong: an empty message for each field, nested as the model is.

    A page reads it, so a page must set it: `attr.signals({"errors": no_errors(Greeting)})`.
    """
    return _blank_messages(model)


def _blank_messages(model: type[BaseModel], around: tuple[type[BaseModel], ...] = ()) -> Messages:
    """No message for any field of a model, nor for those of the models in it; a model within itself is one field."""
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
    """Put a message where it belongs; the first for a field counts.

    What the model has no field for is said of the whole: its name is the sender's, and would become that of a signal.
    What is said of a nested model as a whole is its `form`.
    """
    name, *rest = place or ("",)
    field_name = str(name) if str(name) in messages else "form"
    inner = messages.get(field_name, "")
    if isinstance(inner, dict):
        _put_message(inner, tuple(rest), message)
    elif not inner:
        messages[field_name] = message


def _message_of(detail: ErrorDetails) -> str:
    """A validator's own words as they are, without pydantic's "Value error, " before them."""
    raised = detail.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, (ValueError, AssertionError)) else detail["msg"]
