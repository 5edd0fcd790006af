"""Reads the signals of a request: whatever was sent, the outcome is a dict or a clear refusal.

Datastar sends signals of GET and DELETE as JSON in the query parameter `datastar`, those of other methods as a JSON
body (https://data-star.dev/reference/actions#options). A form post fills the same models, so a page works without
JavaScript, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from quart import abort, g, request

from ._problems import problem

__all__ = ["InvalidSignals", "parse", "raw_signals"]

M = TypeVar("M", bound=BaseModel)


class InvalidSignals(Exception):  # noqa: N818 - it is an answer to a browser, not a failure of the app
    """Signals do not fit their model. `messages` holds one message for each field, for people to read.

    `Live` answers it: with a patch of the signal `errors` where the Datastar client asked, with 422 elsewhere.
    """

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(f"signals do not fit: {', '.join(messages)}")
        self.messages = dict(messages)


def parse(model: type[M], signals: Mapping[str, object]) -> M:
    """Make a model of signals. Raises `InvalidSignals`."""
    try:
        return model.model_validate(dict(signals))
    except ValidationError as error:
        messages: dict[str, str] = {}
        for detail in error.errors(include_url=False, include_input=False):
            messages.setdefault(".".join(map(str, detail["loc"])), _for_people(detail))
        raise InvalidSignals(messages) from None


def _for_people(detail: ErrorDetails) -> str:
    """A validator's own words as they are, without pydantic's "Value error, " before them."""
    raised = detail.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, ValueError) else detail["msg"]


async def raw_signals() -> dict[str, object]:
    """The current request's signals, as they were sent; read once. Aborts with 400 or 415."""
    if "_rhialto_signals" not in g:
        g._rhialto_signals = await _read()
    return cast(dict[str, object], g._rhialto_signals)


async def _read() -> dict[str, object]:
    if request.method in {"GET", "HEAD", "DELETE"}:
        return _decoded(request.args["datastar"]) if "datastar" in request.args else dict(request.args)
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return dict(cast(Mapping[str, object], await request.form))  # pyright: ignore[reportUnknownMemberType]
    body = await request.get_data(as_text=False)
    if not body:
        return {}
    if request.mimetype != "application/json":
        abort(problem(415, "Signals are sent as application/json, or as a form."))
    return _decoded(body)


def _decoded(text: str | bytes) -> dict[str, object]:
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        abort(problem(400, "The signals are not valid JSON."))
    if not isinstance(value, dict):
        abort(problem(400, "The signals are not a JSON object."))
    return cast(dict[str, object], value)


def _refuse(word: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's: RFC 8259, section 6."""
    raise ValueError(word)
