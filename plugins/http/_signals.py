"""Reads the signals of a request: whatever was sent, the outcome is a dict or a clear refusal.

Datastar sends signals of GET and DELETE as JSON in the query parameter `datastar`, those of other methods as a JSON
body (https://data-star.dev/reference/actions#options). A form post fills the same models, so a page works without
JavaScript, too.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from math import isinf
from types import UnionType
from typing import NoReturn, TypeVar, Union, cast, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from quart import Response, abort, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from plugins.datastar import DATASTAR_KEY

from ._answers import problem

__all__ = ["InvalidSignals", "Messages", "as_model_input", "filled", "is_form", "no_errors", "parse", "raw_signals"]

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
        super().__init__(f"signals do not fit: {', '.join(filled(messages))}")
        self.messages = messages
        self.answer: Callable[[], Awaitable[Response]] | None = None
        """How `Live.signals` wants it answered."""


def filled(messages: Messages) -> Messages:
    """The messages without the empty ones."""
    some = {name: filled(one) if isinstance(one, dict) else one for name, one in messages.items()}
    return {name: one for name, one in some.items() if one}


def no_errors(model: type[BaseModel]) -> Messages:
    """The signal `errors` of a form before anything is wrong: an empty message for each field, nested as the model is.

    A page reads it, so a page must set it: `attr.signals({"errors": no_errors(Greeting)})`.
    """
    return _blank(model)


def parse(model: type[M], signals: Mapping[str, object]) -> M:
    """Make a model of signals. Raises `InvalidSignals`."""
    try:
        return model.model_validate(dict(signals))
    except ValidationError as error:
        messages = _blank(model)
        for detail in error.errors(include_url=False, include_input=False):
            _put(messages, detail["loc"], _for_people(detail))
        raise InvalidSignals(messages) from None


def _blank(model: type[BaseModel], around: tuple[type[BaseModel], ...] = ()) -> Messages:
    """No message for any field of a model, nor for those of the models in it; a model within itself is one field."""
    blank: Messages = {}
    around = (*around, model)
    for name, field in model.model_fields.items():
        inner = next((cast(type[BaseModel], one) for one in _members(field.annotation) if _is_model(one)), None)
        blank[_sent_as(name, field)] = "" if inner is None or inner in around else _blank(inner, around)
    return blank


def _members(annotation: object) -> tuple[object, ...]:
    """What a field may hold, None aside; a union of several is not looked into."""
    if get_origin(annotation) not in {Union, UnionType}:
        return (annotation,)
    members = tuple(one for one in get_args(annotation) if one is not type(None))
    return members if len(members) == 1 else ()


def _is_model(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _sent_as(name: str, field: FieldInfo) -> str:
    """The name under which a field is sent, and under which pydantic complains of it."""
    given = field.validation_alias
    if isinstance(given, AliasChoices):
        given = given.choices[0]
    return given if isinstance(given, str) else name


def _put(messages: Messages, place: tuple[int | str, ...], message: str) -> None:
    """Put a message where it belongs; the first for a field counts.

    What the model has no field for is said of the whole: its name is the sender's, and would become that of a signal.
    What is said of a nested model as a whole is its `form`.
    """
    name, *rest = place or ("",)
    known = str(name) if str(name) in messages else "form"
    inner = messages.get(known, "")
    if isinstance(inner, dict):
        _put(inner, tuple(rest), message)
    elif not inner:
        messages[known] = message


def _for_people(detail: ErrorDetails) -> str:
    """A validator's own words as they are, without pydantic's "Value error, " before them."""
    raised = detail.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, (ValueError, AssertionError)) else detail["msg"]


def as_model_input(model: type[BaseModel], values: Mapping[str, object]) -> dict[str, object]:
    """The values of a form, with a list also where a field that takes several was sent once."""
    given = dict(values)
    for name, field in model.model_fields.items():
        key = _sent_as(name, field)
        if key in given and not isinstance(given[key], list) and any(map(_is_several, _members(field.annotation))):
            given[key] = [given[key]]
    return given


def _is_several(one: object) -> bool:
    kind = get_origin(one) or one
    return isinstance(kind, type) and issubclass(kind, Collection) and not issubclass(kind, (str, bytes, Mapping))


async def raw_signals(most: int) -> dict[str, object]:
    """The current request's signals, as they were sent, in at most so many bytes. Aborts with 400, 413 or 415.

    They are read once. Of a multipart form, the app's `MAX_CONTENT_LENGTH` counts: files may be in it.

    Of a form, a field that was sent several times is a list.
    """
    if "_rhialto_signals" not in g:
        try:
            g._rhialto_signals = await _read(most)
        except RequestEntityTooLarge:
            abort(problem(413, "The signals are larger than this app takes."))
    return cast(dict[str, object], g._rhialto_signals)


def is_form() -> bool:
    """Whether the current request's signals are the fields of a form, in its body or its query."""
    if request.method in _IN_QUERY:
        return DATASTAR_KEY not in request.args
    return request.mimetype in _FORMS


_IN_QUERY = frozenset({"GET", "HEAD", "DELETE"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


async def _read(most: int) -> dict[str, object]:
    if request.method in _IN_QUERY:
        return _fields(request.args) if is_form() else _decoded(request.args[DATASTAR_KEY])
    if request.mimetype == "multipart/form-data":
        return _fields(await request.form)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge
    body = cast(bytes, await request.get_data(as_text=False))
    if len(body) > most:
        raise RequestEntityTooLarge
    if is_form():
        return _fields(_form(body))
    if not body:
        return {}
    if request.mimetype != "application/json":
        abort(problem(415, "Signals are sent as application/json, or as a form."))
    return _decoded(body)


def _form(body: bytes) -> MultiDict[str, str]:
    """The fields of an urlencoded form, of which there may be so many."""
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RequestEntityTooLarge from None
    return MultiDict(pairs)


_MOST_FIELDS = 1_000


def _fields(form: MultiDict[str, str]) -> dict[str, object]:
    return {name: values if len(values) > 1 else values[0] for name, values in form.to_dict(flat=False).items()}


def _decoded(text: str | bytes) -> dict[str, object]:
    try:
        value: object = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        abort(problem(400, "The signals are not valid JSON."))
    if not isinstance(value, dict):
        abort(problem(400, "The signals are not a JSON object."))
    return cast(dict[str, object], value)


def _refuse(word: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's: RFC 8259, section 6."""
    raise ValueError(word)


def _finite(digits: str) -> float:
    """A number that is too large for a float would become an infinity, which JSON cannot say back."""
    number = float(digits)
    if isinf(number):
        raise ValueError("too large")
    return number
