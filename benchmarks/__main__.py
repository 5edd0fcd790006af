"""Measure, and say so: `python -m benchmarks [GROUP ...] [--quick] [--into FOLDER]`. Needs `pip install -e '.[bench]'`.

A full run takes about ten minutes on a quiet machine, and writes to `docs/`. A quick one takes less than a minute, and
only prints: it shows that everything works, and no figure of it is worth anything.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ._dispatch import measure_dispatch
from ._memory import measure_memory
from ._plan import FULL, QUICK, Plan
from ._report import Found, machine, markdown, write
from ._scaling import measure_scaling
from ._streams import measure_idle, measure_reply, measure_streams
from ._tables import Table

GROUPS: dict[str, Callable[[Plan], list[Table]]] = {
    "dispatch": measure_dispatch,
    "memory": measure_memory,
    "streams": measure_streams,
    "reply": measure_reply,
    "idle": measure_idle,
    "scaling": measure_scaling,
}


def main() -> None:
    """Measure the groups that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="see that everything works")
    parser.add_argument("--into", type=Path, help="the folder with performance.md; docs/ for a full run")
    asked = parser.parse_args()
    plan = QUICK if asked.quick else FULL
    into: Path | None = asked.into
    if into is None and not asked.quick:
        into = Path(__file__).parents[1] / "docs"
    for name in asked.groups or GROUPS:
        print(f"{name} ...", flush=True)
        found = {name: Found(machine(), GROUPS[name](plan))}
        print(markdown(found), end="\n\n")
        if into is not None:
            write(found, into, order=GROUPS)


if __name__ == "__main__":
    main()
