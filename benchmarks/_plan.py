"""How much is measured: enough to be believed, or just enough to see that everything works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

__all__ = ["FULL", "QUICK", "Plan"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sizes, and how long to look at them."""

    rounds: int
    """Turns of each contestant, in this process."""
    seconds: float
    """How long such a turn takes."""
    crowds: Sequence[int]
    """How many connections are stored."""
    streams: Sequence[int]
    """How many streams are open at once, of each server."""
    server_rounds: int
    server_seconds: float
    """How long a server is kept busy in a turn: at least so long, and for at least one broadcast."""
    steady_streams: int
    """How many streams there are when latency is measured, with five broadcasts a second."""
    steady_seconds: float
    idle_streams: int
    parked: int
    """How many streams are open while something else is dispatched."""


FULL = Plan(
    rounds=7,
    seconds=0.06,
    crowds=(100, 1_000, 10_000, 100_000),
    streams=(100, 1_000, 5_000),
    server_rounds=3,
    server_seconds=0.8,
    steady_streams=1_000,
    steady_seconds=4.0,
    idle_streams=2_000,
    parked=5_000,
)
QUICK = Plan(
    rounds=1,
    seconds=0.002,
    crowds=(100, 300),
    streams=(50,),
    server_rounds=1,
    server_seconds=0.1,
    steady_streams=50,
    steady_seconds=0.5,
    idle_streams=100,
    parked=200,
)
