"""A connection that was cut off gets all the frames it missed, or the answer that they are not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from effects import Context, Dispatch, Effect, Placeholder, RegistrationError, Registry, Sink, create_dispatch
from plugins.connections import (
    ANY,
    BroadcastResult,
    Cause,
    Connection,
    Connections,
    Follower,
    History,
    Lifecycle,
    MemoryStore,
    freeze_name,
)
from plugins.connections._history import Audience
from plugins.connections._history_sink import history_sink

NAMES = [("ann", ("room", 1)), ("ann", ("room", 2)), ("bob", ("room", 1))]
PATTERNS = [[ANY, ["room", ANY]], [ANY, ["room", 1]], ["ann", ANY], *map(list, NAMES)]


class World:
    """A dispatch whose connections come back to their places."""

    def __init__(self, history: History | None = None) -> None:
        self.history = history or History()
        self.connections = Connections(history=self.history)
        self.go_on = trio.Event()
        test = Registry("test", late=["sink"])

        @test.effect("say")
        def say(ctx: Context, text: str, *, sink: Sink) -> None:
            sink.send(text.encode())

        @test.effect("hang-up")
        def hang_up(ctx: Context, *, sink: Sink) -> None:
            sink.close()

        @test.effect("wait")
        async def wait(ctx: Context) -> None:
            await self.go_on.wait()

        @test.effect("spawn")
        def spawn(ctx: Context, *then: Effect) -> None:
            ctx.spawn(run, then)

        async def run(ctx: Context, then: Sequence[Effect]) -> None:
            await ctx.dispatch(then)

        @test.placeholder("who", each=True)
        def who(data: object, member: Connection) -> object:
            return member.scope

        self.registry = test
        self.dispatch: Dispatch = create_dispatch([self.connections, test])

    def join(self, name: Sequence[object] = NAMES[0]) -> tuple[Connection, Follower]:
        """Add a connection, and follow it."""
        connection = Connection(*name)
        self.connections.add(connection)
        return connection, self.history.follow(connection)

    async def say(self, text: object, pattern: object = PATTERNS[0], exclude: Sequence[object] = ()) -> None:
        """Broadcast a text."""
        result = await self.dispatch([["broadcast", {"pattern": pattern, "exclude": exclude}, ["say", text]]])
        result.raise_errors()


def place_of(follower: Follower) -> str:
    """Return the last id that a follower was told: the place after all entries."""
    first = follower.first_id()
    return (follower.progress() or first).decode()


def leave(visitor: tuple[Connection, Follower], cause: Cause | None = None) -> str:
    """End a connection, on purpose or as if its client had gone. Return the last id it was told."""
    connection, follower = visitor
    last = place_of(follower)
    if cause is None:
        follower.cut_off()
    connection.close(cause or "closed")
    return last


async def test_who_was_cut_off_gets_what_was_said_meanwhile() -> None:
    """In order, and no frame from before."""
    world = World()
    visitor = world.join()
    await world.say("before")
    last = leave(visitor)
    await world.say("one")
    await world.say("two", NAMES[0])
    again, follower = world.join()
    await world.say("after")
    assert follower.missed(last) == [b"one", b"two"]
    assert await again.receive() == b"after"


@pytest.mark.parametrize("cause", ["overflow", "expired"])
async def test_who_could_not_keep_up_may_come_back(cause: Cause) -> None:
    """Nobody ended such a connection on purpose."""
    world = World()
    last = leave(world.join(), cause)
    await world.say("one")
    assert world.join()[1].missed(last) == [b"one"]


@pytest.mark.parametrize("cause", ["closed", "lapsed", "replaced", "size", "shutdown"])
async def test_who_was_ended_on_purpose_begins_anew(cause: Cause) -> None:
    """The frames sent since may not have been for them."""
    world = World()
    last = leave(world.join(), cause)
    assert world.join()[1].missed(last) is None


DISMISSALS: list[Callable[[World], list[object]]] = [
    lambda world: ["disconnect", {"pattern": [ANY, ["room", 1]]}],
    lambda world: ["with-connection", NAMES[0], ["hang-up"]],
    lambda world: ["broadcast", {"pattern": ["ann", ANY]}, ["hang-up"]],
]


@pytest.mark.parametrize("dismiss", DISMISSALS, ids=["disconnect", "with-connection", "broadcast"])
async def test_who_is_ended_while_away_begins_anew(dismiss: Callable[[World], list[object]]) -> None:
    """An end on purpose holds for connections that are away, too."""
    world = World()
    last = leave(world.join())
    (await world.dispatch([dismiss(world)])).raise_errors()
    assert world.join()[1].missed(last) is None


async def test_those_left_out_of_a_disconnect_may_come_back() -> None:
    """They are treated like excluded connections that are there."""
    world = World()
    last = leave(world.join())
    (await world.dispatch([["disconnect", {"pattern": PATTERNS[0], "exclude": NAMES[0]}]])).raise_errors()
    assert world.join()[1].missed(last) == []


async def test_the_end_of_a_session_ends_its_places() -> None:
    """`Connections.disconnect` ends them."""
    world = World()
    last = leave(world.join())
    world.connections.disconnect(["ann", ANY])
    assert world.join()[1].missed(last) is None


async def test_a_place_belongs_to_its_name() -> None:
    """An id of another name gives no frames, not even those sent to both names."""
    world = World()
    last = leave(world.join(NAMES[0]))
    await world.say("for all")
    assert world.join(NAMES[1])[1].missed(last) is None
    assert world.join(NAMES[2])[1].missed(last) is None


async def test_nobody_claims_a_place_from_before_they_came() -> None:
    """Neither a place in the future nor text that is no place is accepted."""
    world = World()
    await world.say("not for newcomers")
    token, _, place = leave(world.join()).rpartition(".")
    asking = world.join()[1]
    claims = ["", ".", token, f"{token}.", f"{token}.-1", f"{token}.x", f"x.{place}", f"{token}.{'9' * 5_000}"]
    for claim in [f"{token}.0", f"{token}.{int(place) + 1}", *claims]:
        assert asking.missed(claim) is None, claim
    assert asking.missed(f"{token}.{place}") == []


async def test_frames_that_were_forgotten_are_not_known() -> None:
    """Too many frames or too many bytes. Connections that came later still know all of theirs."""
    for history in (History(max_frames=2), History(max_bytes=2)):
        world = World(history)
        early = leave(world.join())
        await world.say("1")
        late = leave(world.join())
        await world.say("2")
        await world.say("3")
        assert world.join()[1].missed(early) is None
        assert world.join()[1].missed(late) == [b"2", b"3"]


async def test_frames_and_places_are_forgotten_in_time(autojump_clock: trio.testing.MockClock) -> None:
    """After `max_age` seconds."""
    world = World(History(max_age=10))
    visitor = world.join()
    last = leave(visitor)
    await world.say("one")
    await trio.sleep(9)
    assert world.join()[1].missed(last) == [b"one"]
    await trio.sleep(2)
    assert world.join()[1].missed(last) is None


async def test_only_so_many_may_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are away the longest are forgotten first."""
    monkeypatch.setattr("plugins.connections._history._MAX_AWAY", 2)
    world = World()
    ids = [leave(world.join()) for _ in range(3)]
    assert [world.join()[1].missed(last) for last in ids] == [None, [], []]


async def test_nothing_is_left_of_those_who_do_not_come_back(autojump_clock: trio.testing.MockClock) -> None:
    """No place, no name and no frame is left."""
    world = World(History(max_age=10))
    for _ in range(10):
        leave(world.join())
        leave(world.join(), "closed")
        await world.say("something")
    await trio.sleep(11)
    assert not world.history.may_return(NAMES[0])
    sizes = [
        len(getattr(world.history, name))
        for name in ("_entries", "_followers", "_names", "_departures", "_sender_audiences")
    ]
    assert sizes == [0] * 5
    assert world.history._bytes == 0


async def test_a_connection_that_has_ended_has_no_place() -> None:
    """It had ended before it was followed."""
    world = World()
    connection = Connection(*NAMES[0])
    connection.close()
    follower = world.history.follow(connection)
    assert not world.history.may_return(NAMES[0])
    assert world.join()[1].missed(place_of(follower)) is None


async def test_somebody_who_may_come_back_is_sent_to() -> None:
    """`with-connection` runs its effects for a name that may come back, and for no other absent name."""
    world = World()
    last = leave(world.join())
    for name in (NAMES[0], NAMES[2]):
        done = await world.dispatch([["with-connection", name, ["say", f"hello {name[0]}"]]])
        assert done.results[0].value == BroadcastResult(matched=0)
    assert world.join()[1].missed(last) == [b"hello ann"]
    assert world.history.length == 1


@pytest.mark.parametrize("there", [False, True])
async def test_what_is_made_for_each_is_not_known(there: bool) -> None:
    """Whether the connection was there or away."""
    world = World()
    visitor = world.join()
    last = leave(visitor) if not there else place_of(visitor[1])
    await world.say(Placeholder("who"))
    assert world.join()[1].missed(last) is None


async def test_what_was_made_for_each_and_received_is_no_loss() -> None:
    """Other connections, which did not get their copies, begin anew; a name that was not meant loses nothing."""
    world = World()
    visitor, other = world.join(), world.join(NAMES[1])
    before = place_of(other[1])
    await world.say(Placeholder("who"), NAMES[0])
    last = leave(visitor)
    assert world.join()[1].missed(last) == []
    assert world.join(NAMES[1])[1].missed(before) == []


async def test_what_is_sent_to_a_single_member_is_noted_when_it_is_sent() -> None:
    """A member that is closed by its own copy of an effect has ended."""
    world = World()
    visitor = world.join()
    group = world.connections.store.group(PATTERNS[0], charge=lambda _: None)
    (member,) = history_sink(world.connections.store, group, PATTERNS[0]).members()
    between = place_of(visitor[1])
    assert list(member.members()) == [member]
    member.send(b"for one")
    assert world.join()[1].missed(between) is None
    member.close()
    assert visitor[0].cause == "closed"


async def test_copies_for_many_take_the_place_of_one_frame() -> None:
    """Otherwise one broadcast could make the history forget everything else."""
    world = World(History(max_frames=5))
    last = leave(world.join(NAMES[1]))
    others = [world.join(("ann", ("room", 1))) for _ in range(10)]
    await world.say("for room 2", NAMES[1])
    await world.say(Placeholder("who"), [ANY, ["room", 1]])
    assert world.history.length == 2
    assert world.join(NAMES[1])[1].missed(last) == [b"for room 2"]
    assert world.join()[1].missed(leave(others[0])) == []


async def test_what_a_broadcast_has_spawned_may_still_be_sent(autojump_clock: trio.testing.MockClock) -> None:
    """A connection that comes meanwhile does not get it, so its place is not known; a later one replays it."""
    world = World()
    async with world.dispatch.running():
        last = leave(world.join())
        spawned = ["broadcast", {"pattern": PATTERNS[0]}, ["spawn", ["wait"], ["say", "late"]]]
        (await world.dispatch([spawned])).raise_errors()
        assert world.join()[1].missed(last) is None
        world.go_on.set()
        await trio.testing.wait_all_tasks_blocked()
        assert world.join()[1].missed(last) == [b"late"]


async def test_dispatches_that_share_a_store_share_its_history() -> None:
    """A connection that comes back to one dispatch gets the frames that the other sent."""
    world = World()
    last = leave(world.join())
    other = create_dispatch([Connections(world.connections.store), world.registry])
    result = await other([["broadcast", {"pattern": PATTERNS[0]}, ["say", "from the other"]]])
    result.raise_errors()
    assert world.join()[1].missed(last) == [b"from the other"]


def test_a_history_belongs_to_one_store_in_memory() -> None:
    """It would not know the frames that other processes send to another store."""
    store = MemoryStore()
    assert Connections(store).history is None
    history = History()
    assert Connections(store, history=history).history is history
    with pytest.raises(RegistrationError, match="has a history already"):
        Connections(store, history=History())
    names = ("add", "remove", "match", "group", "names", "count", "__iter__", "__len__")
    elsewhere = type("Elsewhere", (), dict.fromkeys(names, lambda *_: 0))()
    assert Connections(elsewhere).history is None
    with pytest.raises(RegistrationError, match="a Elsewhere has no history"):
        Connections(elsewhere, history=History())


async def test_a_broadcast_that_has_begun_earlier_is_not_known(autojump_clock: trio.testing.MockClock) -> None:
    """It does not reach a connection that comes meanwhile. Once it has ended, its frames are known."""
    world = World()
    visitor = world.join()
    last = leave(visitor)
    async with trio.open_nursery() as nursery:
        slow = [["broadcast", {"pattern": PATTERNS[0]}, ["wait"], ["say", "late"]]]
        nursery.start_soon(world.dispatch, slow)
        await trio.testing.wait_all_tasks_blocked()
        assert world.join()[1].missed(last) is None
        world.go_on.set()
    assert world.join()[1].missed(last) == [b"late"]


async def test_what_opens_a_name_is_kept_for_it() -> None:
    """Effects of `on_open` are sent to the name, too."""
    world = World()
    async with world.dispatch.running():
        visitor = world.join()
        before = place_of(visitor[1])
        await world.connections.open(visitor[0], Lifecycle(on_open=[["say", "welcome"]], grace=100))
        leave(visitor)
        assert world.join()[1].missed(before) == [b"welcome"]


@pytest.mark.parametrize("bound", ["max_frames", "max_bytes", "max_age"])
@pytest.mark.parametrize("value", [0, -1, True, float("nan"), float("inf"), "1"])
async def test_bounds_are_numbers_above_0(bound: str, value: object) -> None:
    """They are refused when the history is made."""
    with pytest.raises(RegistrationError, match=bound):
        History(**{bound: value})  # type: ignore[arg-type]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(PATTERNS), st.lists(st.sampled_from(PATTERNS), max_size=1)),
        st.tuples(st.just("come_or_go"), st.sampled_from(NAMES)),
        st.tuples(st.sampled_from(["each", "disconnect"]), st.sampled_from(PATTERNS)),
    ),
    min_size=5,
    max_size=30,
)


class Ride:
    """A connection that always stays, beside each name that comes and goes."""

    def __init__(self, max_frames: int) -> None:
        self.max_frames = max_frames
        self.world = World(History(max_frames=max_frames))
        self.stays: dict[object, Connection] = {}
        self.there: dict[object, tuple[Connection, Follower]] = {}
        self.away: dict[object, tuple[str, int]] = {}
        for name in NAMES:
            self.stay(name)

    def stay(self, name: tuple[object, object]) -> None:
        """Add a connection that stays, in place of an earlier one."""
        self.stays[name] = Connection(*name)
        self.world.connections.store.add(self.stays[name])

    async def come_or_go(self, name: tuple[object, object]) -> None:
        """A connection is cut off, or comes back."""
        await (self.leave(name) if name in self.there else self.join(name))

    async def leave(self, name: object) -> None:
        """Until now it has got the same frames as the one that stays."""
        visitor = self.there.pop(name)
        assert await received(visitor[0]) == await received(self.stays[name])
        self.away[name] = (leave(visitor), self.world.history.length)

    async def join(self, name: tuple[object, object]) -> None:
        """It gets the same frames as the one that stayed, or the answer that they are not known."""
        last, place = self.away.pop(name, ("", -1))
        self.there[name] = self.world.join(name)
        missed = self.there[name][1].missed(last)
        stayed = await received(self.stays[name])
        if last and self.world.history.length - place <= self.max_frames:
            assert missed is not None
        assert missed is None or b"".join(missed) == stayed

    async def each(self, pattern: Sequence[object]) -> None:
        """Each connection gets a frame of its own, so those that are away begin anew."""
        await self.world.say(Placeholder("who"), pattern)
        self._begin_anew(pattern)

    async def disconnect(self, pattern: Sequence[object]) -> None:
        """Some connections are ended on purpose."""
        self.world.connections.disconnect(pattern)
        self._begin_anew(pattern)
        for name in NAMES:
            if self.stays[name].cause is not None:
                self.stay(name)
                self.there.pop(name, None)

    def _begin_anew(self, pattern: Sequence[object]) -> None:
        whom = Audience.of(pattern)
        for name in [name for name in self.away if whom.has(freeze_name(name))]:
            last, _ = self.away[name]
            assert self.world.join(name)[1].missed(last) is None  # type: ignore[arg-type]
            del self.away[name]


@given(steps=STEPS, max_frames=st.integers(1, 10))
def test_coming_back_is_as_good_as_having_stayed(steps: list[tuple[Any, ...]], max_frames: int) -> None:
    """For any frames sent meanwhile to any names, and any size of the history."""

    async def run() -> None:
        ride = Ride(max_frames)
        for name in NAMES:
            await ride.join(name)
        for number, (step, *whom) in enumerate(steps):
            if step == "say":
                await ride.world.say(f"{number};", *whom)
            else:
                await getattr(ride, step)(*whom)
        for left in [*ride.there]:
            await ride.leave(left)

    trio.run(run)


async def received(connection: Connection) -> bytes:
    """Return the queued frames."""
    return await connection.receive() if connection.queued else b""
