"""Recognizes requests that another site made a browser send."""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Request

from plugins.datastar import DATASTAR_REQUEST

__all__ = ["is_cross_site", "own_page", "shows_no_origin"]

_DEFAULT_PORTS = (":80", ":443")


def is_cross_site(request: Request) -> bool:
    """Whether a browser may have sent a request on behalf of another site.

    `Sec-Fetch-Site` (W3C Fetch Metadata) decides if it is there; sibling subdomains (`same-site`) count as other sites.
    Browsers send that header over https and to localhost only. Without it, `Origin` (RFC 6454), or else `Referer`, must
    name the requested host. The scheme does not matter, since a proxy may have ended TLS. `Origin: null` counts as
    another site. If none of these headers is there, a GET or HEAD must carry `Datastar-Request`, which another site
    cannot make a browser send without a preflight request. With other methods, browsers always send `Origin`, so the
    request did not come from a browser.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if source is not None:
        return _host_of(source) != _without_default_port(request.headers.get("Host", ""))
    return shows_no_origin(request)


def shows_no_origin(request: Request) -> bool:
    """Whether a request gives no evidence of where it comes from, although its method requires some."""
    evidence = ("Sec-Fetch-Site", "Origin", "Referer", DATASTAR_REQUEST)
    return request.method in {"GET", "HEAD"} and not any(name in request.headers for name in evidence)


def own_page(request: Request) -> str | None:
    """The URL of the page of this site that a request was made from, or None if the request does not tell."""
    source = request.headers.get("Referer", "")
    is_url = source.startswith(("http://", "https://"))
    return source if is_url and _host_of(source) == _without_default_port(request.headers.get("Host", "")) else None


def _host_of(url: str) -> str | None:
    try:
        return _without_default_port(urlsplit(url).netloc) or None
    except ValueError:
        return None


def _without_default_port(host: str) -> str:
    host = host.lower()
    return next((host.removesuffix(port) for port in _DEFAULT_PORTS if host.endswith(port)), host)
