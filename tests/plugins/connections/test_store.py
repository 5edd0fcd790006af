"""The store: found by pattern, removed by identity, in order of arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from plugins.connections import ANY, REST, Connection, MemoryStore, matches
from plugins.connections._keys import freeze_pattern

scopes = st.sampled_from(["a", "b", 1, True])
parts = st.sampled_from(["page", "home", 1, True, None])
keys = parts | st.lists(parts | st.lists(parts, max_size=2), max_size=3)
holes = st.sampled_from(["page", "home", 1, True, None, ANY])
patterns = st.tuples(
    scopes | st.just(ANY),
    holes
    | st.tuples(st.lists(holes | st.lists(holes, max_size=2), max_size=3), st.booleans()).map(
        lambda drawn: [*drawn[0], REST] if drawn[1] else drawn[0]
    ),
)


def test_two_tabs_are_two_connections() -> None:
    """Under one name; the one that leaves takes only itself away."""
    store = MemoryStore()
    old, new = Connection("s", "k"), Connection("s", "k")
    store.add(old)
    store.add(new)
    store.remove(old)
    store.remove(old)
    assert store.match(["s", "k"]) == [new]
    assert old not in store
    assert new in store


def test_excluded_connections_are_left_out() -> None:
    """By name or by pattern."""
    store = MemoryStore()
    for scope in "abc":
        store.add(Connection(scope, ["room", scope]))
    assert [found.scope for found in store.match([ANY, ANY], [["a", ANY], ["b", ["room", "b"]]])] == ["c"]


def test_nothing_is_left_of_what_was_removed() -> None:
    """No bucket, no index entry."""
    store = MemoryStore()
    for _ in range(3):
        one = Connection("s", ["room", 7])
        store.add(one)
        store.remove(one)
    assert len(store) == 0
    assert store._index == {}


class StoreAgainstAList(RuleBasedStateMachine):
    """Whatever is added, removed and asked: the store answers as a plain list would."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.model: list[Connection] = []

    @rule(scope=scopes, key=keys)
    def add(self, scope: object, key: object) -> None:
        """Store one."""
        one = Connection(scope, key)
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
