"""Subscribe, hold, snapshot, release: whenever a write comes, nothing is missed, and nothing older comes last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from quart.typing import ResponseReturnValue

from effects import Context, Registry
from plugins.connections import ANY
from plugins.http.testing import open_sse
from tests.plugins.http.small import Small

POINTS = ["before the state is read", "after the state is read", "after the snapshot is queued"]


class Counter:
    """A number that everybody sees, and that is written just when it is least welcome."""

    def __init__(self, writes_at: str) -> None:
        self.number = 0
        self._writes_at = writes_at
        registry = Registry("counter")

        @registry.effect("write-at")
        async def write_at(ctx: Context, point: str) -> None:
            await self.write_at(point)

        self.small = Small(registry)

        @self.small.app.get("/sse")
        async def sse() -> ResponseReturnValue:
            return await self.small.live.stream(self.snapshot, key="counter")

    async def snapshot(self) -> list[Any]:
        """The state as it is now, patched in."""
        await self.write_at(POINTS[0])
        now = self.number
        await self.write_at(POINTS[1])
        return [["patch-signals", {"number": now}], ["write-at", POINTS[2]]]

    async def write_at(self, point: str) -> None:
        """Write, if this is the moment, twice, in a task of its own as another request would."""
        if point != self._writes_at:
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.write, 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.write, 2)

    async def write(self, number: int) -> None:
        """Change the state, and tell everyone."""
        self.number = number
        tell = ["broadcast", {"pattern": [ANY, "counter"]}, ["patch-signals", {"number": number}]]
        (await self.small.dispatch([tell])).raise_errors()


@pytest.mark.parametrize("point", POINTS)
async def test_a_write_while_a_stream_opens_is_never_missed(point: str) -> None:
    """The last number is the last that the page is told, whenever it was written."""
    counter = Counter(point)
    async with counter.small.app.test_app(), open_sse(await counter.small.visitor(), "/sse") as stream:
        await trio.testing.wait_all_tasks_blocked()
        await counter.write(3)
        page: Mapping[str, object] = {}
        numbers = []
        while page.get("number") != 3:
            page = (await stream.event()).signals
            numbers.append(page["number"])
    after_snapshot = numbers[1:]
    assert after_snapshot == [1, 2, 3]
    assert numbers[0] == (2 if point == POINTS[0] else 0)


async def test_what_is_written_before_the_stream_is_there_is_in_its_snapshot() -> None:
    """And comes only once."""
    counter = Counter("never")
    async with counter.small.app.test_app():
        await counter.write(7)
        async with open_sse(await counter.small.visitor(), "/sse") as stream:
            await counter.write(8)
            assert [(await stream.event()).signals["number"] for _ in range(2)] == [7, 8]
