"""The tests that every `ConnectionStore` has to pass. Needs pytest and hypothesis: `pip install 'rhialto[testing]'`.

Subclass `ConnectionStoreContract`, and let `make_store` return an empty store:

    class TestRedisStore(ConnectionStoreContract):
        def make_store(self, limits):
            return RedisStore(limits)
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import Sink

from ._connection import Connection
from ._group import BroadcastResult
from ._keys import ANY, REST, PatternError, freeze_name, freeze_pattern, matches
from ._limits import Bound, ConnectionLimits, TooManyConnectionsError
from ._store import ConnectionStore

__all__ = ["ConnectionStoreContract", "charged", "names", "patterns"]

_SCOPES = st.sampled_from(["a", "b", 1, True])
_PARTS = st.sampled_from(["page", "home", 1, True, None])
_HOLES = st.sampled_from(["page", "home", 1, True, None, ANY])
_KEYS = _PARTS | st.lists(_PARTS | st.lists(_PARTS, max_size=2), max_size=3)
_OPEN_ENDED = st.tuples(st.lists(_HOLES | st.lists(_HOLES, max_size=2), max_size=3), st.booleans())

names = st.tuples(_SCOPES, _KEYS)
"""A strategy of names. They are similar to each other, so that they often match."""
patterns = st.tuples(
    _SCOPES | st.just(ANY), _HOLES | _OPEN_ENDED.map(lambda drawn: [*drawn[0], REST] if drawn[1] else drawn[0])
)
"""A strategy of patterns that often match `names`."""


def charged(members: int) -> None:
    """Let a charge for any number of members pass."""


class ConnectionStoreContract:
    """The promises of a `ConnectionStore`, as tests. Each test makes a store of its own."""

    def make_store(self, limits: ConnectionLimits) -> ConnectionStore:
        """Return an empty store. Each subclass implements this."""
        raise NotImplementedError

    @pytest.fixture
    def store(self) -> ConnectionStore:
        """An empty store with ordinary limits."""
        return self.make_store(ConnectionLimits())

    def test_it_is_a_connection_store(self, store: ConnectionStore) -> None:
        """It has all the methods, and its groups are sinks."""
        assert isinstance(store, ConnectionStore)
        assert isinstance(store.group([ANY, ANY], charge=charged), Sink)

    def test_it_begins_empty(self, store: ConnectionStore) -> None:
        """No connection is stored, and none matches."""
        assert len(store) == store.count([ANY, ANY]) == len(list(store)) == 0
        assert list(store.names([ANY, ANY])) == []

    def test_two_connections_under_one_name_are_two(self, store: ConnectionStore) -> None:
        """They arrive in order, and are listed under one name."""
        old, new = Connection("s", ("page", "k")), Connection("s", ["page", "k"])
        store.add(old)
        store.add(new)
        assert list(store.match(["s", ["page", "k"]])) == list(store) == [old, new]
        assert [tuple(name) for name in store.names([ANY, ANY])] == [("s", ("page", "k"))]
        assert store.count([ANY, ["page", ANY]]) == len(store) == 2

    def test_adding_twice_is_adding_once(self, store: ConnectionStore) -> None:
        """The second call does nothing."""
        connection = Connection("s", "k")
        store.add(connection)
        store.add(connection)
        assert list(store.match(["s", "k"])) == [connection]

    def test_removal_is_by_identity(self, store: ConnectionStore) -> None:
        """Removing an old connection leaves a newer one of its name; removing it again does nothing."""
        old, new = Connection("s", "k"), Connection("s", "k")
        for connection in (old, new):
            store.add(connection)
        for _ in range(2):
            store.remove(old)
        assert list(store.match(["s", "k"])) == [new]
        assert old.cause is None

    def test_a_connection_that_ends_is_no_longer_kept(self, store: ConnectionStore) -> None:
        """For any cause. A connection that has ended before is not kept at all."""
        kept, ended = Connection("s", "k"), Connection("s", "k")
        ended.close()
        for connection in (kept, ended):
            store.add(connection)
        assert list(store) == [kept]
        kept.close("overflow")
        assert list(store) == []

    def test_one_that_was_removed_may_come_again(self, store: ConnectionStore) -> None:
        """A removed connection that is still open can be added again."""
        connection = Connection("s", "k")
        store.add(connection)
        store.remove(connection)
        store.add(connection)
        assert list(store) == [connection]

    @given(st.lists(st.tuples(names, st.booleans())), patterns, st.lists(patterns, max_size=2))
    def test_it_answers_as_a_plain_list_would(
        self, drawn: list[tuple[tuple[object, object], bool]], pattern: object, exclude: list[object]
    ) -> None:
        """For any stored names, pattern and exclusions."""
        store = self.make_store(ConnectionLimits(key=1_000))
        kept: list[Connection] = []
        for name, stays in drawn:
            connection = Connection(*name)
            store.add(connection)
            if stays:
                kept.append(connection)
            else:
                store.remove(connection)
        expected = [
            connection
            for connection in kept
            if _matches(pattern, connection) and not any(_matches(excluded, connection) for excluded in exclude)
        ]
        assert list(store.match(pattern, exclude)) == expected
        assert store.count(pattern, exclude) == len(expected)
        distinct = dict.fromkeys(connection.frozen for connection in expected)
        assert [freeze_name(name) for name in store.names(pattern, exclude)] == list(distinct)
        members = store.group(pattern, exclude, charge=charged).members()
        assert [(member.scope, member.key) for member in members] == [
            (connection.scope, connection.key) for connection in expected
        ]

    @pytest.mark.parametrize("ask", ["match", "names", "count"])
    def test_what_is_no_pattern_is_refused(self, store: ConnectionStore, ask: str) -> None:
        """As the pattern, and in `exclude`."""
        method: Callable[..., object] = getattr(store, ask)
        with pytest.raises(PatternError):
            method("page")
        with pytest.raises(PatternError):
            method([ANY, ANY], ["page"])
        with pytest.raises(PatternError):
            store.group("page", charge=charged)

    def test_a_group_sends_the_very_same_bytes_to_all(self, store: ConnectionStore) -> None:
        """In one order. The group counts the frames."""
        connections = [Connection(scope, "k") for scope in "ab"]
        for connection in connections:
            store.add(connection)
        group = store.group([ANY, "k"], charge=charged)
        for frame in (b"1", b"2"):
            group.send(frame)
        assert [_queued_frames(connection) for connection in connections] == [[b"1", b"2"]] * 2
        assert group.result() == BroadcastResult(matched=2, queued=4)

    def test_who_is_in_a_group_is_settled_when_it_is_made(self, store: ConnectionStore) -> None:
        """A connection that comes later is not reached."""
        group = store.group([ANY, "k"], charge=charged)
        late = Connection("s", "k")
        store.add(late)
        group.send(b"1")
        assert _queued_frames(late) == []
        assert group.result() == BroadcastResult(matched=0)

    def test_a_group_counts_whom_it_lost(self, store: ConnectionStore) -> None:
        """A connection that overflows is ended, one that had ended is counted as dropped, the others go on."""
        full, gone, well = (Connection(scope, "k", max_frames=1) for scope in "abc")
        for connection in (full, gone, well):
            store.add(connection)
        full.send(b"0")
        group = store.group([ANY, "k"], charge=charged)
        gone.close()
        group.send(b"1")
        assert full.cause == "overflow"
        assert _queued_frames(well) == [b"1"]
        assert group.result() == BroadcastResult(matched=3, queued=1, dropped=2, evicted=1)
        assert list(store) == [well]

    def test_a_member_of_a_group_is_a_sink_of_its_own(self, store: ConnectionStore) -> None:
        """The group counts the frames that are sent to the member."""
        connections = [Connection(scope, "k") for scope in "ab"]
        for connection in connections:
            store.add(connection)
        group = store.group([ANY, "k"], charge=charged)
        member = group.members()[1]
        assert isinstance(member, Sink)
        assert list(member.members()) == [member]
        member.send(b"1")
        assert [_queued_frames(connection) for connection in connections] == [[], [b"1"]]
        assert group.result() == BroadcastResult(matched=2, queued=1)
        member.close()
        assert [connection.cause for connection in connections] == [None, "closed"]

    def test_what_a_charge_raises_keeps_the_frame_from_everyone(self, store: ConnectionStore) -> None:
        """The charge gets the number of members before any frame is queued."""

        def refuse(members: int) -> None:
            raise OverflowError(members)

        connection = Connection("s", "k")
        store.add(connection)
        with pytest.raises(OverflowError, match="1"):
            store.group([ANY, ANY], charge=refuse).send(b"1")
        assert _queued_frames(connection) == []

    def test_closing_a_group_ends_its_members(self, store: ConnectionStore) -> None:
        """Connections outside the group stay open."""
        connections = [Connection(scope, "k") for scope in "ab"]
        for connection in connections:
            store.add(connection)
        store.group(["a", ANY], charge=charged).close()
        assert [connection.cause for connection in connections] == ["closed", None]
        assert list(store) == connections[1:]

    @pytest.mark.parametrize("bound", ["store", "scope", "key"])
    def test_at_a_limit_the_newest_is_refused(self, bound: Bound) -> None:
        """The connections that were there before stay open."""
        store = self.make_store(_limits_with(bound))
        connections = _make_crowd(bound)
        for connection in connections[:2]:
            store.add(connection)
        with pytest.raises(TooManyConnectionsError, match=f"2 connections of one {bound}"):
            store.add(connections[2])
        store.add(connections[0])
        assert list(store) == connections[:2]
        connections[0].close()
        store.add(connections[2])
        assert list(store) == connections[1:]

    @pytest.mark.parametrize(("bound", "cause"), [("store", "size"), ("scope", "size"), ("key", "replaced")])
    def test_at_a_limit_the_oldest_gives_way_where_that_is_said(self, bound: Bound, cause: str) -> None:
        """The cause says which limit it was."""
        store = self.make_store(_limits_with(bound, evict=True))
        connections = _make_crowd(bound)
        for connection in connections:
            store.add(connection)
        assert [connection.cause for connection in connections] == [cause, None, None]
        assert list(store) == connections[1:]

    def test_nobody_gives_way_to_one_that_is_refused(self) -> None:
        """One limit evicts the oldest connection, another refuses the new one: then none is closed."""
        store = self.make_store(ConnectionLimits(scope=2, key=1, store=1, evict=["scope"]))
        connection = Connection("s", "k")
        store.add(connection)
        with pytest.raises(TooManyConnectionsError):
            store.add(Connection("s", "other"))
        assert list(store) == [connection]
        assert connection.cause is None

    def test_one_that_gives_way_makes_room_everywhere(self) -> None:
        """An evicted connection counts no more under its key, in its scope and in the store."""
        store = self.make_store(ConnectionLimits(store=1, scope=1, key=1, evict=["key"]))
        old, new = Connection("s", "k"), Connection("s", "k")
        store.add(old)
        store.add(new)
        assert list(store) == [new]


def _limits_with(bound: Bound, *, evict: bool = False) -> ConnectionLimits:
    """Limits that admit two connections of one bound, and ten of the others."""
    store, scope, key = (2 if bound == name else 10 for name in ("store", "scope", "key"))
    return ConnectionLimits(store, scope, key, evict=[bound] if evict else [])


def _make_crowd(bound: Bound) -> list[Connection]:
    """Three connections that cross a limit of two for one bound, and no other limit."""
    match bound:
        case "store":
            return [Connection(scope, "k") for scope in "abc"]
        case "scope":
            return [Connection("s", key) for key in "abc"]
        case _:
            return [Connection("s", "k") for _ in "abc"]


def _matches(pattern: object, connection: Connection) -> bool:
    return matches(freeze_pattern(pattern), connection.frozen)


def _queued_frames(connection: Connection) -> list[bytes]:
    return list(connection._frames)
