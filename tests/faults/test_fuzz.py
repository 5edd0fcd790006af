"""A bounded run of the fuzzer: what it has found before it would find again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.skipif(sys.platform != "linux", reason="atheris is for Linux")
@pytest.mark.parametrize("target", ["encoder", "signals"])
def test_a_fuzzer_finds_nothing(target: str, tmp_path: Path) -> None:
    """No crash, no breaking out, nothing that comes back as something else."""
    command = [sys.executable, "-m", "tests.faults.fuzz", target, "-runs=100000", "-seed=7"]
    command.append(f"-artifact_prefix={tmp_path}/")
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    assert "Done 100000 runs" in done.stderr
