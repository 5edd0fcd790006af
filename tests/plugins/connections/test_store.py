"""The store in memory: what every store promises, and its index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from plugins.connections import ANY, Connection, ConnectionLimits, ConnectionStore, MemoryStore, freeze_pattern, matches
from plugins.connections.testing import ConnectionStoreContract, names, patterns


class TestMemoryStore(ConnectionStoreContract):
    """What every store promises."""

    def make_store(self, limits: ConnectionLimits) -> ConnectionStore:
        """A store in memory."""
        return MemoryStore(limits)


def test_who_writes_a_contract_says_how_a_store_is_made() -> None:
    """There is no default."""
    with pytest.raises(NotImplementedError):
        ConnectionStoreContract().make_store(ConnectionLimits())


def test_a_store_says_whether_it_keeps_a_connection() -> None:
    """That very one."""
    store = MemoryStore()
    one = Connection("s", "k")
    store.add(one)
    assert one in store
    assert Connection("s", "k") not in store


def test_nothing_is_left_of_what_was_removed() -> None:
    """No bucket, no index entry."""
    store = MemoryStore()
    for _ in range(3):
        one = Connection("s", ["room", 7])
        store.add(one)
        store.remove(one)
    assert len(store) == 0
    assert store._index == {}
    assert store._names == {}


class StoreAgainstAList(RuleBasedStateMachine):
    """Whatever is added, removed and asked: the store answers as a plain list would."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore(ConnectionLimits(key=1_000, scope=1_000))
        self.model: list[Connection] = []

    @rule(name=names)
    def add(self, name: tuple[object, object]) -> None:
        """Store one."""
        one = Connection(*name)
        self.store.add(one)
        self.model.append(one)

    @rule(index=st.integers(0, 20))
    def remove(self, index: int) -> None:
        """Remove one."""
        if index < len(self.model):
            self.store.remove(self.model.pop(index))

    @rule(pattern=patterns)
    def match(self, pattern: object) -> None:
        """Ask."""
        wanted = freeze_pattern(pattern)
        assert self.store.match(pattern) == [one for one in self.model if matches(wanted, one.frozen)]

    @invariant()
    def same_size(self) -> None:
        """Nothing is counted twice."""
        assert len(self.store) == len(self.model)


def test_the_store_answers_as_a_list_would() -> None:
    """In any order of adding, removing and asking."""
    run_state_machine_as_test(StoreAgainstAList)


@given(st.integers(1, 50))
def test_only_the_rarest_literal_is_looked_at(crowd: int) -> None:
    """However many others are stored."""
    store = MemoryStore()
    for number in range(crowd):
        store.add(Connection(f"s{number}", ["page", "home", number]))
    assert len(store._candidates(freeze_pattern([ANY, ["page", "home", 0]]))) == 1
    assert len(store._candidates(freeze_pattern([ANY, ["page", "nowhere", ANY]]))) == 0
