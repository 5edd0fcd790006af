"""Print each promise, its test, and the changes that turn the test red: `python -m docs.promises`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["PAGE", "Promise", "breaks_of", "read_promises"]

_HERE = Path(__file__).resolve().parent
PAGE = _HERE / "promises.md"
_MUTANTS = _HERE.parent / "tests" / "mutants.toml"
_ROW = re.compile(r"\| (?P<what>.+) \| `(?P<file>[\w/]+\.py)::(?P<name>\w+)` \|")


class Promise(NamedTuple):
    """One row of `promises.md`."""

    section: str
    what: str
    file: str
    """Of the test, from the root of the project."""
    name: str
    """Of the test function, which a class may have inherited."""


def read_promises(page: str | None = None) -> Iterator[Promise]:
    """Read all promises of a page, by default `promises.md`, in order.

    Raises `ValueError` for a row that names no test.
    """
    section = ""
    for line in (PAGE.read_text() if page is None else page).splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("|") and line not in {"| promise | test |", "| --- | --- |"}:
            row = _ROW.fullmatch(line)
            if row is None:
                raise ValueError(f"write | promise | `tests/file.py::test_name` |, not {line}")
            yield Promise(section, row["what"], row["file"], row["name"])


def breaks_of() -> Mapping[str, Sequence[str]]:
    """Return what turns a test red, by the name of its function."""
    breaks: dict[str, list[str]] = {}
    for mutant in tomllib.loads(_MUTANTS.read_text())["mutant"]:
        breaks.setdefault(mutant["test"].rpartition("::")[2], []).append(mutant["why"])
    return breaks


if __name__ == "__main__":
    known, last = breaks_of(), ""
    for promise in read_promises():
        if promise.section != last:
            last = promise.section
            print(f"\n{last}\n")
        print(f"- {promise.what}\n    {promise.file}::{promise.name}")
        for reason in known.get(promise.name, ()):
            print(f"    breaks when: {reason}")
