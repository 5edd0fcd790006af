"""The figures, as tables: made of samples, kept as JSON, shown as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, final

from ._measure import Sample

__all__ = ["COST", "Row", "Table", "figure_of"]

COST = ("CPU, us", "wall, us")
"""The columns of most tables."""


@final
@dataclass(frozen=True, slots=True)
class Row:
    """What one contestant came to in one case."""

    case: str
    who: str
    values: Sequence[float]
    against: float
    """How many times the first contestant's first value its own was, the median of all rounds."""


@final
@dataclass(slots=True)
class Table:
    """Cases, and what each contestant came to in them."""

    title: str
    columns: Sequence[str] = COST
    rows: list[Row] = field(default_factory=list)

    def add(self, case: str, samples: Mapping[str, Sequence[Sample]]) -> None:
        """Add one case. The first contestant is the one that the others are compared with."""
        first = next(iter(samples.values()))
        for who, own in samples.items():
            medians = [statistics.median(column) for column in zip(*own, strict=True)]
            quotients = [mine[0] / theirs[0] for mine, theirs in zip(own, first, strict=True) if theirs[0]]
            self.rows.append(Row(case, who, medians, statistics.median(quotients or [1.0])))

    def markdown(self) -> str:
        """The table, under its title."""
        head = ["", "", *self.columns, "times the first"]
        lines = [f"### {self.title}", "", _line(head), _line(["---", "---", *["---:"] * (len(head) - 2)])]
        case = ""
        for row in self.rows:
            shown = "" if row.case == case else row.case
            case = row.case
            lines.append(_line([shown, row.who, *map(figure_of, row.values), f"{row.against:.2f}"]))
        return "\n".join(lines)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """A table that was kept with `dataclasses.asdict`."""
        return cls(kept["title"], kept["columns"], [Row(**row) for row in kept["rows"]])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def figure_of(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
