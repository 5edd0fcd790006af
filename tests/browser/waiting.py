"""Wait for what the browser does not show."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.browser.visitors import PATIENCE

__all__ = ["eventually"]


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition of the server holds. Raises `AssertionError` where it never does."""
    given_up = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < given_up, "it never came true"
        time.sleep(0.01)
