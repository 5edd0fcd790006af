"""A stream opens the same way on any transport: on_open, then the missed frames or a snapshot, then others' frames."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import trio
from trio.testing import MockClock

from effects import Context, Dispatch, LifecycleError, RegistrationError, Registry, Sink, create_dispatch
from plugins.connections import ANY, Connection, Connections, Follower, History, Lifecycle, own_key

KEY = ("page", "home")
ALL = {"pattern": [ANY, KEY]}


def encode_id(text: str) -> bytes:
    """Make the frame that tells an event id on this transport."""
    return f"<{text}>".encode()


class Pipe:
    """A transport without HTTP, such as a pipe to another program."""

    def __init__(self) -> None:
        self.connections = Connections(history=History())
        registry = Registry("pipe", late=["sink"])

        @registry.effect("write")
        def write(ctx: Context, text: str, *, sink: Sink) -> None:
            sink.send(text.encode())

        self.dispatch: Dispatch = create_dispatch([self.connections, registry])

    def accept(self) -> Connection:
        """Store a connection that is held."""
        connection = Connection("ann", KEY, held=True)
        self.connections.add(connection)
        return connection

    async def snapshot(self, sink: Sink) -> str:
        """Send the page as it is, while somebody else writes."""
        await self.dispatch([["broadcast", ALL, ["write", "news "]]])
        await self.dispatch([["write", "page "]], system={"sink": sink})
        return "was sent"

    async def come_back(self, last_event_id: str) -> tuple[Connection, Follower, str | None]:
        """Open a connection that may continue an earlier one."""
        connection = self.accept()
        follower = self.connections.follow(connection, encode_id)
        result = await self.connections.begin(connection, self.snapshot, follower=follower, last_event_id=last_event_id)
        return connection, follower, result


async def test_a_snapshot_goes_ahead_of_what_others_sent_meanwhile() -> None:
    """It returns what the snapshot returns."""
    pipe = Pipe()
    connection = pipe.accept()
    assert await pipe.connections.begin(connection, pipe.snapshot) == "was sent"
    assert await connection.receive() == b"page news "
    connection.send(b"later")
    assert await connection.receive() == b"later"


async def test_on_open_is_dispatched_before_the_snapshot(autojump_clock: MockClock) -> None:
    """Its frames to the connection follow the snapshot, as all frames that are sent by name do."""
    pipe = Pipe()
    connection = pipe.accept()
    lifecycle = Lifecycle([["with-connection", own_key(KEY), ["write", "hello "]]])
    async with pipe.dispatch.running():
        await pipe.connections.begin(connection, pipe.snapshot, lifecycle=lifecycle)
        assert await connection.receive() == b"page hello news "


async def test_a_lifecycle_needs_a_running_dispatch() -> None:
    """Without one, nothing would dispatch its effects."""
    pipe = Pipe()
    with pytest.raises(LifecycleError, match="only while the dispatch is running"):
        await pipe.connections.begin(pipe.accept(), pipe.snapshot, lifecycle=Lifecycle([["write", "hello"]]))


async def test_a_connection_that_was_cut_off_gets_what_it_missed() -> None:
    """It gets them in the place of a snapshot; its event ids are as the transport writes them."""
    pipe = Pipe()
    connection, follower, result = await pipe.come_back("")
    assert result == "was sent"
    begun = await connection.receive()
    page, _, rest = begun.partition(b"<")
    assert page == b"page "
    assert rest.endswith(b">news ")
    mark = follower.progress()
    assert mark is not None
    follower.cut_off()
    connection.close()
    await pipe.dispatch([["broadcast", ALL, ["write", "missed "]]])
    again, _, result = await pipe.come_back(mark.decode().strip("<>"))
    assert result is None
    assert (await again.receive()).startswith(b"missed <")


async def test_replay_needs_a_history() -> None:
    """The error says how to get a history."""
    connections = Connections()
    connection = Connection("ann", KEY)
    connections.add(connection)
    with pytest.raises(RegistrationError, match="replay needs a history"):
        connections.follow(connection, encode_id)


@pytest.mark.parametrize("others", [True, False], ids=["by others", "by the snapshot"])
async def test_a_connection_that_ends_meanwhile_is_left_ended(autojump_clock: MockClock, others: bool) -> None:
    """The snapshot is cancelled if others ended it, and finishes if it did so itself."""
    connections, steps = Connections(), list[str]()
    connection = Connection("ann", KEY, held=True)
    connections.add(connection)

    async def snapshot(sink: Sink) -> None:
        (connection if others else sink).close()
        await trio.sleep(1)
        steps.append("finished")

    await connections.begin(connection, snapshot)
    assert connection.cause == "closed"
    assert steps == ([] if others else ["finished"])


async def test_a_snapshot_that_raises_leaves_the_connection_held() -> None:
    """The transport decides what to tell its client. No frame of others was sent yet."""
    connections = Connections()
    connection = Connection("ann", KEY, held=True)
    connections.add(connection)

    async def snapshot(sink: Sink) -> Sequence[object]:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await connections.begin(connection, snapshot)
    connection.send(b"news")
    assert connection.queued == 0
