"""The store in memory: the promises of every store, and its index."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from plugins.connections import (
    ANY,
    REST,
    Connection,
    ConnectionLimits,
    ConnectionStore,
    MemoryStore,
    freeze_pattern,
    matches,
)
from plugins.connections.testing import ConnectionStoreContract, names, patterns


class TestMemoryStore(ConnectionStoreContract):
    """The promises of every store."""

    def make_store(self, limits: ConnectionLimits) -> ConnectionStore:
        """Return a store in memory."""
        return MemoryStore(limits)


def test_who_writes_a_contract_says_how_a_store_is_made() -> None:
    """`make_store` has no default."""
    with pytest.raises(NotImplementedError):
        ConnectionStoreContract().make_store(ConnectionLimits())


def test_a_store_says_whether_it_keeps_a_connection() -> None:
    """`in` asks for that very connection."""
    store = MemoryStore()
    connection = Connection("s", "k")
    store.add(connection)
    assert connection in store
    assert Connection("s", "k") not in store


def test_nothing_is_left_of_what_was_removed() -> None:
    """All tables of the index are empty."""
    store = MemoryStore()
    store.match([ANY, ["room", ANY]])
    for _ in range(3):
        connection = Connection("s", ["room", 7])
        store.add(connection)
        store.remove(connection)
    assert len(store) == 0
    assert not any(store._index._tables.values())


class StoreAgainstAList(RuleBasedStateMachine):
    """Connections are added, removed and matched in any order: the store answers as a plain list would."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore(ConnectionLimits(key=1_000, scope=1_000))
        self.model: list[Connection] = []

    @rule(name=names)
    def add(self, name: tuple[object, object]) -> None:
        """Store one connection."""
        connection = Connection(*name)
        self.store.add(connection)
        self.model.append(connection)

    @rule(index=st.integers(0, 20))
    def remove(self, index: int) -> None:
        """Remove one connection."""
        if index < len(self.model):
            self.store.remove(self.model.pop(index))

    @rule(pattern=patterns)
    def match(self, pattern: object) -> None:
        """Match a pattern."""
        wanted = freeze_pattern(pattern)
        assert self.store.match(pattern) == [
            connection for connection in self.model if matches(wanted, connection.frozen)
        ]

    @invariant()
    def same_size(self) -> None:
        """No connection is counted twice."""
        assert len(self.store) == len(self.model)


@pytest.mark.parametrize("masks", [1, 2, 64])
def test_the_store_answers_as_a_list_would(masks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any order of adding, removing and matching, with any number of tables."""
    monkeypatch.setattr("plugins.connections._index._MAX_MASKS", masks)
    run_state_machine_as_test(StoreAgainstAList)


def calls_of(work: Callable[[], object]) -> int:
    """Return the number of function calls in the package, to its own functions and others."""
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call") and "connections" in frame.f_code.co_filename

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "pattern", [[ANY, ["page", "home", 0]], ["s0", ANY], ["s0", ["page", "home", 0]], [ANY, [REST]]]
)
def test_what_a_look_up_costs_does_not_grow_with_what_is_stored(pattern: list[object]) -> None:
    """The costs of adding and removing do not grow, either."""

    def costs(crowd: int) -> list[int]:
        store = MemoryStore()
        for number in range(crowd):
            store.add(Connection(f"s{number}", ["page", "home", number]))
        store.match(pattern)
        connection = Connection("s0", ["page", "home", 0])
        works = (lambda: store.match(pattern), lambda: store.add(connection), lambda: store.remove(connection))
        for work in works:  # what is kept from one time to the next is there
            work()
        return [calls_of(work) for work in works]

    assert costs(10) == costs(1_000)


def test_shapes_of_patterns_are_bounded() -> None:
    """Shapes that were not used lately are forgotten. Their patterns still match."""
    store = MemoryStore()
    store.add(Connection("s", ["a"]))
    for depth in range(30):
        for pattern in (["s", ["a"] * depth], ["s", [ANY] * depth], ["s", ["a"] * depth + [REST]]):
            store.match(pattern)
    assert len(store._index._tables) == 64
    assert len(store.match(["s", [ANY]])) == 1
