"""Each law, and each great promise of the plugins, has a test that a small change to the code turns red.

The changes of mutants.toml are tried one by one.
"""

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple, final

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MUTANTS: list[dict[str, Any]] = tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]
FIELDS = {"law", "file", "old", "new", "test", "why"}
LAWS = range(1, 11)
AT_A_TIME = 4
PATIENT = "2"
"""Seconds that a test waits for what a mutant keeps from coming."""
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


class Done(NamedTuple):
    """What came of a run of tests."""

    code: int
    said: str


@final
class Copy:
    """A copy of all that the tests need, and a process that runs tests there, quickly and the same way each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        without = ("BUILD_NUMBER", "CI", "COV", "PYTEST")  # in CI, pytest shows all of a difference, however long
        env = {name: value for name, value in os.environ.items() if not name.startswith(without)}
        env |= {"PYTHONHASHSEED": "0"}
        command = [sys.executable, "-P", str(HERE / "warm.py")]
        self._process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *tests: str, **environment: str) -> Done:
        """Run tests of the copy with the copy's code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "origin", "--hypothesis-profile=quick", *tests]
        print(json.dumps([str(self.folder), arguments, environment]), file=self._process.stdin, flush=True)
        return Done(*json.loads(self._process.stdout.readline()))

    def run_changed(self, mutant: dict[str, Any]) -> Done:
        """Make the change, run its test, and put it right again."""
        file = self.folder / mutant["file"]
        source = file.read_text()
        file.write_text(source.replace(mutant["old"], mutant["new"]))
        try:
            return self.run(mutant["test"], PATIENCE=PATIENT)
        finally:
            file.write_text(source)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def compiled(to: Path) -> Path:
    """All that the tests need, compiled; what is changed is told by its hash."""
    for name in ("effects", "plugins", "tests"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(to / name, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    shutil.copy(ROOT / "pyproject.toml", to)
    (to / "origin.py").write_text(ORIGIN)
    return to


@pytest.fixture(scope="module")
def tries(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Done]]]:
    """Return what each mutant that is asked for comes to, by its reason, and the unchanged code; a few at a time."""
    folder = tmp_path_factory.mktemp("mutants")
    original = compiled(folder / "original")
    copies = [Copy(shutil.copytree(original, folder / str(number))) for number in range(AT_A_TIME)]
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def tried(run: Callable[[Copy], Done]) -> Done:
        copy = free.get()
        try:
            return run(copy)
        finally:
            free.put(copy)

    asked = {item.name for item in request.session.items}
    wanted = [mutant for mutant in MUTANTS if f"{test_a_mutant_turns_its_test_red.__name__}[{mutant['why']}]" in asked]
    tests = sorted({mutant["test"] for mutant in MUTANTS})
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = {UNCHANGED: pool.submit(tried, lambda copy: copy.run(*tests))} if UNCHANGED in asked else {}
        for mutant in wanted:
            found[mutant["why"]] = pool.submit(tried, partial(Copy.run_changed, mutant=mutant))
        yield found
        pool.shutdown(cancel_futures=True)
    for copy in copies:
        copy.close()


def test_every_law_has_a_mutant() -> None:
    """Each law, the engine beside them and each plugin, and its mutants name one of its own tests."""
    assert {mutant["law"] for mutant in MUTANTS} == {*LAWS, *PLUGINS}
    for mutant in MUTANTS:
        law = mutant["law"]
        expected = f"{law}/" if law in PLUGINS else f"::test_law_{law:02}_"
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
    assert done.code == 0, done.said


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["why"])
def test_a_mutant_turns_its_test_red(mutant: dict[str, Any], tries: dict[str, Future[Done]]) -> None:
    """With the change in place the test fails: by a failure, not by an error in running it."""
    done = tries[mutant["why"]].result()
    assert done.code == 1, done.said
    assert "1 failed" in done.said, done.said
