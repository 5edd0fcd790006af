"""One connection: a bounded queue that never waits and loses no frame that it accepted."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from trio.testing import MockClock

from effects import Sink
from plugins.connections import Connection


def make_connection(*, max_frames: int = 1_000, max_bytes: int = 1_000_000, held: bool = False) -> Connection:
    """Make a connection whose name does not matter."""
    return Connection("s", ("k",), max_frames=max_frames, max_bytes=max_bytes, held=held)


async def test_it_is_a_sink() -> None:
    """It has the methods of the protocol, and its only member is itself."""
    connection = make_connection()
    assert isinstance(connection, Sink)
    assert list(connection.members()) == [connection]


async def test_queued_frames_are_received_joined() -> None:
    """All queued frames are one write."""
    connection = make_connection()
    connection.send(b"a")
    connection.send(b"b")
    assert await connection.receive() == b"ab"


async def test_receive_waits_for_a_frame(autojump_clock: MockClock) -> None:
    """It wakes for the first frame."""
    connection = make_connection()
    async with trio.open_nursery() as nursery:

        async def later() -> None:
            await trio.sleep(5)
            connection.send(b"a")

        nursery.start_soon(later)
        assert await connection.receive() == b"a"
        assert trio.current_time() == pytest.approx(5)


async def test_cancelling_receive_loses_nothing(autojump_clock: MockClock) -> None:
    """A frame that comes later is there for the next call."""
    connection = make_connection()
    with trio.move_on_after(1):
        await connection.receive()
    connection.send(b"a")
    assert await connection.receive() == b"a"


async def test_what_is_queued_is_read_out_before_the_end() -> None:
    """After them, each call says that the connection has ended."""
    connection = make_connection()
    connection.send(b"a")
    connection.close()
    connection.send(b"too late")
    assert [await connection.receive() for _ in range(3)] == [b"a", b"", b""]


async def test_the_first_cause_counts() -> None:
    """Later ones change nothing."""
    connection = make_connection()
    assert connection.cause is None
    connection.close("shutdown")
    connection.close()
    assert connection.cause == "shutdown"


@pytest.mark.parametrize(("frames", "size"), [(2, 1_000), (1_000, 2)])
async def test_crossing_a_bound_closes_and_drops(frames: int, size: int) -> None:
    """In frames or in bytes. The sender does not notice."""
    connection = make_connection(max_frames=frames, max_bytes=size)
    for _ in range(3):
        connection.send(b"x")
    assert connection.cause == "overflow"
    assert await connection.receive() == b""


async def test_reading_makes_room() -> None:
    """The bounds count only frames that have not been read out."""
    connection = make_connection(max_frames=2, max_bytes=2)
    for _ in range(5):
        connection.send(b"xx")
        assert await connection.receive() == b"xx"
    assert connection.cause is None


async def test_held_frames_follow_what_is_sent_first() -> None:
    """No held frame can be read before the release."""
    connection = make_connection(held=True)
    connection.send(b"2")
    assert connection.queued == 0
    connection.send_first(b"1")
    connection.send(b"3")
    assert connection.queued == 1
    assert await connection.receive() == b"1"
    connection.release()
    connection.send(b"4")
    assert connection.queued == 3
    assert await connection.receive() == b"234"


async def test_held_frames_count_against_the_bounds() -> None:
    """Also after the first frames have been read."""
    connection = make_connection(max_frames=10, max_bytes=3, held=True)
    connection.send_first(b"x")
    connection.send(b"xx")
    assert await connection.receive() == b"x"
    connection.send(b"x")
    assert connection.cause is None
    connection.send(b"x")
    assert connection.cause == "overflow"
    connection.release()
    assert await connection.receive() == b""


async def test_an_empty_frame_is_no_frame() -> None:
    """An empty frame would look like the end."""
    connection = make_connection()
    connection.send(b"")
    connection.send(b"a")
    assert await connection.receive() == b"a"


def test_its_repr_names_it() -> None:
    """It shows the key and the state."""
    connection = make_connection()
    assert repr(connection) == "<Connection ('k',) open>"
    connection.close()
    assert repr(connection) == "<Connection ('k',) closed>"


async def test_an_empty_queue_takes_any_frame() -> None:
    """It takes a frame of any size, because its reader was not slow."""
    connection = make_connection(max_bytes=2)
    connection.send(b"xxxx")
    assert connection.cause is None
    connection.send(b"x")
    assert connection.cause == "overflow"


async def test_what_is_sent_first_does_not_count() -> None:
    """The opener of the connection sends it, not a crowd of others."""
    connection = make_connection(max_frames=1, max_bytes=1, held=True)
    for _ in range(5):
        connection.send_first(b"xx")
    connection.send(b"x")
    connection.release()
    assert await connection.receive() == b"xx" * 5 + b"x"
    for _ in range(2):
        connection.send_first(b"xx")  # by what it has left running, say: now it is as others are
    assert connection.cause == "overflow"
    connection.send_first(b"too late")
    assert await connection.receive() == b""


@pytest.mark.parametrize(("frames", "size"), [(1, 1_000), (1_000, 1)])
async def test_what_is_sent_first_is_bounded_too(frames: int, size: int) -> None:
    """Its bounds are a hundred times as wide."""
    connection = make_connection(max_frames=frames, max_bytes=size, held=True)
    for _ in range(100):
        connection.send_first(b"x")
    assert connection.cause is None
    connection.send_first(b"x")
    assert connection.cause == "overflow"
    connection.send_first(b"x")
    assert connection.queued == 0


async def test_what_is_called_at_its_end_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    """The other functions are called all the same, and `close` does not raise."""
    connection = make_connection()
    told: list[object] = []

    def fail(ended: Connection) -> None:
        raise OSError("no")

    connection.on_end(fail)
    connection.on_end(told.append)
    connection.close()
    assert told == [connection]
    assert "at the end of a connection failed" in caplog.text


async def test_its_end_is_told_once_to_all_who_asked() -> None:
    """A function that is passed after the end is called at once."""
    connection = make_connection()
    told: list[object] = []
    for _ in range(2):
        connection.on_end(lambda ended: told.append(ended.cause))
    connection.close("expired")
    connection.close()
    connection.on_end(lambda ended: told.append(ended.cause))
    assert told == ["expired"] * 3


async def test_reading_on_says_that_what_was_received_is_written() -> None:
    """Until the next call, the received frames count as waiting."""
    connection = make_connection()
    connection.send(b"x")
    assert not connection.waiting  # nobody has begun to read
    assert await connection.receive() == b"x"
    assert (connection.waiting, connection.writes) == (True, 0)
    connection.send(b"y")
    assert await connection.receive() == b"y"
    assert (connection.waiting, connection.writes) == (True, 1)


async def test_what_waits_for_a_slow_reader_may_be_merged() -> None:
    """Then the connection goes on with fewer frames."""
    connection = Connection("s", "k", max_frames=4, when_full=lambda frames: frames[-1:])
    for number in range(10):
        assert connection.offer(b"%d" % number)
    assert connection.cause is None
    assert connection.queued <= 4
    assert (await connection.receive()).endswith(b"9")


@pytest.mark.parametrize("when_full", [lambda frames: frames[-3:], lambda frames: [b"x" * 600], lambda frames: 1 / 0])
def test_merging_that_does_not_help_closes_all_the_same(when_full: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The queue would be full again at once. A failure is logged, without the queued frames."""
    connection = Connection("s", "k", max_frames=4, max_bytes=1_000, when_full=when_full)
    assert [connection.offer(b"secret") for _ in range(5)] == [True] * 4 + [False]
    assert connection.cause == "overflow"
    assert "secret" not in caplog.text


async def test_what_was_taken_is_waited_for_until_it_is_written() -> None:
    """Whoever took the frames, and even if the reader is woken up for another reason."""
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
