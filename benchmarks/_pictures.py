"""The figures, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ._tables import Table, figure_of

__all__ = ["draw_bars", "draw_curves"]

COLORS = ["#c2410c", "#fdba74", "#64748b", "#0f766e", "#7c3aed", "#1d4ed8"]
"""Ours stands out."""
ACROSS = 3


def draw_bars(tables: Sequence[Table], picture: Path) -> None:
    """A panel for each table, a group of bars for each case: each contestant beside the first, and its own figure."""
    from matplotlib import pyplot

    down = -(-len(tables) // ACROSS)
    figure, panels = pyplot.subplots(down, ACROSS, figsize=(6 * ACROSS, 5.5 * down), squeeze=False)
    for panel in list(panels.flat)[len(tables) :]:
        panel.set_visible(False)
    for table, panel in zip(tables, panels.flat, strict=False):
        _bars(table, panel)
    _save(figure, picture)


def _bars(table: Table, panel: Any) -> None:
    cases = list(dict.fromkeys(row.case for row in table.rows))
    people = list(dict.fromkeys(row.who for row in table.rows))
    height = 0.85 / len(people)
    for place, who in enumerate(people):
        own = [row for row in table.rows if row.who == who]
        at = [cases.index(row.case) + (place - (len(people) - 1) / 2) * height for row in own]
        bars = panel.barh(at, [row.against for row in own], height * 0.9, label=who, color=COLORS[place % len(COLORS)])
        panel.bar_label(bars, [figure_of(row.values[0]) for row in own], padding=2, fontsize=7)
    panel.set_yticks(range(len(cases)), [case.replace(", ", "\n") for case in cases], fontsize=8)
    panel.invert_yaxis()
    panel.margins(x=0.15)
    panel.set_title(table.title, fontsize=10)
    panel.set_xlabel(f"times {people[0]}; at the bars: {table.columns[0]}", fontsize=8)
    panel.grid(axis="x", alpha=0.3)
    panel.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False)


def draw_curves(tables: Sequence[Table], picture: Path) -> None:
    """A panel for each table, whose cases are numbers. Logarithmic both ways: what is proportional has a slope of 1."""
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 2, figsize=(11, 8))
    for table, panel in zip(tables, panels.flat, strict=False):
        panel.plot([int(row.case) for row in table.rows], [row.values[0] for row in table.rows], "o-", color=COLORS[0])
        panel.set_xscale("log")
        panel.set_yscale("log")
        title, _, across = table.title.partition(": ")
        panel.set_title(title, fontsize=10)
        panel.set_xlabel(across, fontsize=8)
        panel.set_ylabel(table.columns[0], fontsize=8)
        panel.grid(alpha=0.3, which="both")
    _save(figure, picture)


def _save(figure: Any, picture: Path) -> None:
    from matplotlib import pyplot

    figure.tight_layout()
    figure.savefig(picture, dpi=80)
    pyplot.close(figure)
