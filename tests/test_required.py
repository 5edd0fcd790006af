"""A skip is no pass where all is required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPED = {
    "a test": "import pytest\ndef test(): pytest.skip('no nginx')",
    "a module": "import pytest\npytest.importorskip('no_nginx')\ndef test(): pass",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SKIPPED)
@pytest.mark.parametrize("required", ["", "1"])
def test_what_is_skipped_fails_where_all_is_required(kind: str, required: str, tmp_path: Path) -> None:
    """It says what was missing, and elsewhere it is skipped."""
    (tmp_path / "test_it.py").write_text(SKIPPED[kind])
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-ra", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {**os.environ, "REQUIRE_ALL": required}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode in {1, 2}) is bool(required), done.stdout
    assert ("required, and skipped" in done.stdout) is bool(required)
    assert "nginx" in done.stdout
