"""docs/promises.md is true: every test it names exists, and every law and every mutant is in it."""

import ast
import subprocess
import sys
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from docs.promises import Promise, breaks_of, read_promises

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PROMISES = list(read_promises())


@cache
def functions(file: Path) -> set[str]:
    """The names of the tests in a module, those in classes included."""
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.what)
def test_a_promise_names_a_test_that_exists(promise: Promise) -> None:
    """A section, a promise, and a test."""
    assert promise.section
    assert promise.name.startswith("test_")
    assert promise.name in functions(ROOT / promise.file)


def test_no_promise_is_made_twice() -> None:
    """Each has one row."""
    promises = [(promise.section, promise.what) for promise in PROMISES]
    assert sorted(set(promises)) == sorted(promises)


def test_no_section_is_there_twice() -> None:
    """All rows of one are together."""
    sections = [promise.section for promise in PROMISES]
    assert len([*groupby(sections)]) == len({*sections})


def test_every_test_of_a_law_is_in_the_table() -> None:
    """All that are called `test_law_...`."""
    laws = {
        (str(file.relative_to(ROOT)), name)
        for file in (HERE / "effects").rglob("test_*.py")
        for name in functions(file)
        if name.startswith("test_law_")
    }
    assert laws
    assert laws <= {(promise.file, promise.name) for promise in PROMISES}


def test_every_law_has_a_test() -> None:
    """All ten, in the section of the law."""
    for law in range(1, 11):
        promises = [promise for promise in PROMISES if promise.name.startswith(f"test_law_{law:02}_")]
        assert promises
        assert all(promise.section.startswith(f"{law}. ") for promise in promises), law


def test_every_mutant_breaks_a_promise() -> None:
    """The test that it turns red holds one."""
    names = {promise.name for promise in PROMISES}
    assert [name for name in breaks_of() if name not in names] == []


def test_promises_are_printed_with_what_breaks_them() -> None:
    """As `python -m docs.promises` does."""
    done = subprocess.run([sys.executable, "-m", "docs.promises"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(reason in done.stdout for reasons in breaks_of().values() for reason in reasons)
    assert done.stdout.count("\n- ") == len(PROMISES)


@pytest.mark.parametrize("row", ["| a | somewhere |", "| a | `tests/a.py::test_a` | more |", "| a |"])
def test_a_row_that_names_no_test_is_refused(row: str) -> None:
    """With how to write one."""
    with pytest.raises(ValueError, match=r"write \| promise \|"):
        list(read_promises(f"## Engine\n\n| promise | test |\n| --- | --- |\n{row}\n"))
