"""Who asks: the Datastar client, a browser that shows the answer as a page, or another program."""

from __future__ import annotations

from quart import request

from plugins.datastar import DATASTAR_REQUEST

__all__ = ["is_datastar", "is_opened_as_page", "takes_events", "wants_page"]

_FORMS = ["application/problem+json", "text/html"]


def is_datastar() -> bool:
    """Whether the current request is one of the Datastar client's."""
    return request.headers.get(DATASTAR_REQUEST) == "true"


def takes_events() -> bool:
    """Whether whoever asks can make something of events. A browser that opens the address as a page cannot."""
    return is_datastar() or request.accept_mimetypes.best_match(["text/event-stream", "text/html"]) != "text/html"


def is_opened_as_page() -> bool:
    """Whether a browser shows the answer in place of its page, and there is none to go back to: it followed a link."""
    return request.method == "GET" and wants_page()


def wants_page() -> bool:
    """Whether a browser is asking, to show the answer as a page."""
    return not is_datastar() and request.accept_mimetypes.best_match(_FORMS) == "text/html"
