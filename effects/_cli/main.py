"""`python -m effects`: reads the command line, and runs one command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .._language.errors import EffectsError
from . import check, describe, dispatch, grep, sample, schema
from .command import Command, Exit
from .printing import flush, print_error, take_any_letter

__all__ = ["COMMANDS", "main"]

COMMANDS: tuple[Command, ...] = (
    describe.COMMAND,
    grep.COMMAND,
    sample.COMMAND,
    schema.COMMAND,
    check.COMMAND,
    dispatch.COMMAND,
)

_ABOUT = "Ask a dispatch what it can do, or have it do something."
_TARGET = """\
TARGET is module:attribute, found from the current folder: a dispatch, an app that has a Live,
a plugin or a list of plugins, or a function without arguments that returns one of these.

The exit code is 0 if something was found or all is well, 1 if nothing was found or
something is wrong, and 2 if the command or its target cannot be used.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, with `sys.argv` by default, and return its exit code. Leaves by `SystemExit` for `--help`."""
    take_any_letter()
    try:
        options = _parser().parse_args(
            [_as_typed(argument) for argument in sys.argv[1:]] if arguments is None else arguments
        )
        return int(options.run(options))
    except EffectsError as error:
        print_error(error)
        return Exit.UNUSABLE
    finally:
        flush()


def _as_typed(argument: str) -> str:
    """Return an argument as it was typed, in UTF-8, even if the locale cannot decode its bytes (PEP 383)."""
    if not any("\udc80" <= letter <= "\udcff" for letter in argument):
        return argument
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        return argument


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m effects", description=_ABOUT, epilog=_TARGET, formatter_class=shape)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = commands.add_parser(
            command.name, help=command.help, description=command.help, epilog=_epilog(command), formatter_class=shape
        )
        subparser.add_argument("target", metavar="TARGET", help="module:attribute, such as app:dispatch")
        command.arguments(subparser)
        subparser.add_argument("--json", action="store_true", help="print JSON, for tools")
        subparser.set_defaults(run=command.run)
    return parser


def _epilog(command: Command) -> str:
    examples = "\n".join(f"  python -m effects {command.name} {example}" for example in command.examples)
    return "\n".join([f"examples:\n{examples}\n", command.note, _TARGET])
