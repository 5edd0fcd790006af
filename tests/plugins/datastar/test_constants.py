"""The constants of the protocol."""

from __future__ import annotations

import pytest
from datastar_py import consts
from datastar_py.sse import SSE_HEADERS as THEIRS

from plugins.datastar import (
    DATASTAR_KEY,
    DATASTAR_REQUEST,
    DATASTAR_URL,
    DATASTAR_VERSION,
    DEFAULT_RETRY,
    SSE_HEADERS,
)


def test_names_and_headers_are_the_sdk_s() -> None:
    """The official SDK has the same constants."""
    assert consts.DATASTAR_KEY == DATASTAR_KEY
    assert consts.DEFAULT_SSE_RETRY_DURATION == DEFAULT_RETRY
    assert dict(SSE_HEADERS) == THEIRS
    assert DATASTAR_REQUEST == "Datastar-Request"


def test_the_url_has_the_version() -> None:
    """A new version changes one place."""
    assert f"@v{DATASTAR_VERSION}/" in DATASTAR_URL


def test_headers_cannot_be_changed() -> None:
    """No caller can change them for others."""
    with pytest.raises(TypeError):
        SSE_HEADERS["X"] = "y"  # type: ignore[index]
