"""Connections to which nothing can be written any more are ended; no others are."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from effects import RegistrationError, create_dispatch
from plugins.connections import Connection, Connections


@pytest.fixture
async def connections() -> AsyncGenerator[Connections]:
    """Run a plugin with a time to live of 8 seconds."""
    plugin = Connections(ttl=8)
    async with create_dispatch([plugin]).running():
        yield plugin


async def reading(connections: Connections) -> Connection:
    """A connection whose reader has read a frame that has been written since."""
    connection = Connection("s", "k")
    connections.store.add(connection)
    connection.send(b"first")
    await connection.receive()
    with trio.move_on_after(0):
        await connection.receive()
    return connection


async def test_one_that_nothing_can_be_written_to_expires(connections: Connections, autojump_clock: MockClock) -> None:
    """It expires after its time to live, at most a quarter of that later."""
    stuck = await reading(connections)
    stuck.send(b"x")
    await trio.sleep(7.9)
    assert stuck.cause is None
    await trio.sleep(2.2)
    assert stuck.cause == "expired"
    assert len(connections.store) == 0


async def test_one_whose_write_never_ends_expires(connections: Connections, autojump_clock: MockClock) -> None:
    """A received frame that is not yet written counts as waiting."""
    stuck = Connection("s", "k")
    connections.store.add(stuck)
    stuck.send(b"x")
    assert await stuck.receive() == b"x"
    await trio.sleep(11)
    assert stuck.cause == "expired"


async def test_one_with_nothing_to_write_lives(connections: Connections, autojump_clock: MockClock) -> None:
    """For any length of time."""
    idle = Connection("s", "k")
    connections.store.add(idle)
    await trio.sleep(1_000)
    assert idle.cause is None


async def test_one_that_is_written_to_lives(connections: Connections, autojump_clock: MockClock) -> None:
    """Even if frames wait at every look."""
    busy = Connection("s", "k")
    connections.store.add(busy)
    for _ in range(50):
        busy.send(b"x")
        await busy.receive()
        busy.send(b"y")
        await trio.sleep(1)
    assert busy.cause is None


async def test_looking_it_up_and_sending_to_it_keep_nobody_alive(
    connections: Connections, autojump_clock: MockClock
) -> None:
    """Only successful writes do."""
    stuck = await reading(connections)
    for _ in range(11):
        for found in connections.store.match(["s", "k"]):
            found.send(b"x")
        await trio.sleep(1)
    assert stuck.cause == "expired"


async def test_one_that_is_still_being_opened_lives(connections: Connections, autojump_clock: MockClock) -> None:
    """Its held frames wait for the server, not for its client."""
    opening = Connection("s", "k", held=True)
    connections.store.add(opening)
    opening.send(b"x")
    opening.send_first(b"y")
    await trio.sleep(100)
    assert opening.cause is None


async def test_one_that_reads_on_after_the_machine_slept_lives(
    connections: Connections, autojump_clock: MockClock
) -> None:
    """However long it had waited by the clock: nothing could have been written while the machine slept."""
    busy = await reading(connections)
    busy.send(b"x")
    await trio.sleep(3)
    autojump_clock.jump(6 * 3_600)
    await trio.sleep(1)
    assert await busy.receive() == b"x"
    with trio.move_on_after(100):
        await busy.receive()
    assert busy.cause is None


async def test_one_that_was_idle_while_the_machine_slept_lives(
    connections: Connections, autojump_clock: MockClock
) -> None:
    """A frame that is sent afterwards has its full time to live."""
    idle = await reading(connections)
    await trio.sleep(3)
    autojump_clock.jump(6 * 3_600)
    idle.send(b"x")
    await trio.sleep(7)
    assert idle.cause is None


async def test_one_that_is_still_stuck_after_the_machine_slept_expires(
    connections: Connections, autojump_clock: MockClock
) -> None:
    """At most its time to live and a quarter of it after that."""
    stuck = await reading(connections)
    stuck.send(b"x")
    await trio.sleep(3)
    autojump_clock.jump(6 * 3_600)
    await trio.sleep(10.1)
    assert stuck.cause == "expired"


@pytest.mark.parametrize("ttl", [0, -1, float("inf"), float("nan"), "60", None])
def test_a_time_to_live_is_a_number_of_seconds(ttl: Any) -> None:
    """It is above zero and finite."""
    with pytest.raises(RegistrationError, match="ttl is a number of seconds"):
        Connections(ttl=ttl)
    with pytest.raises(RegistrationError, match="open_timeout is a number of seconds"):
        Connections(open_timeout=0)
    with pytest.raises(RegistrationError, match="shutdown_timeout is a number of seconds"):
        Connections(shutdown_timeout=ttl)
