"""Projects with packages `effects` and `plugins` of their own are tested beside an installed rhialto, undisturbed."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.effects.installed import run

pytestmark = pytest.mark.slow

THEIRS = """
import sys

import effects
import plugins


def test_what_is_tested_is_theirs(request):
    assert effects.of_the_bystander and plugins.of_the_bystander
    assert request.config.pluginmanager.has_plugin("rhialto")
    assert not {"trio", "pydantic", "quart", "hypothesis", "pytest_trio"} & set(sys.modules)
"""
PACKAGE = "of_the_bystander = True\n"
MODES = ("prepend", "append", "importlib")
COMMANDS = ("python -m pytest", "pytest")
"""The first looks into the current folder before anything else, and the second does not."""
MODULE, SCRIPT = COMMANDS

PATH = "[tool.pytest.ini_options]\npythonpath = ['{}']\n"
LAYOUTS: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "the path is the root": (
        {
            "pyproject.toml": PATH.format("."),
            "effects/__init__.py": PACKAGE,
            "plugins/__init__.py": PACKAGE,
            "tests/test_it.py": THEIRS,
        },
        [*product(MODES, COMMANDS)],
    ),
    "the path is src": (
        {
            "pyproject.toml": PATH.format("src"),
            "src/effects.py": PACKAGE,
            "src/plugins.py": PACKAGE,
            "tests/__init__.py": "",
            "tests/conftest.py": "import effects, plugins",
            "tests/test_it.py": THEIRS,
        },
        [*product(MODES, COMMANDS)],
    ),
    "a conftest at the root": (
        {
            "conftest.py": "import effects, plugins",
            "effects.py": PACKAGE,
            "plugins/__init__.py": PACKAGE,
            "tests/test_it.py": THEIRS,
        },
        [("prepend", SCRIPT), *product(MODES, [MODULE])],
    ),
    "tests in the package": (
        {
            "effects/__init__.py": PACKAGE,
            "plugins.py": PACKAGE,
            "effects/tests/__init__.py": "",
            "effects/tests/test_it.py": THEIRS,
        },
        [("prepend", SCRIPT), *product(MODES, [MODULE])],
    ),
    "all in one folder": (
        {"effects.py": PACKAGE, "plugins.py": PACKAGE, "test_it.py": THEIRS},
        [("prepend", SCRIPT), *product(MODES, [MODULE])],
    ),
    "a plugin of their own": (
        {
            "pytest.ini": "[pytest]\naddopts = -p effects.fixtures",
            "effects/__init__.py": PACKAGE,
            "effects/fixtures.py": "",
            "plugins/__init__.py": PACKAGE,
            "tests/test_it.py": THEIRS,
        },
        [*product(MODES, [MODULE])],
    ),
}
"""The files of a project, and the import modes and commands with which they would be found if rhialto were not there:
what comes later on the path than what is installed never is (`append`, or no path at all)."""

OURS = """
import pytest

from effects import create_dispatch


@pytest.fixture
def dispatch():
    return create_dispatch([])
"""


def write(folder: Path, files: dict[str, str]) -> None:
    """Files of a project."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def ask_pytest(python: Path, command: str, *options: str, project: Path) -> str:
    """Test a project, with warnings as errors, and return the output."""
    program, *arguments = command.split()
    return run(python.with_name(program), *arguments, "-W", "error", *options, cwd=project)


@pytest.mark.parametrize(("layout", "mode", "command"), [(name, *way) for name in LAYOUTS for way in LAYOUTS[name][1]])
def test_a_project_with_packages_of_the_same_names_tests_its_own(
    python: Path, tmp_path: Path, layout: str, mode: str, command: str
) -> None:
    """This holds for every layout of a project, and no module of ours is imported."""
    write(tmp_path, LAYOUTS[layout][0])
    assert "1 passed" in ask_pytest(python, command, "--import-mode", mode, project=tmp_path)


def test_whoever_uses_the_engine_has_its_fixtures(python: Path, tmp_path: Path) -> None:
    """Installing it is enough; pytest-trio is needed only for async tests."""
    write(tmp_path, {"conftest.py": OURS, "test_it.py": "def test_it(recorder):\n    assert recorder.effects == []\n"})
    for command in COMMANDS:
        assert "1 passed" in ask_pytest(python, command, project=tmp_path)
