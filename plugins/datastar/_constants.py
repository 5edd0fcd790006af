"""The constants of the protocol: names, headers, and the version of the browser client."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = [
    "DATASTAR_KEY",
    "DATASTAR_REQUEST",
    "DATASTAR_URL",
    "DATASTAR_VERSION",
    "DEFAULT_RETRY",
    "LONGEST_DELAY",
    "SSE_HEADERS",
    "bundle_url",
]


def bundle_url(version: str, bundle: str = "datastar") -> str:
    """Return the URL of an official bundle of the browser client."""
    return f"https://cdn.jsdelivr.net/gh/starfederation/datastar@v{version}/bundles/{bundle}.js"


DATASTAR_VERSION: Final = "1.0.4"
"""The newest version of the browser client that this package was tested on. It supports all of 1.0 from 1.0.1 on."""

DATASTAR_URL: Final = bundle_url(DATASTAR_VERSION)
"""The URL of the official bundle of the browser client. `Client()` is the element that loads it."""

DATASTAR_KEY: Final = "datastar"
"""The query parameter in which the client sends the page's signals, as JSON, in GET and DELETE requests."""

DATASTAR_REQUEST: Final = "Datastar-Request"
"""The header that the client sends with every request, with the value `true`."""

SSE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
)
"""The headers of a response that is a stream. The last one keeps nginx from buffering events."""

DEFAULT_RETRY: Final = 1000
"""The default time that the client waits before it connects again, in milliseconds."""

LONGEST_DELAY: Final = 2**31 - 1
"""The longest delay of a browser's timer, in milliseconds (24 days). A longer one fires at once: HTML standard, 8.7."""
