"""A connection waits for the effects of its name, but not for ever; they are dispatched in order all the same."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from effects import Context, Dispatch, Registry, create_dispatch
from plugins.connections import Connection, Connections, Lifecycle


class Inn:
    """A dispatch whose on_open and on_close take their time."""

    def __init__(self, *, came: float = 0, went: float = 0, open_timeout: float = 2) -> None:
        self.told: list[tuple[str, str]] = []
        self.longest = 0.0
        self.connections = Connections(open_timeout=open_timeout, shutdown_timeout=1)
        registry = Registry("inn")

        @registry.effect("tell")
        async def tell(ctx: Context, what: str, seconds: float) -> None:
            self.told.append((what, "begins"))
            await trio.sleep(seconds)
            self.told.append((what, "ends"))

        self.lifecycle = Lifecycle([["tell", "came", came]], [["tell", "went", went]], grace=0.5)
        self.dispatch: Dispatch = create_dispatch([self.connections, registry], block=["rhialto.log"])

    async def enter(self, key: object = ("room", "tea")) -> Connection:
        """Open a connection, and note how long that took."""
        began, connection = trio.current_time(), Connection("secret", key)
        await self.connections.open(connection, self.lifecycle)
        self.longest = max(self.longest, trio.current_time() - began)
        return connection


CAME, WENT = [("came", "begins"), ("came", "ends")], [("went", "begins"), ("went", "ends")]


async def test_a_slow_on_close_keeps_nobody_out(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that comes back opens after the timeout; its on_open follows the on_close."""
    inn = Inn(went=45)
    async with inn.dispatch.running():
        (await inn.enter()).close()
        await trio.sleep(1)
        await inn.enter()
        assert inn.longest == pytest.approx(2)
        assert inn.told == [*CAME, WENT[0]]
        await trio.sleep(60)
        assert inn.told == [*CAME, *WENT, *CAME]
    assert "under the key ('room', 'tea') opens before its on_open is done: on_close was at work for 2" in caplog.text
    assert "secret" not in caplog.text


async def test_a_slow_on_open_keeps_nobody_out(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    """It delays the first and the second tab only up to the timeout, and it is dispatched once."""
    inn = Inn(came=10, open_timeout=3)
    async with inn.dispatch.running():
        for _ in range(2):
            await inn.enter()
        assert inn.longest == pytest.approx(3)
        await trio.sleep(10)
        assert inn.told == CAME
    assert caplog.text.count("on_open was at work for 3 seconds") == 2


async def test_who_leaves_before_they_could_be_announced_never_was(autojump_clock: MockClock) -> None:
    """A name that was announced as gone stays gone."""
    inn = Inn(went=45)
    async with inn.dispatch.running():
        (await inn.enter()).close()
        await trio.sleep(1)
        (await inn.enter()).close()
        await trio.sleep(100)
        assert inn.told == [*CAME, *WENT]
        assert inn.connections._guests._guests == {}


async def test_nobody_else_waits(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    """Only connections of that name wait, and only as long as they have to."""
    inn = Inn(went=1.5)
    async with inn.dispatch.running():
        (await inn.enter()).close()
        await trio.sleep(1)
        await inn.enter("other")
        assert inn.longest == 0
        await inn.enter()
        assert inn.longest == pytest.approx(1)
    assert "opens before" not in caplog.text


async def test_who_waits_for_an_end_when_the_dispatch_stops_is_not_announced(autojump_clock: MockClock) -> None:
    """No time is left for its on_open."""
    inn = Inn(went=45)
    async with inn.dispatch.running():
        (await inn.enter()).close()
        await trio.sleep(1)
        last = await inn.enter()
    assert inn.told == [*CAME, WENT[0]]
    assert last.cause == "shutdown"


class Move(NamedTuple):
    """After some time, one more connection begins, or an open one ends."""

    wait: float
    ends: int | None


moves = st.lists(st.builds(Move, st.sampled_from([0, 0.3, 1, 2, 5, 50]), st.none() | st.integers(0, 3)), max_size=12)
durations = st.sampled_from([0, 0.3, 1.9, 2.1, 7, 45])


@settings(max_examples=60, deadline=None)
@given(moves, durations, durations, st.sampled_from([0.1, 2, 10]))
def test_what_is_told_of_a_name_is_told_in_order_however_long_it_takes(
    moves: list[Move], came: float, went: float, open_timeout: float
) -> None:
    """One announcement ends before the next begins, they take turns, and no connection waits longer than it has to."""
    inn = Inn(came=came, went=went, open_timeout=open_timeout)

    async def main() -> None:
        async with inn.dispatch.running(), trio.open_nursery() as nursery:
            there: list[Connection] = []
            for move in moves:
                await trio.sleep(move.wait)
                if move.ends is None:
                    there.append(Connection("secret", ("room", "tea")))
                    nursery.start_soon(enter, there[-1])
                elif move.ends < len(there):
                    there.pop(move.ends).close()
            await trio.sleep(1_000)
            turns = len(inn.told) // 4
            assert inn.told == [*CAME, *WENT] * turns + CAME * bool(there)
            assert inn.longest <= open_timeout + 1e-6

    async def enter(connection: Connection) -> None:
        began = trio.current_time()
        await inn.connections.open(connection, inn.lifecycle)
        inn.longest = max(inn.longest, trio.current_time() - began)

    trio.run(main, clock=MockClock(autojump_threshold=0))
