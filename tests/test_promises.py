"""docs/promises.md is true: every test it names exists, and every law and every mutant is in it."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MUTANTS: list[dict[str, Any]] = tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]
HEAD = ["promise", "test", "breaks when"]


@cache
def rows() -> list[list[str]]:
    """The cells of every row of every table."""
    lines = (ROOT / "docs" / "promises.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row != HEAD and set("".join(row)) - set("- :")]


def named(row: list[str]) -> tuple[str, str]:
    """The file and the function of the test that a row names."""
    found = re.fullmatch(r"`((?:(?:demo/\w+/)?tests/[\w/]+|plugins/\w+/testing)\.py)::(\w+)`", row[1])
    assert found is not None, f"write the test as `tests/file.py::test_name`: {row[1]}"
    return found[1], found[2]


@cache
def functions(file: Path) -> set[str]:
    """The names of the tests in a module, those in classes included."""
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_promise_names_a_test_that_exists(row: list[str]) -> None:
    """A promise, a test, and what breaks it; the last may be empty."""
    assert len(row) == 3
    assert row[0]
    file, name = named(row)
    assert name.startswith("test_")
    assert name in functions(ROOT / file)


def test_no_promise_is_made_twice() -> None:
    """Each has one row."""
    promises = [row[0] for row in rows()]
    assert sorted(set(promises)) == sorted(promises)


def test_every_test_of_a_law_is_in_the_table() -> None:
    """All that are called `test_law_...`."""
    laws = {
        (f"tests/effects/{file.name}", name)
        for file in (HERE / "effects").glob("test_*.py")
        for name in functions(file)
        if name.startswith("test_law_")
    }
    assert laws
    assert laws <= {named(row) for row in rows()}


def test_every_law_has_a_test() -> None:
    """All ten."""
    names = {named(row)[1] for row in rows()}
    assert all(any(name.startswith(f"test_law_{law:02}_") for name in names) for law in range(1, 11))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["why"])
def test_every_mutant_is_in_the_table(mutant: dict[str, Any]) -> None:
    """In the row of its test, which a class may have inherited."""
    said = [row[2] for row in rows() if named(row)[1] == mutant["test"].rpartition("::")[2]]
    assert any(mutant["why"] in cell for cell in said)
