"""What the standard library lacks on other platforms: typeshed says for each of them which names a module has."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import mypy

__all__ = ["MODULES", "PLATFORMS", "is_absent", "missing"]

PLATFORMS = ("darwin", "win32")
MODULES = [
    "errno",
    "fcntl",
    "grp",
    "locale",
    "mmap",
    "os",
    "pty",
    "pwd",
    "readline",
    "resource",
    "select",
    "selectors",
    "signal",
    "socket",
    "socketserver",
    "syslog",
    "termios",
    "time",
    "tty",
]
"""Those that are not the same everywhere."""

_STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"


@cache
def missing(module: str, platform: str) -> frozenset[str]:
    """The names that a module has on Linux, and not on a platform."""
    return frozenset(_names(module, "linux") - _names(module, platform))


@cache
def is_absent(module: str, platform: str) -> bool:
    """Whether a platform does not have a module at all: it would be empty there."""
    return not _names(module, platform, imported=False)


def _names(module: str, platform: str, *, imported: bool = True) -> set[str]:
    stub = _STUBS / f"{module}.pyi"
    stub = stub if stub.exists() else _STUBS / module / "__init__.pyi"
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    return set(_bound(tree.body, SimpleNamespace(platform=platform, version_info=sys.version_info), imported))


def _bound(body: list[ast.stmt], on: SimpleNamespace, imported: bool) -> Iterator[str]:
    """The names that statements of a stub bind on a platform."""
    for statement in body:
        match statement:
            case ast.If():
                holds = eval(compile(ast.Expression(statement.test), "stub", "eval"), {"sys": on})
                yield from _bound(statement.body if holds else statement.orelse, on, imported)
            case (
                ast.FunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.AnnAssign(target=ast.Name(id=name))
                | ast.Assign(targets=[ast.Name(id=name)])
            ):
                yield from [name] * (not name.startswith("_"))
            case ast.ImportFrom(names=names) if imported:
                yield from (alias.asname or alias.name for alias in names)
            case _:
                pass
