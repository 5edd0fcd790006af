"""The things that these tests need and no wheel brings: Chromium, and the browser client in a file.

Where one of them is missing, tests are skipped and say what to do.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

__all__ = ["chromium", "client_file", "client_patch"]

ROOT = Path(__file__).parents[2]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of the browser: `CHROMIUM` says it, else it is looked for under its usual names."""
    given = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [given] if given else _NAMES)), None)
    if found is None:
        pytest.skip(
            f"no browser at {given or ', '.join(_NAMES)}: `apt-get install chromium`, or set CHROMIUM to its path"
        )
    return found


def client_file() -> Path:
    """The file of the browser client: `DATASTAR_CLIENT` says where, else it is where `make test` puts it."""
    file = Path(os.environ.get("DATASTAR_CLIENT") or ROOT / ".venv" / "datastar.js")
    if not file.is_file():
        pytest.skip(f"no browser client at {file}: `python tests/browser/fetch_client.py <file>` fetches it")
    return file.resolve()


def client_patch(file: Path) -> int:
    """The last number of the version 1.0.x that a client says it is. Raises `AssertionError` where it says none."""
    begun = re.match(rb"// Datastar v1\.0\.(\d+)\b", file.read_bytes())
    assert begun, f"{file} does not begin with a version 1.0.x of the client"
    return int(begun[1])
