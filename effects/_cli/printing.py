"""The output of commands: tables for people, JSON for tools.

No text in a table counts as markup. Output that does not go to a terminal is the same everywhere: plain text of one
width. A letter that the encoding lacks is written as an escape, because the output may be the only trace of effects
that have run. A reader may stop at any time, as `head` does: that is no failure.
"""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TextIO

from .._discover.inside import as_data
from .._language.errors import EffectsError, MissingExtraError

__all__ = ["flush", "print_as_it_is", "print_error", "print_json", "print_table", "print_text", "take_any_letter"]

_WIDTH = 100
"""The width in characters, if there is no terminal to ask."""
_TOTAL = frozenset({"backslashreplace", "ignore", "namereplace", "replace", "xmlcharrefreplace"})
"""Error handlers that can write every letter."""


def take_any_letter() -> None:
    """Let stdout and stderr print every letter somehow, lone surrogates included, in any encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors not in _TOTAL:
            stream.reconfigure(errors="backslashreplace")


def print_json(value: object) -> None:
    """Print a value as JSON can represent it, indented."""
    print_as_it_is(json.dumps(as_data(value), indent=2))


def print_text(text: str = "") -> None:
    """Print lines, without control characters, which a terminal would take for commands."""
    print_as_it_is(_without_controls(text))


def print_as_it_is(text: str) -> None:
    """Print text that is known to hold no control characters, such as JSON."""
    _write(sys.stdout, lambda to: print(text, file=to, flush=True))


def print_error(error: Exception) -> None:
    """Print an error to stderr. If that cannot be done, the error is dropped."""
    with suppress(EffectsError):
        _write(sys.stderr, lambda to: print(_without_controls(str(error)), file=to, flush=True))


def flush() -> None:
    """Write out buffered output, as far as possible."""
    with suppress(EffectsError):
        _write(sys.stdout, lambda to: to.flush())


def _write(to: TextIO | None, write: Callable[[TextIO], None]) -> None:
    """Write to a stream, which is None if it was closed before we began. Raises `EffectsError` if that fails."""
    if to is None:
        return
    try:
        write(to)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), to.fileno())  # buffered output must not raise again
        if not isinstance(error, ConnectionError) and error.errno != errno.EINVAL:  # EINVAL: python/cpython#79935
            raise EffectsError(f"the output cannot be written: {error.strerror}", fix="make room for it") from error


def _without_controls(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def print_table(columns: Mapping[str, bool], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under the names of columns. A column whose value is true is never wrapped.

    Raises `MissingExtraError` if rich is not installed.
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
    for name, is_whole in columns.items():
        table.add_column(name, no_wrap=is_whole, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_without_controls(cell)) for cell in row))
    console = Console(width=None if sys.stdout is not None and sys.stdout.isatty() else _WIDTH)
    with console.capture() as capture:
        console.print(table)
    print_as_it_is("\n".join(line.rstrip() for line in capture.get().splitlines()))
