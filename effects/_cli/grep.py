"""`grep`: the places of a text in the descriptions of a dispatch."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace

from .._discover.description import Description
from .command import Command, Exit
from .printing import print_json, print_table
from .target import TargetError, dispatch_in

__all__ = ["COMMAND"]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pattern", metavar="TEXT", help="the text to look for, in upper or lower case")
    parser.add_argument("--regex", action="store_true", help="TEXT is a regular expression, and its case counts")


def _run(options: Namespace) -> Exit:
    dispatch = dispatch_in(options.target)
    hits = dispatch.grep(_compile(options.pattern) if options.regex else options.pattern)
    if options.json:
        print_json([{**_name_of(hit.description), "field": hit.field, "excerpt": hit.excerpt} for hit in hits])
    elif hits:
        rows = [(*_name_of(hit.description).values(), hit.field, hit.excerpt) for hit in hits]
        print_table({"kind": True, "key": True, "where": False, "what": False}, rows)
    return Exit.FINE if hits else Exit.NOTHING


def _name_of(description: Description) -> dict[str, str]:
    return {"kind": description.kind, "key": description.key}


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise TargetError(f"{pattern!r} is no regular expression: {error}", fix="leave out --regex") from error


COMMAND = Command(
    name="grep",
    help="Look for text in keys, kinds, docs, parameters, system values and metadata.",
    examples=("app:dispatch session", "app:dispatch --regex '^lobby/'", "app:app room --json"),
    arguments=_arguments,
    run=_run,
)
