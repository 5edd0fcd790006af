"""Elements for a page: objects that vouch for their own HTML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, cast, runtime_checkable

from markupsafe import Markup

from effects import ArgumentError

from ._arguments import require_str

__all__ = ["HasHtml", "fragment", "html", "render"]


@runtime_checkable
class HasHtml(Protocol):
    """An object that vouches for its own HTML: an htpy element, a `Markup`, a fragment. A bare `str` is not."""

    def __html__(self) -> str: ...


def html(trusted: str) -> Markup:
    """Mark a str as trusted HTML. Never call it with text that came from a browser.

    The result is a `Markup`: formatting and concatenation escape any text that is added to it. Raises `ArgumentError`
    if `trusted` is not a str.

    >>> html("<b>{}</b>").format("<script>")
    Markup('<b>&lt;script&gt;</b>')
    """
    text = require_str("trusted HTML", trusted, 'pass a str, such as html("<p>...</p>")')
    return Markup(text)  # noqa: S704 - this is the one place that trusts a str


def fragment(*elements: HasHtml) -> Markup:
    """Join elements into one, in order and with nothing between them. Without elements, the fragment is empty.

    The elements are rendered now. Raises `ArgumentError` if one has no `__html__`; a bare str has none.

    >>> fragment(html("<li>1</li>"), html("<li>2</li>"))
    Markup('<li>1</li><li>2</li>')
    """
    return html("".join(map(render, elements)))


def render(elements: object) -> str:
    """Return the HTML of an object that has a method `__html__`. Raises `ArgumentError` for any other object."""
    method: object = getattr(elements, "__html__", None)
    if not callable(method) or isinstance(elements, type):
        raise ArgumentError(
            f"elements are an object with __html__, not {type(elements).__name__}", fix=_fix_for(elements)
        )
    text = cast(Callable[[], object], method)()
    if not isinstance(text, str):
        raise ArgumentError(
            f"__html__ of {type(elements).__name__} returned {type(text).__name__}", fix="return the HTML as a str"
        )
    return str(text)


def _fix_for(elements: object) -> str:
    if isinstance(elements, Awaitable) and not isinstance(elements, type):
        return "await it"
    if isinstance(elements, Iterable) and not isinstance(elements, (str, bytes, type)):
        return "several elements are one fragment: fragment(*rows)"
    return 'build them with htpy, or say that a str is trusted: html("<p>...</p>")'
