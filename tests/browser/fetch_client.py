"""Fetch the browser client for these tests into a file: `python tests/browser/fetch_client.py .venv/datastar.js`.

No package index has the client by itself, but a wheel with it aboard. Nothing of that wheel is installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

__all__ = ["fetch"]

WHEEL = "starhtml==0.7.0"
MEMBER = "starhtml/static/js/datastar-core.js"
PIP = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries", "1"]
PURE = ["--no-deps", "--python-version", "3.12", "--only-binary=:all:"]


def fetch(file: Path) -> None:
    """Write the client to a file. Raises `CalledProcessError` where it cannot be had, and leaves no half a file."""
    with TemporaryDirectory() as folder:
        subprocess.run([*PIP, *PURE, "--dest", folder, WHEEL], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ZipFile(wheel).read(MEMBER))


if __name__ == "__main__":
    try:
        fetch(Path(sys.argv[1]))
    except subprocess.CalledProcessError:
        sys.exit("The browser client cannot be fetched now; the tests that need it say so.")
