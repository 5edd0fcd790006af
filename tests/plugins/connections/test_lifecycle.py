"""`on_open` for the first connection under a name, and `on_close` for the end of the last."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from effects import Context, Dispatch, LifecycleError, Placeholder, RegistrationError, Registry, Sink, create_dispatch
from plugins.connections import (
    ANY,
    Connection,
    ConnectionLimits,
    Connections,
    Lifecycle,
    MemoryStore,
    TooManyConnectionsError,
)


class Room:
    """A dispatch that keeps a log."""

    def __init__(self, **options: Any) -> None:
        self.log: list[object] = []
        self.connections = Connections(**options)
        self.go_on = trio.Event()
        self.go_on.set()
        test = Registry("test", late=["sink"])

        @test.effect("note")
        async def note(ctx: Context, *what: object) -> None:
            await self.go_on.wait()
            self.log.append(what[0] if len(what) == 1 else what)

        @test.effect("nap")
        async def nap(ctx: Context) -> None:
            await trio.sleep(1)

        @test.effect("interrupt")
        def interrupt(ctx: Context) -> None:
            raise KeyboardInterrupt

        @test.effect("sleep-on")
        async def sleep_on(ctx: Context) -> None:
            await trio.sleep_forever()

        @test.effect("say")
        def say(ctx: Context, text: str, *, sink: Sink) -> None:
            sink.send(text.encode())

        self.dispatch: Dispatch = create_dispatch([self.connections, test], block=["rhialto.log"])

    async def enter(self, scope: str = "ann", *, grace: float = 2, **data: object) -> Connection:
        """Open a connection with a lifecycle."""
        connection = Connection(scope, "room")
        announced = Lifecycle([["note", f"{scope} came"]], [["note", f"{scope} went"]], grace, data)
        await self.connections.open(connection, announced)
        return connection


@pytest.fixture
async def room() -> AsyncGenerator[Room]:
    """Run the dispatch of a room."""
    room = Room()
    async with room.dispatch.running():
        yield room


async def test_on_open_is_done_when_open_returns(room: Room, autojump_clock: MockClock) -> None:
    """So that everything read afterwards sees its effects."""
    await room.enter()
    assert room.log == ["ann came"]


async def test_on_close_is_dispatched_after_the_grace(room: Room, autojump_clock: MockClock) -> None:
    """It is not dispatched earlier."""
    connection = await room.enter(grace=3)
    connection.close()
    await trio.sleep(2.9)
    assert room.log == ["ann came"]
    await trio.sleep(0.2)
    assert room.log == ["ann came", "ann went"]
    assert room.connections._guests._guests == {}


async def test_two_tabs_are_one_guest(room: Room, autojump_clock: MockClock) -> None:
    """Only the first tab opens, and only the end of the last closes."""
    tabs = [await room.enter() for _ in range(2)]
    tabs[0].close()
    await trio.sleep(10)
    assert room.log == ["ann came"]
    tabs[1].close()
    await trio.sleep(10)
    assert room.log == ["ann came", "ann went"]


async def test_whoever_comes_back_within_the_grace_has_never_been_away(room: Room, autojump_clock: MockClock) -> None:
    """However often that happens."""
    for _ in range(5):
        (await room.enter()).close()
        await trio.sleep(1.9)
    await room.enter()
    await trio.sleep(10)
    assert room.log == ["ann came"]


async def test_the_grace_begins_anew_with_each_end(room: Room, autojump_clock: MockClock) -> None:
    """Also if a connection comes and goes while an earlier grace runs."""
    (await room.enter()).close()
    await trio.sleep(1.5)
    flicker = Connection("ann", "room")
    await room.connections.open(flicker, Lifecycle(grace=2, on_close=[["note", "later"]]))
    flicker.close()
    await trio.sleep(1.5)
    assert room.log == ["ann came"]
    await trio.sleep(1)
    assert room.log == ["ann came", "later"]


async def test_without_grace_a_newer_one_still_takes_over(room: Room, autojump_clock: MockClock) -> None:
    """As when a newer connection replaces the old one."""
    store = MemoryStore(ConnectionLimits(key=1, evict=["key"]))
    single = Room(store=store)
    async with single.dispatch.running():
        old = await single.enter(grace=0)
        await single.enter(grace=0)
        await wait_all_tasks_blocked()
        assert old.cause == "replaced"
        assert single.log == ["ann came"]


async def test_whoever_goes_and_comes_later_comes_anew(room: Room, autojump_clock: MockClock) -> None:
    """Its `on_open` is dispatched again."""
    for _ in range(2):
        (await room.enter()).close()
        await trio.sleep(5)
    assert room.log == ["ann came", "ann went"] * 2


async def test_different_names_are_different_guests(room: Room, autojump_clock: MockClock) -> None:
    """Here the scopes differ."""
    await room.enter("ann")
    (await room.enter("ben")).close()
    await trio.sleep(5)
    assert room.log == ["ann came", "ben came", "ben went"]


async def test_what_opens_and_what_closes_never_run_at_the_same_time(room: Room, autojump_clock: MockClock) -> None:
    """A connection that comes while `on_close` runs waits for it."""
    (await room.enter()).close()
    room.go_on = trio.Event()
    await trio.sleep(5)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(room.enter)
        await wait_all_tasks_blocked()
        assert room.log == ["ann came"]
        room.go_on.set()
    assert room.log == ["ann came", "ann went", "ann came"]


async def test_one_that_is_gone_before_it_was_announced_never_was(room: Room, autojump_clock: MockClock) -> None:
    """Neither `on_open` nor `on_close` is dispatched."""
    connection = Connection("ann", "room")
    connection.close()
    await room.connections.open(connection, Lifecycle([["note", "came"]], [["note", "went"]]))
    await trio.sleep(10)
    assert room.log == []
    assert room.connections._guests._guests == {}


async def test_an_opening_that_was_cancelled_still_closes(room: Room, autojump_clock: MockClock) -> None:
    """Its `on_open` is finished, and its `on_close` follows."""
    room.go_on = trio.Event()
    connection = Connection("ann", "room")
    with trio.move_on_after(1):
        await room.connections.open(connection, Lifecycle([["note", "came"]], [["note", "went"]]))
    connection.close()
    room.go_on.set()
    await trio.sleep(5)
    assert room.log == ["came", "went"]


async def test_they_get_the_data_they_were_given_and_what_they_are_about(room: Room, autojump_clock: MockClock) -> None:
    """They get the key, the scope, and for `on_close` the cause."""
    about = [Placeholder("connection/own-scope"), Placeholder("connection/own-key"), Placeholder("connection/cause")]
    lifecycle = Lifecycle([["note", *about[:2]]], [["note", *about]], data={"connection": "overridden"})
    connection = Connection("ann", ("room", 7))
    await room.connections.open(connection, lifecycle)
    connection.close("overflow")
    await trio.sleep(5)
    assert room.log == [("ann", ("room", 7)), ("ann", ("room", 7), "overflow")]


async def test_on_open_reaches_the_newcomer_itself(room: Room, autojump_clock: MockClock) -> None:
    """The sink of `on_open` is all connections of the name; `on_close` has no sink."""
    connection = Connection("ann", "room")
    heard: list[object] = []
    await room.connections.open(connection, Lifecycle([["say", "welcome"]], [["say", "bye"], ["note", "went"]]))
    heard.append(await connection.receive())
    connection.close()
    await trio.sleep(5)
    assert heard == [b"welcome"]
    assert room.log == ["went"]


async def test_what_fails_in_them_is_heard_of_and_harms_nobody(room: Room, autojump_clock: MockClock) -> None:
    """The stream stays open."""
    connection = Connection("ann", "room")
    await room.connections.open(connection, Lifecycle([["no-such-effect"]], [["note", "went"]]))
    assert connection.cause is None
    connection.close()
    await trio.sleep(5)
    assert room.log == ["went"]


async def test_at_the_end_everyone_leaves_without_grace(autojump_clock: MockClock) -> None:
    """With the cause `shutdown`, also those whose grace still runs."""
    room = Room()
    async with room.dispatch.running():
        (await room.enter("ben", grace=60)).close()
        connection = await room.enter("ann", grace=60)
    assert room.log[:2] == ["ben came", "ann came"]
    assert sorted(map(str, room.log[2:])) == ["ann went", "ben went"]
    assert connection.cause == "shutdown"
    assert trio.current_time() < 1
    connection.close()


async def test_the_end_waits_so_long_and_no_longer(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    """Effects that hang are cancelled, and that is logged."""
    room = Room()
    async with room.dispatch.running():
        await room.enter()
        room.go_on = trio.Event()
        start = trio.current_time()
    assert room.log == ["ann came"]
    assert trio.current_time() - start == pytest.approx(2)
    assert "1 names were given up on" in caplog.text


async def test_a_dispatch_that_is_cancelled_still_says_who_left(autojump_clock: MockClock) -> None:
    """Within the same time limits."""
    room = Room()
    with trio.CancelScope() as scope:
        async with room.dispatch.running():
            await room.enter()
            scope.cancel()
            await trio.sleep(1)
    assert room.log == ["ann came", "ann went"]


async def test_outside_running_a_lifecycle_is_refused_and_nothing_kept() -> None:
    """A connection without a lifecycle needs no running dispatch."""
    room = Room()
    with pytest.raises(LifecycleError, match="only while the dispatch is running"):
        await room.enter()
    assert len(room.connections.store) == 0
    room.connections.add(Connection("ann", "room"))
    assert len(room.connections.store) == 1


async def test_where_there_is_no_room_nothing_is_announced(autojump_clock: MockClock) -> None:
    """The caller has to answer the refusal."""
    room = Room(store=MemoryStore(ConnectionLimits(store=1)))
    async with room.dispatch.running():
        await room.enter("ann")
        with pytest.raises(TooManyConnectionsError):
            await room.enter("ben")
        assert room.log == ["ann came"]


async def test_one_plugin_serves_one_running_dispatch(autojump_clock: MockClock) -> None:
    """Two dispatches would announce each other's guests; they may share a store."""
    connections = Connections()
    async with create_dispatch([connections]).running():
        with pytest.raises(LifecycleError, match="serves a dispatch that is running already"):
            async with create_dispatch([connections]).running():
                pass
    async with create_dispatch([connections]).running():
        pass


@pytest.mark.parametrize(("nap", "log"), [("nap", ["ben went"]), ("sleep-on", [])])
async def test_whoever_comes_while_the_others_leave_leaves_too(
    autojump_clock: MockClock, nap: str, log: list[object]
) -> None:
    """As long as there is time. No connection outlives the dispatch."""
    room = Room()
    late = Connection("ben", "room")

    async def come_late() -> None:
        await trio.sleep(0.5)
        await room.connections.open(late, Lifecycle(on_close=[["note", "ben went"]]))

    async with trio.open_nursery() as nursery, room.dispatch.running():
        await room.connections.open(Connection("ann", "room"), Lifecycle(on_close=[[nap]]))
        nursery.start_soon(come_late)
    assert late.cause == "shutdown"
    assert room.log == log


async def test_the_time_at_the_end_is_shared(autojump_clock: MockClock) -> None:
    """A transport may shut down first, and then the plugin does: both share the same deadline."""
    room = Room(shutdown_timeout=5)
    async with room.dispatch.running():
        await room.enter()
        room.go_on = trio.Event()
        start = trio.current_time()
        await room.connections.shut_down()
    assert trio.current_time() - start == pytest.approx(5)


async def test_a_crowd_leaves_as_fast_as_one(autojump_clock: MockClock) -> None:
    """Their `on_close` effects run at the same time."""
    room = Room(store=MemoryStore(ConnectionLimits(scope=2_000)))
    async with room.dispatch.running():
        for number in range(500):
            connection = Connection("crowd", ("room", number))
            await room.connections.open(connection, Lifecycle(on_close=[["nap"], ["note", number]]))
        start = trio.current_time()
    assert sorted(map(int, map(str, room.log))) == list(range(500))
    assert trio.current_time() - start == pytest.approx(1)


async def test_who_is_there_without_a_lifecycle_is_there(room: Room, autojump_clock: MockClock) -> None:
    """The name has gone only when all of its connections have."""
    plain = Connection("ann", "room")
    room.connections.add(plain)
    (await room.enter()).close()
    await trio.sleep(10)
    assert room.log == ["ann came"]
    plain.close()
    await trio.sleep(10)
    assert room.log == ["ann came", "ann went"]


async def test_a_dispatch_that_starts_cancelled_ends_at_once(autojump_clock: MockClock) -> None:
    """It does not hang."""
    room = Room()
    with trio.CancelScope() as scope:
        scope.cancel()
        async with room.dispatch.running():
            await trio.sleep(1)
    with pytest.raises(LifecycleError):
        await room.enter()
    async with room.dispatch.running():
        await room.enter()
    assert room.log == ["ann came", "ann went"]


async def test_one_that_has_ended_changes_nothing_for_the_others(room: Room, autojump_clock: MockClock) -> None:
    """Whatever is dispatched for its name at that time."""
    ended = Connection("ann", "room")
    ended.close()
    room.go_on = trio.Event()
    connection = Connection("ann", "room")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(room.connections.open, connection, Lifecycle([["note", "came"]], [["note", "went"]]))
        await wait_all_tasks_blocked()
        await room.connections.open(ended, Lifecycle())
        room.go_on.set()
    connection.close()
    await trio.sleep(1)
    await room.connections.open(ended, Lifecycle())
    assert trio.current_time() < 2
    await trio.sleep(5)
    assert room.log == ["came", "went"]


async def test_who_comes_without_a_lifecycle_within_the_grace_is_there(room: Room, autojump_clock: MockClock) -> None:
    """It takes the place of the one that went."""
    (await room.enter()).close()
    await trio.sleep(1)
    plain = Connection("ann", "room")
    room.connections.add(plain)
    await trio.sleep(10)
    assert room.log == ["ann came"]
    plain.close()
    await trio.sleep(10)
    assert room.log == ["ann came", "ann went"]


async def test_two_may_shut_down_at_once(autojump_clock: MockClock) -> None:
    """Both return when the shutdown is done."""
    room = Room()
    async with room.dispatch.running():
        await room.connections.open(Connection("ann", "room"), Lifecycle(on_close=[["nap"]]))
        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(room.connections.shut_down)
            nursery.start_soon(room.connections.shut_down)
        assert trio.current_time() - start == pytest.approx(1)


async def test_an_interrupt_in_them_passes(autojump_clock: MockClock) -> None:
    """It ends the dispatch and all its connections, and nothing else."""
    room = Room()
    ben = Connection("ben", "room")

    async def body() -> None:
        async with room.dispatch.running():
            await room.connections.open(ben, Lifecycle(on_close=[["note", "never"]]))
            connection = Connection("ann", "room")
            await room.connections.open(connection, Lifecycle(on_close=[["interrupt"]], grace=0))
            connection.close()
            await trio.sleep_forever()

    with pytest.raises(BaseExceptionGroup) as caught:
        await body()
    assert caught.value.subgroup(KeyboardInterrupt) is not None
    assert ben.cause == "shutdown"
    assert room.log == []
    async with room.dispatch.running():
        await room.enter()


class Flaky(MemoryStore):  # type: ignore[misc]
    """A store that fails when it is asked for groups."""

    def group(self, *args: Any, **options: Any) -> Any:
        """Fail."""
        raise OSError("the backplane is gone")


async def test_a_store_that_fails_harms_one_telling_only(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The failure is logged, and everything else goes on."""
    room = Room(store=Flaky())
    async with room.dispatch.running():
        (await room.enter()).close()
        await trio.sleep(5)
    assert room.log == ["ann went"]
    assert "could not be dispatched" in caplog.text


async def test_at_the_end_of_a_dispatch_its_own_have_left(autojump_clock: MockClock) -> None:
    """Even if another dispatch that shares the store has a connection under the same name."""
    room = Room(store=MemoryStore())
    theirs = Connection("ann", "room")
    room.connections.store.add(theirs)
    async with room.dispatch.running():
        (await room.enter()).close()
        await trio.sleep(10)
        assert room.log == ["ann came"]
    assert room.log == ["ann came", "ann went"]
    theirs.close()
    async with room.dispatch.running():
        await trio.sleep(10)
    assert room.log == ["ann came", "ann went"]


def test_the_data_of_a_lifecycle_is_a_mapping() -> None:
    """It is checked when the lifecycle is made."""
    with pytest.raises(RegistrationError, match="data of a lifecycle is a mapping"):
        Lifecycle(data=cast(Any, None))


@pytest.mark.parametrize("grace", [-1, float("inf"), float("nan"), "2", None, True])
def test_a_grace_is_a_number_of_seconds(grace: Any) -> None:
    """It is zero or more, and finite."""
    with pytest.raises(RegistrationError, match="grace is a number of seconds"):
        Lifecycle(grace=grace)


async def test_leaving_says_so_to_the_others(room: Room, autojump_clock: MockClock) -> None:
    """The purpose of `on_close`."""
    ben = Connection("ben", "room")
    room.connections.add(ben)
    left = ["broadcast", {"pattern": [ANY, "room"]}, ["say", "ann left"]]
    connection = Connection("ann", "room")
    await room.connections.open(connection, Lifecycle(on_close=[left], grace=0))
    connection.close()
    await wait_all_tasks_blocked()
    assert await ben.receive() == b"ann left"
