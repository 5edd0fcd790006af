"""`make demo` and `make test` find a Python and install what they need; what keeps them from it is one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHOOSE = ROOT / ".ci" / "python"
INSTALL = ROOT / ".ci" / "environment.py"
FAKE = """#!/bin/sh
shift
code=$1
shift
exec '{python}' -c "{first}
$code" "$@"
"""
OLD = "import sys; sys.version_info = (3, 10, 13)"
NEW = "import sys; sys.version_info = (3, 12, 1)"
BARE = "import sys; sys.modules['ensurepip'] = None"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder that is the whole PATH, with what any system has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sed", "sort"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def add(folder: Path, name: str, first: str) -> None:
    """A command that is Python, as it would be after some first lines."""
    file = folder / name
    file.write_text(FAKE.format(python=sys.executable, first=first))
    file.chmod(0o755)


def chosen(path: Path, *wanted: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Which Python is chosen."""
    environment = {"PATH": str(path), **environment}
    return subprocess.run(["/bin/sh", CHOOSE, *wanted], env=environment, capture_output=True, text=True, check=False)


def test_a_python_that_is_new_enough_is_found(path: Path) -> None:
    """Where `python3` is too old, by its number."""
    add(path, "python3", OLD)
    add(path, "python3.13", "")
    assert chosen(path).stdout.strip() == sys.executable


def test_a_version_that_is_asked_for_is_found(path: Path) -> None:
    """And no other is good enough."""
    add(path, "python3", "")
    add(path, "python3.12", NEW)
    assert chosen(path, "3.12").returncode == 0
    (path / "python3.12").unlink()
    if sys.version_info[:2] != (3, 12):
        assert "Python 3.12 is needed" in chosen(path, "3.12").stderr


@pytest.mark.parametrize(
    ("pythons", "said"),
    [
        ({}, "Python 3.11 or newer is needed: there is none on the PATH\n"),
        ({"python3": OLD}, "Python 3.11 or newer is needed: python3 is 3.10\n"),
        ({"python3": BARE}, "python3 lacks venv and ensurepip (Debian, Ubuntu: apt-get install python3."),
        ({"python3": OLD, "python3.11": BARE}, "python3 is 3.10; python3.11 lacks venv and ensurepip"),
        ({"python3": "import nothing_like_it"}, "Python 3.11 or newer is needed: there is none on the PATH\n"),
    ],
)
def test_where_there_is_none_one_line_says_what_is_missing(path: Path, pythons: dict[str, str], said: str) -> None:
    """Whatever that is."""
    for name, first in pythons.items():
        add(path, name, first)
    done = chosen(path)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_python_that_is_named_is_the_only_one_that_will_do(path: Path) -> None:
    """`make PYTHON=...`, from the environment or the command line."""
    add(path, "python3", "")
    add(path, "old", OLD)
    assert chosen(path, PYTHON="old").stderr == "Python 3.11 or newer is needed: old is 3.10\n"
    assert chosen(path, PYTHON="nothing").stderr == "Python 3.11 or newer is needed: PYTHON=nothing does not run\n"
    assert chosen(path, PYTHON="python3").stdout.strip() == sys.executable


def installed(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Install the demo into an environment in a folder."""
    command = [sys.executable, str(INSTALL), str(folder), "demo"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP", "UV"))
    } | environment
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def uv(tmp_path: Path) -> str:
    """Return what installs nothing, and says so."""
    file = tmp_path / "uv"
    file.write_text("#!/bin/sh\nexit 0\n")
    file.chmod(0o755)
    return str(file)


def test_what_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    """Such as the project itself."""
    (tmp_path / "mine").touch()
    done = installed(tmp_path)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"{tmp_path} holds something else: name a folder for the environment, as in `make demo VENV=.venv`\n"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """With another way."""
    (tmp_path / "file").touch()
    done = installed(tmp_path / "file" / "venv")
    assert done.returncode == 1
    assert "Not a directory" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "make demo VENV=" in done.stderr


@pytest.mark.slow
def test_what_was_interrupted_is_begun_anew(tmp_path: Path, uv: str) -> None:
    """And what is whole is kept."""
    folder = tmp_path / "with a space" / "venv"
    folder.mkdir(parents=True)
    (folder / ".state").write_text("half")
    (folder / "left behind").touch()
    for left in (False, True):
        done = installed(folder, UV=uv)
        assert done.returncode == 0, done.stderr
        assert (folder / ".state").read_text() == "whole"
        assert (folder / "left behind").exists() is left
        (folder / "left behind").touch()


INTERRUPTED = """
import runpy, sys, venv

def create(folder, **options):
    (folder / "pyvenv.cfg").touch()
    raise KeyboardInterrupt

venv.create = create
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""


def test_who_interrupts_while_the_environment_is_made_is_told_how_to_go_on(tmp_path: Path) -> None:
    """And it is known for half of one."""
    folder = tmp_path / "venv"
    command = [sys.executable, "-c", INTERRUPTED, str(INSTALL), str(folder), "demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == "\nInterrupted. The same command begins anew.\n"
    assert (folder / ".state").read_text() == "half"


@pytest.mark.slow
def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path, uv: str) -> None:
    """As after an upgrade of the system."""
    folder = tmp_path / "venv"
    folder.mkdir()
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(tmp_path / "gone")
    (folder / ".state").write_text("whole")
    assert installed(folder, UV=uv).returncode == 0
    assert subprocess.run([folder / "bin" / "python", "-c", "pass"], check=False).returncode == 0


@pytest.mark.slow
def test_without_a_network_one_line_says_so(tmp_path: Path) -> None:
    """And where to look for the rest; the next try begins anew."""
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    done = installed(tmp_path / "venv", **nobody)
    assert done.returncode == 1
    assert done.stderr.startswith("No package index can be reached")
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "venv" / ".state").read_text() == "half"
