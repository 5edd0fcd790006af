"""Puts what was found where it is read: tables into `performance.md`, pictures beside it, all of it into JSON.

The JSON is what makes it possible to measure one group anew: the others stay as they were, each with the machine it was
measured on.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import final

from ._pictures import draw_bars, draw_curves
from ._tables import Table

__all__ = ["Found", "machine", "markdown", "write"]

CURVES = "scaling"
"""The group that is drawn as curves, and not shown as tables."""
BETWEEN = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.DOTALL)


@final
@dataclass(frozen=True, slots=True)
class Found:
    """What one group came to, and where."""

    machine: str
    tables: list[Table]


def machine() -> str:
    """Return what must be known to make something of figures."""
    versions = [f"{name} {version(name)}" for name in ("trio", "hypercorn", "quart-trio", "pydantic")]
    system = f"{platform.system()} on {os.cpu_count()} CPUs{_model()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {python}, {', '.join(versions)}, {system}"


def _model() -> str:
    named = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return f" ({named[1]})" if named else ""


def markdown(found: Mapping[str, Found]) -> str:
    """All tables, group by group."""
    parts = [
        "\n\n".join([f"## {name.capitalize()}", f"*{group.machine}*", *(table.markdown() for table in group.tables)])
        for name, group in found.items()
        if name != CURVES
    ]
    return "\n\n".join(parts)


def write(found: Mapping[str, Found], folder: Path, order: Iterable[str]) -> None:
    """Replace those groups in the report of that folder, which has `performance.md` with its markers, and draw it."""
    data, page = folder / "performance.json", folder / "performance.md"
    kept = json.loads(data.read_text()) if data.exists() else {}
    kept |= {name: asdict(group) for name, group in found.items()}
    data.write_text(json.dumps(kept, indent=1) + "\n")
    all_found = {
        name: Found(kept[name]["machine"], [Table.from_json(table) for table in kept[name]["tables"]])
        for name in order
        if name in kept
    }
    shown = markdown(all_found)
    page.write_text(BETWEEN.sub(lambda found: f"{found[1]}\n{shown}\n\n{found[2]}", page.read_text()))
    curves = all_found.pop(CURVES, None)
    if curves is not None:
        draw_curves(curves.tables, folder / "scaling.png")
    if all_found:
        draw_bars([table for group in all_found.values() for table in group.tables], folder / "performance.png")
