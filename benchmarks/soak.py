"""A server under churn and faults for a long time: does anything grow? `python -m benchmarks.soak MINUTES PICTURE`.

A real `hypercorn` process; 100 streams that stay and read, 20 a second that come and leave in every way there is, a
client every five seconds that never reads, five broadcasts a second. Each second it is noted what the process has, and
how long a broadcast took from the request that said it to the streams that read it. Needs `pip install -e '.[bench]'`.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import trio

from tests.browser.command import command
from tests.faults.churn import come_and_go
from tests.faults.client import Raw, state, visit

STAY = 100
COME = 20
SAY = 5
STUCK_EVERY = 5.0
PER_SESSION = 50


@dataclass
class Notes:
    """What was noted, a value for each second."""

    at: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    tasks: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    """The 99th percentile of the last second, in milliseconds."""


class Reader:
    """A stream that stays: it tells when what was said has arrived."""

    def __init__(self, raw: Raw, arrived: list[float], said: dict[bytes, float]) -> None:
        self._raw = raw
        self._arrived = arrived
        self._said = said

    async def read(self) -> None:
        """Read on, and forget."""
        async for chunk in self._raw.stream:
            now = time.perf_counter()
            for text in bytes(chunk).split(b'"said":"')[1:]:
                begun = self._said.get(text.partition(b'"')[0])
                if begun is not None:
                    self._arrived.append((now - begun) * 1_000)


async def soak(port: int, minutes: float) -> Notes:
    """Keep the server busy for so long, and note what becomes of it."""
    notes, arrived, said = Notes(), list[float](), dict[bytes, float]()
    people = [await visit(port) for _ in range(STAY // PER_SESSION)]
    with trio.move_on_after(minutes * 60):
        async with trio.open_nursery() as nursery:
            for number in range(STAY):
                raw = await Raw.open(port, people[number % len(people)], f"/sse/stay{number}")
                nursery.start_soon(Reader(raw, arrived, said).read)
            nursery.start_soon(_churn, port, nursery)
            nursery.start_soon(_get_stuck, port)
            nursery.start_soon(_say, port, people[0], said)
            await _note(port, notes, arrived)
    return notes


async def _churn(port: int, nursery: trio.Nursery) -> None:
    chance, limit = random.Random(1), trio.CapacityLimiter(4 * COME)
    cookie = await visit(port)
    number = 0
    while True:
        await limit.acquire_on_behalf_of(number)
        nursery.start_soon(come_and_go, port, cookie, chance.randrange(6), number, limit)
        number += 1
        await trio.sleep(1 / COME)


async def _get_stuck(port: int) -> None:
    cookie = await visit(port)
    stuck: list[Raw] = []
    while True:
        stuck.append(await Raw.open(port, cookie, "/sse/stuck"))
        if len(stuck) > 10:
            await stuck.pop(0).stream.aclose()
        await trio.sleep(STUCK_EVERY)


async def _say(port: int, cookie: str, said: dict[bytes, float]) -> None:
    number = 0
    while True:
        said[str(number).encode()] = time.perf_counter()
        said.pop(str(number - 100).encode(), None)
        async with (await Raw.ask(port, cookie, f"/say/1000/{number}", method="POST")).stream as stream:
            await stream.receive_some()
        number += 1
        await trio.sleep(1 / SAY)


async def _note(port: int, notes: Notes, arrived: list[float]) -> None:
    begun = trio.current_time()
    while True:
        await trio.sleep(1)
        now = await state(port)
        notes.at.append((trio.current_time() - begun) / 60)
        notes.memory.append(now["memory"] / 2**20)
        notes.tasks.append(now["tasks"])
        notes.files.append(now["files"])
        notes.latency.append(statistics.quantiles(arrived, n=100)[98] if len(arrived) > 1 else 0.0)
        arrived.clear()


def draw(notes: Notes, picture: Path) -> None:
    """Four curves over time."""
    from matplotlib import pyplot

    curves = {
        "memory, MiB": notes.memory,
        "tasks": notes.tasks,
        "open files": notes.files,
        "99th percentile of a broadcast, ms": notes.latency,
    }
    figure, places = pyplot.subplots(len(curves), 1, figsize=(9, 9), sharex=True)
    for place, (name, values) in zip(places, curves.items(), strict=True):
        place.plot(notes.at, values, linewidth=0.8)
        place.set_ylabel(name, fontsize=8)
        place.set_ylim(0, 1.2 * max(values))
        place.grid(alpha=0.3)
    places[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(picture)


def main(minutes: float, picture: Path) -> None:
    """Soak, print the first and the last tenth of it, draw all of it."""
    with command("tests.faults.app:app", HEARTBEAT="15") as server:
        notes = trio.run(soak, server.port, minutes)
    tenth = max(1, len(notes.at) // 10)
    for name in ("memory", "tasks", "files", "latency"):
        values: list[float] = getattr(notes, name)
        first, last = (statistics.median(part) for part in (values[:tenth], values[-tenth:]))
        print(f"{name:<8} median of the first tenth {first:>8.1f}, of the last {last:>8.1f}")
    picture.with_suffix(".json").write_text(json.dumps(notes.__dict__))
    draw(notes, picture)


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
