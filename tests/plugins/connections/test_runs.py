"""Connections belong to the run of their readers: another `trio.run` can neither send to them nor end them."""

from collections.abc import Callable

import pytest
import trio
import trio.testing

from effects import DispatchResult, LifecycleError, create_dispatch
from plugins.connections import ANY, Connection, Connections, Lifecycle
from plugins.datastar import Datastar, html

SAID = ["patch-elements", html("<p id=a>")]
EVERYONE = {"pattern": [ANY, ["page"]]}
EFFECTS = {
    "broadcast": ["broadcast", EVERYONE, SAID],
    "with-connection": ["with-connection", ["ann", ["page"]], SAID],
    "disconnect": ["disconnect", EVERYONE],
}
WHERE = "in another trio.run than the one it belongs to"
FIX = "trio.from_thread.run(dispatch, effects)"


@pytest.mark.parametrize("what", EFFECTS)
async def test_effects_that_reach_connections_are_refused_elsewhere(what: str) -> None:
    """As error records with the fix; in their own run they work as usual."""
    connections = Connections()
    dispatch = create_dispatch([Datastar(), connections])
    connection = Connection("ann", ["page"])

    def elsewhere() -> DispatchResult:
        return trio.run(dispatch, [EFFECTS[what]])

    with trio.fail_after(30):
        async with dispatch.running():
            connections.add(connection)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(connection.receive)
                await trio.testing.wait_all_tasks_blocked()
                (record,) = (await trio.to_thread.run_sync(elsewhere)).errors
                assert isinstance(record.exception, LifecycleError)
                assert WHERE in str(record)
                assert FIX in str(record)
                assert (connection.cause, connection.queued) == (None, 0)
                assert (await dispatch([EFFECTS[what]])).errors == ()


async def elsewhere(act: Callable[[], object]) -> None:
    """Call a function in the run of another thread, and then in a thread that has no run."""

    async def main() -> None:
        act()

    with pytest.raises(LifecycleError, match=WHERE):
        await trio.to_thread.run_sync(trio.run, main)
    with pytest.raises(LifecycleError, match=WHERE):
        await trio.to_thread.run_sync(act)


ACTS: dict[str, Callable[[Connections, Connection], object]] = {
    "add": lambda connections, connection: connections.add(Connection("ben", ["page"])),
    "end_all": lambda connections, connection: connections.end_all("closed"),
    "disconnect": lambda connections, connection: connections.disconnect([ANY, ["page"]]),
    "send": lambda connections, connection: connection.send(b"a"),
    "close": lambda connections, connection: connection.close(),
}


@pytest.mark.parametrize("what", ACTS)
async def test_what_touches_connections_is_refused_elsewhere(what: str) -> None:
    """The refused call changes nothing: a later frame of the right run is read."""
    connections = Connections()
    connection = Connection("ann", ["page"])
    async with create_dispatch([connections]).running():
        connections.add(connection)
        async with trio.open_nursery() as nursery:
            read = nursery.start_soon
            read(_expect, connection, b"hello")
            await trio.testing.wait_all_tasks_blocked()
            await elsewhere(lambda: ACTS[what](connections, connection))
            assert len(connections.store) == 1
            connection.send(b"hello")


async def _expect(connection: Connection, frame: bytes) -> None:
    assert await connection.receive() == frame


async def test_guests_arrive_in_the_run_of_their_dispatch() -> None:
    """The tasks that announce them belong to that run."""
    connections = Connections()

    async def main() -> None:
        await connections.open(Connection("ben", ["page"]), Lifecycle(on_open=[["nobody"]]))

    async with create_dispatch([connections]).running():
        with pytest.raises(LifecycleError, match=WHERE):
            await trio.to_thread.run_sync(trio.run, main)
        assert len(connections.store) == 0


def test_a_connection_that_nobody_waits_at_belongs_to_no_run() -> None:
    """Any run may make it, send to it and close it, one after the other."""
    connection = Connection("ann", ["page"])
    connection.send(b"a")
    assert trio.run(connection.receive) == b"a"

    async def wait_a_little() -> None:
        with trio.move_on_after(0):
            await connection.receive()

    trio.run(wait_a_little)
    connection.send(b"b")
    assert trio.run(connection.receive) == b"b"
    connection.close()


async def test_a_reader_that_is_called_belongs_to_the_run_of_who_asked_for_it() -> None:
    """The function that is called wakes a task of that run."""
    connection = Connection("ann", ["page"])
    called: list[int] = []
    connection.on_queued(lambda: called.append(1))
    with trio.move_on_after(0):
        await connection.receive()
    await elsewhere(lambda: connection.send(b"a"))
    assert called == []
    connection.send(b"a")
    assert called == [1]
