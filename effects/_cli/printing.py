"""How commands print: tables for people, JSON for tools.

Nothing in a table is markup, and what is not printed to a terminal is the same everywhere: plain text of one width.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from .._discover.inside import as_data
from .._errors import MissingExtraError

__all__ = ["print_error", "print_json", "print_table", "print_text"]

_WIDTH = 100
"""In characters, where there is no terminal to ask."""


def print_json(value: object) -> None:
    """Print what JSON can say of a value, indented."""
    print(json.dumps(as_data(value), indent=2))


def print_text(text: str = "") -> None:
    """Print lines as they are."""
    print(_harmless(text))


def print_error(error: Exception) -> None:
    """Print what went wrong, where errors go."""
    print(_harmless(str(error)), file=sys.stderr)


def _harmless(text: str) -> str:
    """Text without what a terminal would take for a command."""
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)


def print_table(columns: Mapping[str, bool], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under the names of columns; where it is true, a column is never wrapped.

    Raises `MissingExtraError` where rich is not installed.
    """
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError as error:
        raise MissingExtraError(
            "tables are printed by rich, which is not installed; --json needs none", "cli"
        ) from error
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, whole in columns.items():
        table.add_column(name, no_wrap=whole, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_harmless(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    with console.capture() as printed:
        console.print(table)
    print("\n".join(line.rstrip() for line in printed.get().splitlines()))
