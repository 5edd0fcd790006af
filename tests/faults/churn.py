"""Clients that come and go: `python -m tests.faults.churn 10000` starts a server and says what is left of them."""

from __future__ import annotations

import random
import sys

import trio

from tests.browser.command import command
from tests.faults.client import Raw, eventually, visit

__all__ = ["churn", "come_and_go"]

_AT_ONCE = 20


async def churn(port: int, count: int, seed: int = 1) -> None:
    """Come and leave so many times, in every way there is, some before the first byte."""
    chance = random.Random(seed)
    limit = trio.CapacityLimiter(_AT_ONCE)
    cookie = await visit(port)
    async with trio.open_nursery() as nursery:
        for number in range(count):
            await limit.acquire_on_behalf_of(number)
            nursery.start_soon(come_and_go, port, cookie, chance.randrange(6), number, limit)


async def come_and_go(port: int, cookie: str, way: int, number: int, limit: trio.CapacityLimiter) -> None:
    """Come, and leave in one of six ways."""
    path = f"/{'slow' if way == 5 else 'sse'}/{number % 50}"
    try:
        raw = await (Raw.ask if way in {0, 5} else Raw.open)(port, cookie, path)
        if way == 2:
            await raw.stream.send_eof()
            await raw.to_the_end()
        if way in {0, 3, 5}:
            raw.reset()
        else:
            await raw.stream.aclose()
    finally:
        limit.release_on_behalf_of(number)


async def _main(port: int, count: int) -> None:
    await churn(port, 200)
    before = await eventually(port, lambda now: bool(now["open"] == 0))
    started = trio.current_time()
    await churn(port, count)
    after = await eventually(port, lambda now: now["open"] == 0 and now["tasks"] <= before["tasks"])
    print(f"{count} came and went in {trio.current_time() - started:.0f} s: {after['causes']}")
    for name in ("tasks", "files", "memory"):
        print(f"{name:<7} {before[name]:>8} -> {after[name]:>8}")


if __name__ == "__main__":
    with command("tests.faults.app:app", HEARTBEAT="0.3") as server:
        trio.run(_main, server.port, int(sys.argv[1]))
