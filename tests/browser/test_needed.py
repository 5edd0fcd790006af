"""If the browser or its client is missing, tests say what to do."""

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
    """Return what is not where its variable says."""
    monkeypatch.setenv(request.param, str(tmp_path / "nowhere"))
    return str(request.param)


def test_tests_are_skipped_and_say_what_to_do(missing: str) -> None:
    """So that a machine without them can run all other tests."""
    look, advice = MISSING[missing]
    with pytest.raises(pytest.skip.Exception, match=advice):
        look()
