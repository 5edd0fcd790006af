"""How cost grows: with those who are reached, with those among many, with depth, and with what is sent. In process."""

from __future__ import annotations

import gc
from collections.abc import Mapping

from ._dispatch import again, make_dispatch, nest
from ._measure import InProcess, interleave
from ._memory import MOST, RhialtoCrowd, patch_broadcast
from ._plan import Plan
from ._tables import COST, Table

__all__ = ["measure_scaling"]

BYTES = 900_000
"""What a queue takes in one turn, a little less than its bound."""


def measure_scaling(plan: Plan) -> list[Table]:
    """One table for each curve, its cases the places on the horizontal axis."""
    most = max(plan.crowds[:3])
    steps = [10**power for power in range(6) if 10**power <= most]
    members = {size: _to_all(RhialtoCrowd(size), plan) for size in steps}
    matching = {size: _to_room(RhialtoCrowd(most, room=size), plan) for size in steps}
    dispatch = make_dispatch()
    depth = {
        deep: InProcess(work=again(dispatch, nest(deep)), seconds=plan.seconds) for deep in (1, 2, 4, 8, 12, 16, 24, 30)
    }
    ten = RhialtoCrowd(10)
    size = {size: _sent(ten, size, plan) for size in (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)}
    gc.freeze()  # or each collection before a turn would go through everything that is stored
    curves = [
        _curve("Broadcast to N connections: N", members, plan),
        _curve(f"Broadcast to M of {most:,} connections: M", matching, plan),
        _curve("Dispatches nested in one another: depth", depth, plan),
        _curve("Broadcast to 10 connections: bytes of the patch", size, plan),
    ]
    gc.unfreeze()
    return curves


def _to_all(crowd: RhialtoCrowd, plan: Plan) -> InProcess:
    return InProcess(work=crowd.to_all, seconds=plan.seconds, most=MOST, between=crowd.drain)


def _to_room(crowd: RhialtoCrowd, plan: Plan) -> InProcess:
    return InProcess(work=crowd.to_room, seconds=plan.seconds, most=MOST, between=crowd.drain)


def _sent(crowd: RhialtoCrowd, size: int, plan: Plan) -> InProcess:
    work = again(crowd.dispatch, patch_broadcast(size))
    return InProcess(work=work, seconds=plan.seconds, most=min(MOST, BYTES // (size + 100)), between=crowd.drain)


def _curve(title: str, turns: Mapping[int, InProcess], plan: Plan) -> Table:
    table = Table(title, COST)
    for place, samples in interleave({str(place): turn for place, turn in turns.items()}, plan.rounds).items():
        table.add(place, {"rhialto": samples})
    return table
