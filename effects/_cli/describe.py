"""`describe`: what is registered, in a table, or one thing in full."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from .._discover.description import KINDS, Description, ParameterDescription, Source
from .._discover.inside import texts
from .._dispatch.dispatch import Dispatch
from .._language.errors import EffectsError, near
from .command import Command, Exit
from .printing import print_error, print_json, print_table, print_text
from .target import dispatch_in

__all__ = ["COMMAND"]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key", nargs="?", metavar="KEY", help="tell of this key in full")
    parser.add_argument("--kind", choices=KINDS, help="only what is of this kind")
    parser.add_argument("--plugin", help="only what this plugin brings")


def _run(given: Namespace) -> Exit:
    dispatch = dispatch_in(given.target)
    found = dispatch.describe(kind=given.kind, key=given.key, plugin=given.plugin)
    if given.json:
        print_json(found)
    elif found and given.key is not None:
        for description in found:
            _print_whole(description)
    elif found:
        _print_list(found)
    else:
        print_error(_nothing_found_error(dispatch, given.key))
    return Exit.FINE if found else Exit.NOTHING


def _nothing_found_error(dispatch: Dispatch, key: str | None) -> EffectsError:
    known = [description.key for description in dispatch.describe()]
    return EffectsError(
        "nothing registered fits" if key is None else f"nothing that fits is called {key!r}", near=near(key, known)
    )


def _print_list(found: Sequence[Description]) -> None:
    columns = {"kind": True, "key": True, "plugin": True, "takes": False, "what it is": False}
    print_table(
        columns,
        [
            (
                description.kind,
                description.key,
                description.plugin,
                _arguments_in_short(description),
                description.summary,
            )
            for description in found
        ],
    )


def _arguments_in_short(one: Description) -> str:
    """The arguments in short: `room, level, [options], *then`."""
    return ", ".join(_parameter_in_short(parameter) for parameter in one.parameters)


def _parameter_in_short(one: ParameterDescription) -> str:
    if one.several:
        return f"*{one.name}"
    return one.name if one.required else f"[{one.name}]"


def _print_whole(one: Description) -> None:
    print_text(f"{one.kind} {one.key}, of {one.plugin}{_place_of(one.source)}")
    if one.doc:
        print_text(f"\n{one.doc}")
    for title, parameters in (("takes", one.parameters), ("needs", one.needs)):
        if parameters:
            print_text()
            columns = {title: True, "type": False, "default": False, "what it is": False}
            print_table(columns, list(_rows(parameters)))
    for line in _rare_lines(one):
        print_text(f"\n{line}")
    print_text()


def _rows(parameters: Sequence[ParameterDescription], indent: str = "") -> Iterator[Sequence[str]]:
    for parameter in parameters:
        stars = "*" if parameter.several else ""
        default = (
            parameter.default
            if parameter.default is not None
            else ""
            if parameter.required or parameter.several
            else "optional"
        )
        yield f"{indent}{stars}{parameter.name}", parameter.type, default, parameter.doc
        yield from _rows(parameter.options, f"{indent}  ")


def _rare_lines(one: Description) -> Iterator[str]:
    """Yield the lines that only some descriptions have."""
    if one.returns not in {None, "None"}:
        yield f"returns {one.returns}"
    if one.each:
        yield "once for each member of a sink"
    if one.order:
        yield f"order: {one.order.place} of {one.order.of}, {one.order.why}"
    for name in ("hooks", "contributes", "replaces"):
        if value := getattr(one, name):
            yield f"{name}: {', '.join(value)}"
    if one.metadata:
        leaves = texts(one.metadata, "metadata", names=False)
        yield "\n".join(f"{place}: {text}" for place, text in leaves if text != "None")


def _place_of(source: Source | None) -> str:
    """Return the place of a source, relative to the current folder."""
    if source is None:
        return ""
    file = Path(source.file)
    near = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"\n{near}:{source.line}"


COMMAND = Command(
    name="describe",
    help="Tell of everything that is registered, or of one key in full.",
    examples=("app:dispatch", "app:dispatch alerts/send", "app:app --kind effect --json"),
    arguments=_arguments,
    run=_run,
)
