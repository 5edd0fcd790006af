"""The command runs, in process and against servers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(("group", "shown"), [("dispatch", "a loop by hand"), ("reply", "bare ASGI")])
def test_a_quick_run_shows_every_contestant(group: str, shown: str) -> None:
    """And writes nothing."""
    for needed in ("effect", "starlette", "uvicorn", "uvloop", "httptools"):
        pytest.importorskip(needed)
    args = [sys.executable, "-m", "benchmarks", "--quick", group]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
