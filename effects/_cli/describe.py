"""`describe`: a table of everything that is registered, or one thing in full."""

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
    parser.add_argument("key", nargs="?", metavar="KEY", help="describe this key in full")
    parser.add_argument("--kind", choices=KINDS, help="only things of this kind")
    parser.add_argument("--plugin", help="only contributions of this plugin")


def _run(options: Namespace) -> Exit:
    dispatch = dispatch_in(options.target)
    descriptions = dispatch.describe(kind=options.kind, key=options.key, plugin=options.plugin)
    if options.json:
        print_json(descriptions)
    elif descriptions and options.key is not None:
        for description in descriptions:
            _print_whole(description)
    elif descriptions:
        _print_list(descriptions)
    else:
        print_error(_nothing_found_error(dispatch, options.key))
    return Exit.FINE if descriptions else Exit.NOTHING


def _nothing_found_error(dispatch: Dispatch, key: str | None) -> EffectsError:
    keys = [description.key for description in dispatch.describe()]
    return EffectsError(
        "nothing registered fits" if key is None else f"nothing that fits is called {key!r}", near=near(key, keys)
    )


def _print_list(descriptions: Sequence[Description]) -> None:
    columns = {"kind": True, "key": True, "plugin": True, "takes": False, "what it is": False}
    print_table(
        columns,
        [
            (
                description.kind,
                description.key,
                description.plugin,
                _short_arguments(description),
                description.summary,
            )
            for description in descriptions
        ],
    )


def _short_arguments(description: Description) -> str:
    """Return the arguments in short: `room, level, [options], *then`."""
    return ", ".join(_short_parameter(parameter) for parameter in description.parameters)


def _short_parameter(parameter: ParameterDescription) -> str:
    if parameter.several:
        return f"*{parameter.name}"
    return parameter.name if parameter.required else f"[{parameter.name}]"


def _print_whole(description: Description) -> None:
    print_text(f"{description.kind} {description.key}, of {description.plugin}{_place_of(description.source)}")
    if description.doc:
        print_text(f"\n{description.doc}")
    for title, parameters in (("takes", description.parameters), ("needs", description.needs)):
        if parameters:
            print_text()
            columns = {title: True, "type": False, "default": False, "what it is": False}
            print_table(columns, list(_rows(parameters)))
    for line in _rare_lines(description):
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


def _rare_lines(description: Description) -> Iterator[str]:
    """Yield the lines that only some descriptions have."""
    if description.returns not in {None, "None"}:
        yield f"returns {description.returns}"
    if description.each:
        yield "once for each member of a sink"
    if description.order:
        yield f"order: {description.order.place} of {description.order.of}, {description.order.why}"
    for name in ("hooks", "contributes", "replaces"):
        if value := getattr(description, name):
            yield f"{name}: {', '.join(value)}"
    if description.metadata:
        leaves = texts(description.metadata, "metadata", names=False)
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
    help="Describe everything that is registered, or one key in full.",
    examples=("app:dispatch", "app:dispatch alerts/send", "app:app --kind effect --json"),
    arguments=_arguments,
    run=_run,
)
