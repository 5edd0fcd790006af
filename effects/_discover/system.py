"""The system values that a dispatch needs, as a schema, and those that are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .._annotations.text import text_of
from .._assembly.tables import Entry, Tables
from .._language.errors import SystemValueError, near
from .._language.sink import SINK_FIX
from .._registry.needs import by_name, misfits, needs_of
from .parameters import Argument, system_arguments
from .schemas import DIALECT, value_schemas

__all__ = ["system_problems", "system_schema"]


def _entries(tables: Tables) -> Iterator[Entry]:
    yield from (*tables.entries.values(), *tables.slices.values())


def system_problems(
    tables: Tables, system: Mapping[str, object], late: Collection[str] = ()
) -> Iterator[SystemValueError]:
    """Yield an error for each system value that is needed and neither there nor late, and for each taker of a value of
    another type.
    """
    needs = [need for entry in _entries(tables) for need in needs_of(entry.registration)]
    for name, takers in by_name(needs).items():
        keys = [need.key for need in takers if need.required]
        if keys and name not in system and name not in late:
            yield SystemValueError(
                f"missing system value {name!r}, needed by {', '.join(map(repr, keys))}",
                near=near(name, system),
                fix=SINK_FIX if name == "sink" else f"system={{{name!r}: ...}}",
            )
        for what, fix in misfits(takers, system):
            yield SystemValueError(what, fix=fix)


def system_schema(tables: Tables) -> Mapping[str, Any]:
    """Return the JSON Schema of an object with one property for each system value, whose description names its types
    and users.
    """
    users: dict[str, list[tuple[Entry, Argument]]] = {}
    for entry in _entries(tables):
        for argument in system_arguments(entry.registration):
            users.setdefault(argument.name, []).append((entry, argument))
    schemas, shared = value_schemas({name: takers[0][1].annotation for name, takers in users.items()})
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {name: {**schemas[name], "description": _types_of(takers)} for name, takers in users.items()},
        "required": [name for name, takers in users.items() if any(argument.required for _, argument in takers)],
        **shared,
    }


def _types_of(users: list[tuple[Entry, Argument]]) -> str:
    kinds = dict.fromkeys(text_of(argument.annotation) for _, argument in users)
    return f"{' or '.join(kinds)}, for {', '.join(entry.key for entry, _ in users)}"
