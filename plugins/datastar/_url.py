"""Checks the URLs to which a page goes, or from which it loads a file."""

from __future__ import annotations

import re

from effects import ArgumentError

from ._arguments import require_str
from ._js import replace_surrogates

__all__ = ["require_web_url"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f]")


def require_web_url(subject: str, value: object, example: str) -> str:
    """Return a URL, absolute or relative, with lone surrogates replaced by U+FFFD.

    Raises `ArgumentError` for an empty URL, a scheme other than `http` and `https`, such as `javascript`, and control
    characters and white space around it, which browsers remove before they look for the scheme (WHATWG URL standard,
    4.4). `subject` begins the message: "the URL of a redirect"; `example` is a valid URL for its fix.
    """
    url = replace_surrogates(require_str(subject, value, f"pass one, such as {example!r}"))
    if not url or url != url.strip() or _CONTROL.search(url):
        raise ArgumentError(
            f"{subject} is empty, or has control characters or white space around it",
            fix=f"pass it stripped, such as {example!r}",
        )
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        raise ArgumentError(
            f"{subject} has a scheme other than http and https",
            fix="write './' before a path that has a colon in its first part",
        )
    return url
