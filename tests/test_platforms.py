"""What is ours imports, and serves in the plain way, on macOS and Windows: seen from Linux, as far as that goes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platforms import MODULES, PLATFORMS, is_absent, missing

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = sorted(
    file
    for name in ("effects", "plugins", "demo", "rhialto_pytest.py")
    for file in [ROOT / name, *(ROOT / name).rglob("*.py")]
    if file.suffix == ".py" and "tests" not in file.parts[len(ROOT.parts) :]
)
CURES = ROOT / "plugins" / "http"
"""What reaches for sockets looks first for what there is; the demo is visited below without it."""


def lacking(tree: ast.AST, platform: str) -> Iterator[str]:
    """Yield what a module uses by name, or imports, that a platform does not have."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in MODULES:
                if name in missing(module, platform):
                    yield f"{module}.{name}"
            case ast.ImportFrom(module=str(module), names=names) if module in MODULES:
                yield from (f"{module}.{name.name}" for name in names if name.name in missing(module, platform))
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name in MODULES and is_absent(name.name, platform))
            case _:
                pass


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", {"fcntl"}),
        ("from select import epoll, select", {"select.epoll"}),
        ("import signal, socket\nsignal.SIGHUP, socket.TCP_USER_TIMEOUT", {"signal.SIGHUP", "socket.TCP_USER_TIMEOUT"}),
        ("import os\nos.sched_getaffinity(0), os.getuid(), os.link", {"os.sched_getaffinity", "os.getuid"}),
        ("import resource, time\ntime.monotonic()", {"resource"}),
    ],
)
def test_what_windows_lacks_is_known(source: str, found: set[str]) -> None:
    """Or the next test would find nothing."""
    assert set(lacking(ast.parse(source), "win32")) == found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_is_used_by_name_that_a_platform_lacks(platform: str) -> None:
    """Neither when a module is imported nor later, but for what looks first."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in SHIPPED if file.parent != CURES}
    assert {str(file): used for file, tree in trees.items() if (used := set(lacking(tree, platform)))} == {}


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_everything_imports_and_the_demo_serves_without_what_a_platform_lacks(platform: str) -> None:
    """It greets, streams, broadcasts and stops."""
    path = os.pathsep.join(map(str, [ROOT, ROOT / "demo" / "scheduler"]))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    env |= {"PYTHONPATH": path, "SECRET_KEY": "not very"}
    command = [sys.executable, "-W", "error", "-m", "tests.elsewhere", platform]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_no_text_is_in_the_encoding_of_the_machine() -> None:
    """Files are read and written in one that is named: on Windows, another would be taken."""
    command = ["ruff", "check", "--isolated", "--preview", "--select", "PLW1514", "--output-format", "concise"]
    done = subprocess.run([sys.executable, "-m", *command, *SHIPPED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
