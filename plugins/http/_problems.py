"""Refusals as problem details, RFC 9457. They carry keys, paths and types; never values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus

from quart import Response

from effects import ErrorRecord

__all__ = ["dispatch_problem", "problem"]


def problem(status: int, detail: str, **extra: object) -> Response:
    """An `application/problem+json` response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **extra}
    return Response(json.dumps(body), status, content_type="application/problem+json")


def dispatch_problem(errors: Sequence[ErrorRecord]) -> Response:
    """The answer for a dispatch in which something failed; at most 20 of its errors."""
    listed = [
        {"phase": one.phase, "key": one.key, "at": one.place, "error": type(one.exception).__name__}
        for one in errors[:20]
    ]
    return problem(500, f"{len(errors)} failed in this dispatch.", errors=listed)
