"""`schema`: JSON Schema of the vectors that may be dispatched, or of the system."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from .._dispatch.dispatch import Dispatch
from .._language.errors import UnknownKeyError, near
from .command import Command, Exit
from .printing import print_error, print_json
from .target import dispatch_in

__all__ = ["COMMAND"]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key", nargs="?", metavar="KEY", help="the vector of this key alone")
    parser.add_argument("--system", action="store_true", help="the system's values instead")


def _run(options: Namespace) -> Exit:
    dispatch = dispatch_in(options.target)
    try:
        print_json(_schema(dispatch, options.key, system=options.system))
    except UnknownKeyError as error:
        print_error(error)
        return Exit.NOTHING
    return Exit.FINE


def _schema(dispatch: Dispatch, key: str | None, *, system: bool) -> object:
    if system:
        return dispatch.system_schema()
    if key is None:
        return dispatch.schemas()
    schemas = {
        description.key: description.schema
        for description in reversed(dispatch.describe())
        if description.schema is not None
    }
    if key not in schemas:
        raise UnknownKeyError(f"nothing called {key!r} has a schema", near=near(key, schemas))
    return schemas[key]


COMMAND = Command(
    name="schema",
    help="Print JSON Schema 2020-12 of what may be dispatched.",
    examples=("app:dispatch", "app:dispatch alerts/send", "app:app --system"),
    arguments=_arguments,
    run=_run,
)
