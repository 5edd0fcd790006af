"""Tells requests that another site made a browser send."""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Request

__all__ = ["is_cross_site"]


def is_cross_site(request: Request) -> bool:
    """Whether a browser says that the request did not come from this very origin.

    Goes by `Sec-Fetch-Site` (W3C Fetch Metadata), where sibling subdomains (`same-site`) count as other sites, and by
    `Origin` (RFC 6454) where a browser sends no such header; `Origin: null` counts as another site. A client that sends
    neither is no browser, and carries nobody's cookies but its own.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host
