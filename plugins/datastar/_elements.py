"""What may be put into a page: objects that vouch for their own HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from markupsafe import Markup

from effects import ArgumentError

__all__ = ["html", "render"]


def html(trusted: str) -> Markup:
    """Say that a str is HTML that can be trusted. Never call it with text that came from a browser.

    The result is a `Markup`: formatting and concatenation escape what is added to it.

    >>> html("<b>{}</b>").format("<script>")
    Markup('<b>&lt;script&gt;</b>')
    """
    return Markup(trusted)  # noqa: S704 - this is the one place that says so


def render(elements: object) -> str:
    """The HTML of an object with an `__html__` method. Raises `ArgumentError` for anything else."""
    method: object = getattr(elements, "__html__", None)
    if not callable(method) or isinstance(elements, type):
        raise ArgumentError(
            f"elements are an object with __html__, not {type(elements).__name__}",
            fix='build them with htpy, or say that a str is trusted: html("<p>...</p>")',
        )
    text = cast(Callable[[], object], method)()
    if not isinstance(text, str):
        raise ArgumentError(
            f"__html__ of {type(elements).__name__} returned {type(text).__name__}", fix="it returns the HTML as a str"
        )
    return str(text)
