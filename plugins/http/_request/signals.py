"""Reads the signals of a request. The outcome is always a dict or a clear refusal.

Datastar sends the signals of GET and DELETE as JSON in the query parameter `datastar`, those of other methods as a JSON
body (https://data-star.dev/reference/actions#options). A form post fills the same models, so that a page works without
JavaScript, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import isinf
from typing import NoReturn, cast
from urllib.parse import parse_qsl

from quart import abort, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from plugins.datastar import DATASTAR_KEY

from .answers import problem

__all__ = ["is_form", "read_signals"]


async def read_signals(max_bytes: int) -> dict[str, object]:
    """Return the current request's signals as they were sent. Aborts with 400, 413 or 415.

    They have at most `max_bytes` bytes and are nested at most 400 deep. A multipart form may hold files, so the app's
    `MAX_CONTENT_LENGTH` bounds it instead. A form field that was sent several times is a list. The signals are read
    once in a request, however often this is called.
    """
    if "_rhialto_signals" not in g:
        try:
            g._rhialto_signals = await _read(max_bytes)
        except RequestEntityTooLarge:
            abort(problem(413, "The signals are larger than this app takes."))
    return cast(dict[str, object], g._rhialto_signals)


def is_form() -> bool:
    """Whether the current request's signals are the fields of a form, in its body or its query."""
    if request.method in _METHODS_WITHOUT_BODY:
        return DATASTAR_KEY not in request.args
    return request.mimetype in _FORM_TYPES


_METHODS_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})
_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


async def _read(max_bytes: int) -> dict[str, object]:
    if request.method in _METHODS_WITHOUT_BODY:
        if len(request.query_string) > max_bytes or len(request.args) > _MAX_FIELDS:
            raise RequestEntityTooLarge
        return _fields_of(request.args) if is_form() else _decoded(request.args[DATASTAR_KEY])
    if request.mimetype == "multipart/form-data" and not request.mimetype_params.get("boundary"):
        abort(problem(400, "The multipart form names no boundary."))
    if request.mimetype == "multipart/form-data":
        return _fields_of(await request.form)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if (request.content_length or 0) > max_bytes:
        raise RequestEntityTooLarge
    body = cast(bytes, await request.get_data(as_text=False))
    if len(body) > max_bytes:
        raise RequestEntityTooLarge
    if is_form():
        return _fields_of(_parse_form(body))
    if not body:
        return {}
    if request.mimetype != "application/json":
        abort(problem(415, "Signals are sent as application/json, or as a form."))
    return _decoded(body)


def _parse_form(body: bytes) -> MultiDict[str, str]:
    """Return the fields of an urlencoded form: at most 1,000, or it raises `RequestEntityTooLarge`."""
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise RequestEntityTooLarge from None
    return MultiDict(pairs)


_MAX_FIELDS = 1_000


def _fields_of(form: MultiDict[str, str]) -> dict[str, object]:
    return {name: values if len(values) > 1 else values[0] for name, values in form.to_dict(flat=False).items()}


def _decoded(text: str | bytes) -> dict[str, object]:
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant, parse_float=_parse_finite)
    except RecursionError:  # the depth at which this happens varies, and is always above _MAX_DEPTH
        abort(problem(400, _TOO_DEEP))
    except ValueError:
        abort(problem(400, "The signals are not valid JSON."))
    if not isinstance(value, dict):
        abort(problem(400, "The signals are not a JSON object."))
    signals = cast(dict[str, object], value)
    if _is_deeper_than(signals, _MAX_DEPTH):
        abort(problem(400, _TOO_DEEP))
    return signals


_MAX_DEPTH = 400
"""Code that reads and writes signals later, such as pydantic and `json`, recurses, and Python allows 1,000 levels."""
_TOO_DEEP = f"The signals are nested more than {_MAX_DEPTH} deep."


def _is_deeper_than(value: object, max_depth: int) -> bool:
    level = [value]
    for _ in range(max_depth):
        level = [item for container in level for item in _items_of(container) if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _items_of(container: object) -> Iterable[object]:
    return cast(Iterable[object], container.values() if isinstance(container, dict) else container)


def _refuse_constant(word: str) -> NoReturn:
    """Refuse NaN and Infinity: Python's `json` reads them, but they are no JSON (RFC 8259, section 6)."""
    raise ValueError(word)


def _parse_finite(digits: str) -> float:
    """Parse a number. One that is too large for a float would become infinity, which JSON cannot express."""
    number = float(digits)
    if isinf(number):
        raise ValueError("too large")
    return number
