"""Each law, and each great promise of the plugins, has a test that a small change to the code turns red.

The changes of mutants.toml are tried one by one.
"""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MUTANTS: list[dict[str, Any]] = tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]
FIELDS = {"law", "file", "old", "new", "test", "why"}
LAWS = range(1, 11)
AT_A_TIME = 2
UNCHANGED = "test_without_a_mutant_the_tests_pass"
PLUGINS = ("effects", "datastar", "connections", "http", "routes", "faults")

ORIGIN = '''
"""Fails the run if what is imported is not the copy."""

from pathlib import Path

import effects
import plugins


def pytest_configure() -> None:
    here = Path(__file__).resolve().parent
    assert Path(effects.__file__).resolve().parents[1] == here, effects.__file__
    assert Path(plugins.__file__).resolve().parents[1] == here, plugins.__file__
'''


def copied(to: Path) -> Path:
    """A copy of all that the tests need."""
    for name in ("effects", "plugins", "tests"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    (to / "origin.py").write_text(ORIGIN)
    for name in ("effects", "plugins", "tests"):  # compiled once; what is changed is told by its hash
        compileall.compile_dir(to / name, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return to


def run(root: Path, *tests: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy with the copy's code, quickly and the same way each time."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    env |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", **more}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "origin"]
    command += ["--hypothesis-profile=quick", *tests]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=300, check=False)


Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def tries(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Done]]]:
    """What each mutant that is asked for comes to, by its reason, and the unchanged code; two at a time."""
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(AT_A_TIME):
        copies.put(copied(tmp_path_factory.mktemp(f"mutants{number}")))
    asked = {item.name for item in request.session.items}
    wanted = [one for one in MUTANTS if f"{test_a_mutant_turns_its_test_red.__name__}[{one['why']}]" in asked]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        unchanged = copied(tmp_path_factory.mktemp("unchanged"))
        tests = sorted({mutant["test"] for mutant in MUTANTS})
        found = {UNCHANGED: pool.submit(run, unchanged, *tests)} if UNCHANGED in asked else {}
        yield found | {mutant["why"]: pool.submit(tried, mutant, copies) for mutant in wanted}
        pool.shutdown(cancel_futures=True)


def tried(mutant: dict[str, Any], copies: SimpleQueue[Path]) -> Done:
    """Make the change in one of the copies, run the test, and put it right again."""
    copy = copies.get()
    file = copy / mutant["file"]
    source = file.read_text()
    file.write_text(source.replace(mutant["old"], mutant["new"]))
    try:
        return run(copy, mutant["test"], PATIENCE="8")  # what a mutant keeps from coming is not waited for as long
    finally:
        file.write_text(source)
        copies.put(copy)


def test_every_law_has_a_mutant() -> None:
    """Each law, the engine beside them and each plugin, and its mutants name one of its own tests."""
    assert {mutant["law"] for mutant in MUTANTS} == {*LAWS, *PLUGINS}
    for mutant in MUTANTS:
        law = mutant["law"]
        expected = f"{law}/test_" if law in PLUGINS else f"::test_law_{law:02}_"
        assert expected in mutant["test"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["why"])
def test_a_mutant_is_well_formed(mutant: dict[str, Any]) -> None:
    """All fields are there, and the text to be changed stands exactly once in the file."""
    assert set(mutant) == FIELDS
    assert mutant["old"] != mutant["new"]
    assert (ROOT / mutant["file"]).read_text().count(mutant["old"]) == 1


@pytest.mark.slow
def test_without_a_mutant_the_tests_pass(tries: dict[str, Future[Done]]) -> None:
    """Whatever turns a test red below is the mutant's doing."""
    done = tries[UNCHANGED].result()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["why"])
def test_a_mutant_turns_its_test_red(mutant: dict[str, Any], tries: dict[str, Future[Done]]) -> None:
    """With the change in place the test fails: by a failure, not by an error in running it."""
    done = tries[mutant["why"]].result()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed" in done.stdout, done.stdout
