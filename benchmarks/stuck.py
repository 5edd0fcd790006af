"""The effect of clients that never read on readers: `python -m benchmarks.stuck [ROUNDS]`.

A real `hypercorn` process and 100 streams that are read. In each round, with 0, 1 and 20 more that are never read, five
seconds of broadcasts to all: enough to fill what is kept for the stuck ones, so that they are cut off before the end.
What is timed is the way from the request that says something to each stream that is read; the table has medians.
"""

from __future__ import annotations

import socket
import statistics
import sys
import time
from typing import NamedTuple

import trio

from benchmarks.soak import PER_SESSION, Reader
from tests.browser.command import command
from tests.faults.client import Raw, eventually, visit

READERS = 100
CASES = (0, 1, 20)
MESSAGES = 100
EVERY = 0.05
SIZE = 6_000
TCP_WINDOW_CLAMP = 10
"""Of Linux; Python has no name for it before 3.12."""


class Spread(NamedTuple):
    """How long it took, in milliseconds."""

    p50: float
    p90: float
    p99: float
    most: float


def spread(times: list[float]) -> Spread:
    """The spread of so many times."""
    parts = statistics.quantiles(times, n=100)
    return Spread(parts[49], parts[89], parts[98], max(times))


async def get_stuck(port: int, cookie: str, number: int) -> Raw:
    """A client that reads the first event, and then nothing; its kernel takes as little as it can."""
    raw = await Raw.open(port, cookie, f"/sse/stuck{number}")
    raw.stream.socket.setsockopt(socket.IPPROTO_TCP, TCP_WINDOW_CLAMP, 1)
    return raw


async def measure(port: int, people: list[str], stuck: int, said: dict[bytes, float], arrived: list[float]) -> Spread:
    """Say so much beside so many stuck clients, and wait until all of it has arrived."""
    clients = [await get_stuck(port, people[0], number) for number in range(stuck)]
    said.clear()
    arrived.clear()
    for number in range(MESSAGES):
        said[str(number).encode()] = time.perf_counter()
        async with (await Raw.ask(port, people[0], f"/say/{SIZE}/{number}", method="POST")).stream as stream:
            await stream.receive_some()
        await trio.sleep(EVERY)
    with trio.fail_after(60):
        while len(arrived) < MESSAGES * READERS:  # noqa: ASYNC110 - the readers have nobody to tell
            await trio.sleep(EVERY)
    await eventually(port, lambda now: bool(now["open"] == READERS))  # the stuck ones have been cut off
    for client in clients:
        await client.stream.aclose()
    return spread(arrived)


async def run(port: int, rounds: int) -> dict[int, list[Spread]]:
    """All cases, one after the other, so many times."""
    people = [await visit(port) for _ in range(1 + READERS // PER_SESSION)]
    said, arrived = dict[bytes, float](), list[float]()
    found: dict[int, list[Spread]] = {stuck: [] for stuck in CASES}
    async with trio.open_nursery() as nursery:
        for number in range(READERS):
            raw = await Raw.open(port, people[1 + number % (len(people) - 1)], f"/sse/{number}")
            nursery.start_soon(Reader(raw, arrived, said).read)
        for _ in range(rounds):
            for stuck in CASES:
                found[stuck].append(await measure(port, people, stuck, said, arrived))
        nursery.cancel_scope.cancel()
    return found


def main(rounds: int) -> None:
    """Print a table."""
    with command("tests.faults.app:app", HEARTBEAT="15") as server:
        found = trio.run(run, server.port, rounds)
    print("| clients that never read | half | 9 of 10 | 99 of 100 | slowest |")
    print("|---:|---:|---:|---:|---:|")
    for stuck, spreads in found.items():
        middle = [statistics.median(column) for column in zip(*spreads, strict=True)]
        print(f"| {stuck} | " + " | ".join(f"{milliseconds:.1f} ms" for milliseconds in middle) + " |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
