"""When the server is told to stop, streams end cleanly, and it is gone soon, whatever its clients do."""

from __future__ import annotations

import re
import signal

import pytest
import trio

from tests.browser.command import Command
from tests.faults.client import Raw, eventually, visit
from tests.faults.test_slow import say

pytestmark = pytest.mark.slow

MANY = 500


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_with_many_streams_open_and_some_stuck(server: Command, told: signal.Signals) -> None:
    """Exit code 0, nothing in the log; those who read are told when to come back, each at another time."""
    cookie = await visit(server.port)
    stuck = [await Raw.open(server.port, cookie, f"/sse/stuck{number}") for number in range(3)]
    for number in range(20):
        await say(server.port, cookie, str(number), 100_000)
    await eventually(server.port, lambda now: bool(now["open"] == 0))  # these have overflowed
    stuck += [await Raw.open(server.port, cookie, f"/sse/stuck{number}") for number in range(3)]
    for number in range(4):
        await say(server.port, cookie, str(number), 60_000)
    people = [await visit(server.port) for _ in range(MANY // 50)]
    readers = [await Raw.open(server.port, people[number % len(people)], f"/sse/{number}") for number in range(MANY)]
    server.tell(told)
    async with trio.open_nursery() as nursery:
        for reader in readers:
            nursery.start_soon(reader.to_the_end)
    ends = [re.search(rb"\r\nretry: (\d+)\n\n\r\n0\r\n\r\n$", reader.read) for reader in readers]
    waits = [int(end[1]) for end in ends if end]
    assert len(waits) == MANY
    assert all(1_000 <= wait < 5_000 for wait in waits)
    assert len(set(waits)) > MANY / 2
    await trio.to_thread.run_sync(server.stop)
    for raw in (*stuck, *readers):
        await raw.stream.aclose()


async def test_what_nobody_reads_at_the_end_delays_it_no_longer_than_that(server: Command) -> None:
    """Even if all that was queued fitted, and the client is still there."""
    cookie = await visit(server.port)
    stuck = await Raw.open(server.port, cookie)
    stuck.stream.socket.setsockopt(6, 10, 1)  # TCP_WINDOW_CLAMP: the kernel takes little for it
    for number in range(30):
        await say(server.port, cookie, str(number), 8_000)
    await trio.to_thread.run_sync(server.stop)
    await stuck.stream.aclose()
