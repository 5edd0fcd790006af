"""What servers use to bring events to open streams, to answer, and to have streams open that are idle."""

from __future__ import annotations

from functools import partial

from ._measure import Sample, Turn, interleave
from ._plan import Plan
from ._servers import APPS, Server, servers
from ._tables import Table

__all__ = ["measure_idle", "measure_reply", "measure_streams"]

RATE = 5.0
"""Broadcasts a second, when latency is measured."""
KINDS = {"one at a time": 1, "ten at a time": 10}


def measure_streams(plan: Plan) -> list[Table]:
    """Broadcasts to so many streams; and how late events come when there are many, steadily."""
    each = Table("Events to open streams, for each event delivered")
    for count in plan.streams:
        with servers(APPS, count) as running:
            for kind, times in KINDS.items():
                turns: dict[str, Turn] = {
                    who: partial(_broadcast, server, times, plan.server_seconds) for who, server in running.items()
                }
                each.add(f"{count:,} streams, {kind}", interleave(turns, plan.server_rounds))
    return [each, _latency(plan)]


def _latency(plan: Plan) -> Table:
    table = Table(
        f"How late events come, at {RATE * plan.steady_streams:,.0f} a second",
        ("99th percentile, ms", "median, ms", "CPU, us"),
    )
    with servers(APPS, plan.steady_streams) as running:
        turns = {who: partial(_steady, server, plan.steady_seconds) for who, server in running.items()}
        table.add(f"{plan.steady_streams:,} streams", interleave(turns, plan.server_rounds))
    return table


def _broadcast(server: Server, times: int, seconds: float) -> Sample:
    cpu, (events, wall) = server.cost("broadcast", times, seconds)
    return cpu, wall / events * 1e6


def _steady(server: Server, seconds: float) -> Sample:
    cpu, (_, worst, median) = server.cost("steady", RATE, seconds)
    return worst, median, cpu


def measure_reply(plan: Plan) -> list[Table]:
    """Answers in one piece, each an event for the name that was sent."""
    table = Table("Request and answer, for each request")
    with servers(APPS) as running:
        turns = {who: partial(_ask, server, "/greet", plan.server_seconds) for who, server in running.items()}
        turns["rhialto's app, a plain route"] = partial(_ask, running["rhialto"], "/plain", plan.server_seconds)
        for turn in turns.values():  # what is made at the first request
            turn()
        table.add("8 connections", interleave(turns, plan.server_rounds + 2))
    return [table]


def _ask(server: Server, path: str, seconds: float) -> Sample:
    cpu, (answers, wall) = server.cost("ask", path, seconds)
    return cpu, wall / answers * 1e6


def measure_idle(plan: Plan) -> list[Table]:
    """How much a server grows for each stream that is open and idle."""
    table = Table("Memory for each idle stream", ("KiB",))
    turns = {who: partial(_grow, who, plan.idle_streams) for who in APPS}
    table.add(f"{plan.idle_streams:,} streams", interleave(turns, 1))
    return [table]


def _grow(who: str, count: int) -> Sample:
    with servers([who], 50) as running:  # what the first streams bring along is not theirs alone
        server = running[who]
        before = server.memory
        server.tell("open", count)
        return ((server.memory - before) / count,)
