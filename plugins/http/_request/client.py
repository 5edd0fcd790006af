"""Tells clients apart: the Datastar client, a browser that shows the answer as a page, or another program."""

from __future__ import annotations

from quart import request

from plugins.datastar import DATASTAR_REQUEST

__all__ = ["is_datastar", "is_opened_as_page", "takes_events", "wants_page"]

_FORMS = ["application/problem+json", "text/html"]


def is_datastar() -> bool:
    """Whether the Datastar client sent the current request."""
    return request.headers.get(DATASTAR_REQUEST) == "true"


def takes_events() -> bool:
    """Whether the client can read events. A browser that opens the address as a page cannot."""
    return is_datastar() or request.accept_mimetypes.best_match(["text/event-stream", "text/html"]) != "text/html"


def is_opened_as_page() -> bool:
    """Whether a browser followed a link: it shows the answer in place of its page, so it has no page to go back to."""
    return request.method == "GET" and wants_page()


def wants_page() -> bool:
    """Whether a browser asks for a page."""
    return not is_datastar() and request.accept_mimetypes.best_match(_FORMS) == "text/html"
