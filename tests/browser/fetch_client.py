"""Fetch the browser client for these tests into a file: `python tests/browser/fetch_client.py .venv/datastar.js`.

No package index has the client by itself, but wheels with it aboard. Nothing of such a wheel is installed, and no file
is taken but the one that is expected. The newest version is fetched; where it cannot be had, an older one, and that is
said. `python tests/browser/fetch_client.py FILE 1.0.2` fetches this one or none.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NamedTuple
from zipfile import ZipFile

__all__ = ["OFFICIAL", "Bundle", "fetch"]

PIP = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries=1", "--timeout=10"]
PURE = ["--no-deps", "--python-version=3.14", "--only-binary=:all:"]


class Bundle(NamedTuple):
    """An official bundle, and the wheels that have it."""

    sha256: str
    wheels: Sequence[str]
    member: str


OFFICIAL: Mapping[str, Bundle] = MappingProxyType(
    {
        "1.0.4": Bundle(
            "727844adfc825ee651fb93c544a2a739986f9a21820a94524b35f0cac470cf91",
            ["stario-create==5.2.0", "stario-create==5.1.3"],
            "stario_create/vendor/datastar.js",
        ),
        "1.0.2": Bundle(
            "2837d87acf6ee0ba8e4e63765926c25a98d63883b02f88be194a86b81d3fd24a",
            ["stario-create==5.0.1"],
            "stario_create/vendor/datastar.js",
        ),
        "1.0.1": Bundle(
            "54768cf34985be0229c7229f1df9469fbd32e2a0c09b4a3f1e81ad8c4d6840da",
            ["stario==3.4.0"],
            "stario/cli/templates/tiles/static/js/datastar.js",
        ),
    }
)
"""By version, the newest first."""


def fetch(file: Path, versions: Sequence[str] = ()) -> str:
    """Write the first of these versions, or of all, that can be had to a file. Which it is; what is missed is said.

    Raises `LookupError` where there is none, and leaves the file as it was.
    """
    for version in versions or OFFICIAL:
        bundle = OFFICIAL[version]
        for wheel in bundle.wheels:
            content = _member(wheel, bundle.member)
            if hashlib.sha256(content).hexdigest() == bundle.sha256:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                return version
            what = "is another file, and not used" if content else "cannot be had"
            print(f"The browser client {version} in {wheel} {what}.", file=sys.stderr)
    raise LookupError("no version of the browser client can be had")


def _member(wheel: str, name: str) -> bytes:
    """A file of a wheel; empty where it cannot be had."""
    with TemporaryDirectory() as folder:
        if subprocess.run([*PIP, *PURE, "--dest", folder, wheel], stderr=subprocess.DEVNULL).returncode:
            return b""
        (found,) = Path(folder).glob("*.whl")
        with ZipFile(found) as files:
            return files.read(name) if name in files.namelist() else b""


def main(target: str, *versions: str) -> None:
    """Fetch it, and say which version it is."""
    try:
        found = fetch(Path(target), versions)
    except LookupError:
        sys.exit("The browser client cannot be fetched now; the tests that need it say so.")
    print(f"The browser client {found} is in {target}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
