"""Answers that are no stream: events in one piece, refusals, and problems.

A problem is `application/problem+json` (RFC 9457), or a small page if a browser asked for a page. Only the Datastar
client gets events, and it applies them only if the status is 200.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

from markupsafe import Markup
from quart import Response, request

from effects import ErrorRecord
from plugins.connections import NoConnectionError
from plugins.datastar import SSE_HEADERS

from .client import is_datastar, wants_page
from .origin import own_page
from .placeholders import MissingValueError

__all__ = [
    "NO_SESSION",
    "dispatch_problem",
    "event_response",
    "problem",
    "redirect_back",
    "refuse_for_good",
    "refuse_for_now",
    "retry_within",
]

NO_SESSION = "There is no session yet. Open a page first, and accept its cookie."
_MAX_LISTED = 20
_PAGE = Markup('<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{detail}')


def event_response(frames: bytes) -> Response:
    """Make an answer of events, in one piece."""
    return Response(frames, headers=dict(SSE_HEADERS))


def problem(status: int, detail: str, **extra: object) -> Response:
    """Make the answer for a problem of the current request."""
    title = HTTPStatus(status).phrase
    if wants_page():
        page = _PAGE.format(title=title, detail=detail) + _format_list(extra.get("errors")) + _format_back_link()
        return Response(page, status, content_type="text/html; charset=utf-8")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return Response(json.dumps(body), status, content_type="application/problem+json")


def redirect_back() -> Response:
    """Send a browser that posted a form back to the page with the form. Other clients get 204."""
    page = own_page(request) if wants_page() else None
    return Response(b"", 204) if page is None else Response(b"", 303, headers={"Location": page})


def dispatch_problem(errors: Sequence[ErrorRecord]) -> Response:
    """Make the answer for a dispatch in which something failed. It lists at most 20 errors, with values only in debug.

    If everything that failed did so because the request lacks something, the client is at fault: 400 or 403. Else it is
    500.
    """
    failures = [error.exception for error in errors]
    if all(isinstance(failure, NoConnectionError) for failure in failures):
        return problem(403, NO_SESSION)
    if all(isinstance(failure, (MissingValueError, NoConnectionError)) for failure in failures):
        missing = next(failure for failure in failures if isinstance(failure, MissingValueError))
        return problem(400, f"The request lacks something: {missing.what}.")
    listed = [_describe_error(error) for error in errors[:_MAX_LISTED]]
    return problem(500, f"{len(errors)} failed in this dispatch.", errors=listed)


def refuse_for_good(why: str) -> Response:
    """Refuse a stream. The Datastar client gets 204, ends quietly and stays away; others get 403 and the reason."""
    return Response(b"", 204) if is_datastar() else problem(403, why)


def refuse_for_now(within: tuple[int, int], why: str) -> Response:
    """Refuse a stream for now. The Datastar client comes back after the time in `retry:` (WHATWG SSE, 9.2.6).

    `within` are the shortest and the longest time in seconds. Each refusal draws a random time between them. Other
    clients get 503 with `Retry-After`.
    """
    if is_datastar():
        return event_response(retry_within(*within))
    response = problem(503, why)
    response.headers["Retry-After"] = str(_draw_delay(*within) // 1000)
    return response


def retry_within(shortest: int, longest: int) -> bytes:
    """The `retry:` line that makes a client come back after between `shortest` and `longest` seconds."""
    return f"retry: {_draw_delay(shortest, longest)}\n\n".encode()


def _draw_delay(shortest: int, longest: int) -> int:
    """Draw a time in milliseconds. Each client gets its own, so that they do not all come back at once."""
    return shortest * 1000 + secrets.randbelow((longest - shortest) * 1000)


def _describe_error(record: ErrorRecord) -> dict[str, object]:
    description: dict[str, object] = {"phase": record.phase, "key": record.key, "at": record.place}
    description["error"] = type(record.exception).__name__
    if record.values is not None:  # the dispatch was made for debugging
        description |= {"message": str(record.exception), "values": record.values}
    return description


def _format_list(errors: object) -> Markup:
    """Format the messages about fields, or the errors, as an HTML list for people."""
    if isinstance(errors, Mapping):
        lines = [f"{name}: {_format_inline(error)}" for name, error in cast(Mapping[str, object], errors).items()]
    else:
        lines = [_format_inline(error) for error in cast("Sequence[object]", errors or ())]
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    return Markup("<ul>{}</ul>").format(items) if items else items


def _format_back_link() -> Markup:
    back = own_page(request)
    return Markup("") if back is None else Markup('<p><a href="{}">Back</a>').format(back)


def _format_inline(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(
            f"{name}: {_format_inline(inner)}" for name, inner in cast(Mapping[str, object], value).items()
        )
    return str(value)
