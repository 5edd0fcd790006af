"""One connection: a bounded queue that never waits and loses nothing it took."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from trio.testing import MockClock

from effects import Sink
from plugins.connections import Connection


def connection(*, max_frames: int = 1_000, max_bytes: int = 1_000_000, held: bool = False) -> Connection:
    """A connection of no importance."""
    return Connection("s", ("k",), max_frames=max_frames, max_bytes=max_bytes, held=held)


async def test_it_is_a_sink() -> None:
    """Structurally, as the protocol demands, and its only member is itself."""
    one = connection()
    assert isinstance(one, Sink)
    assert list(one.members()) == [one]


async def test_queued_frames_are_received_joined() -> None:
    """One write for all that is there."""
    one = connection()
    one.send(b"a")
    one.send(b"b")
    assert await one.receive() == b"ab"


async def test_receive_waits_for_a_frame(autojump_clock: MockClock) -> None:
    """And wakes for the first."""
    one = connection()
    async with trio.open_nursery() as nursery:

        async def later() -> None:
            await trio.sleep(5)
            one.send(b"a")

        nursery.start_soon(later)
        assert await one.receive() == b"a"
        assert trio.current_time() == pytest.approx(5)


async def test_cancelling_receive_loses_nothing(autojump_clock: MockClock) -> None:
    """What comes later is there for the next call."""
    one = connection()
    with trio.move_on_after(1):
        await one.receive()
    one.send(b"a")
    assert await one.receive() == b"a"


async def test_what_is_queued_is_read_out_before_the_end() -> None:
    """Then comes the end, as often as one asks."""
    one = connection()
    one.send(b"a")
    one.close()
    one.send(b"too late")
    assert [await one.receive() for _ in range(3)] == [b"a", b"", b""]


async def test_the_first_cause_counts() -> None:
    """Later ones change nothing."""
    one = connection()
    assert one.cause is None
    one.close("shutdown")
    one.close()
    assert one.cause == "shutdown"


@pytest.mark.parametrize(("frames", "size"), [(2, 1_000), (1_000, 2)])
async def test_crossing_a_bound_closes_and_drops(frames: int, size: int) -> None:
    """In frames or in bytes; whoever sends never notices."""
    one = connection(max_frames=frames, max_bytes=size)
    for _ in range(3):
        one.send(b"x")
    assert one.cause == "overflow"
    assert await one.receive() == b""


async def test_reading_makes_room() -> None:
    """Bounds count what has not been read out."""
    one = connection(max_frames=2, max_bytes=2)
    for _ in range(5):
        one.send(b"xx")
        assert await one.receive() == b"xx"
    assert one.cause is None


async def test_held_frames_follow_what_is_sent_first() -> None:
    """And nothing of them is readable before they are released."""
    one = connection(held=True)
    one.send(b"2")
    assert one.queued == 0
    one.send_first(b"1")
    one.send(b"3")
    assert one.queued == 1
    assert await one.receive() == b"1"
    one.release()
    one.send(b"4")
    assert one.queued == 3
    assert await one.receive() == b"234"


async def test_held_frames_count_against_the_bounds() -> None:
    """Also after what was sent first has been read."""
    one = connection(max_frames=10, max_bytes=3, held=True)
    one.send_first(b"x")
    one.send(b"xx")
    assert await one.receive() == b"x"
    one.send(b"x")
    assert one.cause is None
    one.send(b"x")
    assert one.cause == "overflow"
    one.release()
    assert await one.receive() == b""


async def test_an_empty_frame_is_no_frame() -> None:
    """It would look like the end."""
    one = connection()
    one.send(b"")
    one.send(b"a")
    assert await one.receive() == b"a"


def test_its_repr_names_it() -> None:
    """With its state."""
    one = connection()
    assert repr(one) == "<Connection ('k',) open>"
    one.close()
    assert repr(one) == "<Connection ('k',) closed>"


async def test_an_empty_queue_takes_any_frame() -> None:
    """However large: nobody was slow."""
    one = connection(max_bytes=2)
    one.send(b"xxxx")
    assert one.cause is None
    one.send(b"x")
    assert one.cause == "overflow"


async def test_what_is_sent_first_does_not_count() -> None:
    """It comes from whoever opened the connection, and not from a crowd."""
    one = connection(max_frames=1, max_bytes=1, held=True)
    for _ in range(5):
        one.send_first(b"xx")
    one.send(b"x")
    one.release()
    assert await one.receive() == b"xx" * 5 + b"x"
    for _ in range(2):
        one.send_first(b"xx")  # by what it has left running, say: now it is as others are
    assert one.cause == "overflow"
    one.send_first(b"too late")
    assert await one.receive() == b""


@pytest.mark.parametrize(("frames", "size"), [(1, 1_000), (1_000, 1)])
async def test_what_is_sent_first_is_bounded_too(frames: int, size: int) -> None:
    """A hundred times as wide."""
    one = connection(max_frames=frames, max_bytes=size, held=True)
    for _ in range(100):
        one.send_first(b"x")
    assert one.cause is None
    one.send_first(b"x")
    assert one.cause == "overflow"
    one.send_first(b"x")
    assert one.queued == 0


async def test_what_is_called_at_its_end_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    """The others are called all the same, and whoever ends it never notices."""
    one = connection()
    told: list[object] = []

    def fail(ended: Connection) -> None:
        raise OSError("no")

    one.on_end(fail)
    one.on_end(told.append)
    one.close()
    assert told == [one]
    assert "at the end of a connection failed" in caplog.text


async def test_its_end_is_told_once_to_all_who_asked() -> None:
    """At once to those who ask when it is over."""
    one = connection()
    told: list[object] = []
    for _ in range(2):
        one.on_end(lambda ended: told.append(ended.cause))
    one.close("expired")
    one.close()
    one.on_end(lambda ended: told.append(ended.cause))
    assert told == ["expired"] * 3


async def test_reading_on_says_that_what_was_received_is_written() -> None:
    """Until then it waits."""
    one = connection()
    one.send(b"x")
    assert not one.waiting  # nobody has begun to read
    assert await one.receive() == b"x"
    assert (one.waiting, one.writes) == (True, 0)
    one.send(b"y")
    assert await one.receive() == b"y"
    assert (one.waiting, one.writes) == (True, 1)


async def test_what_waits_for_a_slow_reader_may_be_merged() -> None:
    """Then it goes on, and gets less."""
    one = Connection("s", "k", max_frames=4, when_full=lambda frames: frames[-1:])
    for number in range(10):
        assert one.offer(b"%d" % number)
    assert one.cause is None
    assert one.queued <= 4
    assert (await one.receive()).endswith(b"9")


@pytest.mark.parametrize("when_full", [lambda frames: frames[-3:], lambda frames: [b"x" * 600], lambda frames: 1 / 0])
def test_merging_that_does_not_help_closes_all_the_same(when_full: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It would be full again at once; what fails is logged, without what was queued."""
    one = Connection("s", "k", max_frames=4, max_bytes=1_000, when_full=when_full)
    assert [one.offer(b"secret") for _ in range(5)] == [True] * 4 + [False]
    assert one.cause == "overflow"
    assert "secret" not in caplog.text


async def test_what_was_taken_is_waited_for_until_it_is_written() -> None:
    """Whoever took it, and even if the reader is woken up for something else."""
    connection = Connection("s", "k")
    connection.on_queued(lambda: None)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(connection.receive)
        await trio.testing.wait_all_tasks_blocked()
        connection.send(b"frame")
        assert connection.take() == b"frame"
        connection.wake()
    assert (connection.waiting, connection.writes) == (True, 0)
    connection.written()
    assert (connection.waiting, connection.writes) == (False, 1)
