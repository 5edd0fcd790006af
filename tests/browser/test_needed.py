"""Where the browser or its client is missing, tests say what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import needed

pytestmark = pytest.mark.slow

MISSING: dict[str, tuple[Callable[[], object], str]] = {
    "CHROMIUM": (needed.chromium, "apt-get install chromium"),
    "DATASTAR_CLIENT": (needed.client_file, "fetch_client.py"),
}


@pytest.fixture(params=MISSING)
def missing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """What is not where its variable says."""
    monkeypatch.setenv(request.param, str(tmp_path / "nowhere"))
    return str(request.param)


def test_tests_are_skipped_and_say_what_to_do(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a machine without them can run all other tests."""
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    look, advice = MISSING[missing]
    with pytest.raises(pytest.skip.Exception, match=advice):
        look()


def test_tests_fail_where_the_browser_is_required(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody takes a skip for a pass."""
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    look, advice = MISSING[missing]
    with pytest.raises(pytest.fail.Exception, match=advice):
        look()
