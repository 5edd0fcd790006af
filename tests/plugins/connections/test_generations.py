"""Old connections of a key may end at any time: they take nothing from newer ones."""

from __future__ import annotations

from typing import NamedTuple

import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from trio.testing import MockClock

from effects import Context, Registry, create_dispatch
from plugins.connections import ANY, Connection, ConnectionLimits, Connections, Lifecycle, MemoryStore

KEYS = st.sampled_from(["a", "b"])
CAUSES = st.sampled_from(["closed", "expired", "overflow", "shutdown"])


class Generations(RuleBasedStateMachine):
    """Connections of two keys begin and end in any order, some twice, some after they were removed."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore(ConnectionLimits(key=1_000, scope=1_000))
        self.open: list[Connection] = []
        self.gone: list[Connection] = []

    @rule(key=KEYS)
    def begin(self, key: str) -> None:
        """A newer connection of a key begins."""
        self.open.append(Connection("s", key))
        self.store.add(self.open[-1])

    @rule(index=st.integers(0, 9), cause=CAUSES)
    def end(self, index: int, cause: str) -> None:
        """An open connection ends, however old it is."""
        if index < len(self.open):
            connection = self.open.pop(index)
            connection.close(cause)  # type: ignore[arg-type]
            self.gone.append(connection)

    @rule(index=st.integers(0, 9), cause=CAUSES)
    def end_again(self, index: int, cause: str) -> None:
        """An ended connection is closed, removed and added again, as when its socket and its request end later."""
        if index < len(self.gone):
            self.gone[index].close(cause)  # type: ignore[arg-type]
            self.store.remove(self.gone[index])
            self.store.add(self.gone[index])

    @rule(key=KEYS)
    def send(self, key: str) -> None:
        """A frame that is sent to a key reaches each open connection of it once."""
        before = [connection.queued for connection in self.open]
        self.store.group(["s", key], charge=lambda members: None).send(b"x")
        assert [connection.queued for connection in self.open] == [
            count + (connection.key == key) for connection, count in zip(self.open, before, strict=True)
        ]

    @invariant()
    def those_that_are_open_are_there(self) -> None:
        """The store holds exactly the open connections, in order of arrival."""
        assert list(self.store) == list(self.store.match([ANY, ANY])) == self.open
        assert all(connection.cause is None for connection in self.open)


def test_an_old_connection_takes_no_newer_one_along() -> None:
    """For any connections that end in any order."""
    run_state_machine_as_test(Generations)


class Move(NamedTuple):
    """After some time, one more connection begins, or an open one ends."""

    wait: float
    ends: int | None


moves = st.lists(st.builds(Move, st.sampled_from([0, 0.5, 1, 2, 3]), st.none() | st.integers(0, 3)), max_size=12)


@settings(max_examples=settings().max_examples * 3 // 5, deadline=None)
@given(moves)
def test_nobody_is_announced_as_gone_while_a_newer_one_lives(moves: list[Move]) -> None:
    """Arrivals and departures are told in turns, and a departure only if no connection is left."""
    told: list[str] = []
    connections = Connections()
    registry = Registry("told")

    @registry.effect("tell")
    async def tell(ctx: Context, what: str) -> None:
        told.append("too early" if what == "gone" and connections.store.count(["s", "k"]) else what)
        await trio.sleep(0.7)  # others come and go meanwhile

    async def main() -> None:
        here = Lifecycle([["tell", "here"]], [["tell", "gone"]], grace=1.5)
        async with create_dispatch([connections, registry]).running(), trio.open_nursery() as nursery:
            there: list[Connection] = []
            for move in moves:
                await trio.sleep(move.wait)
                if move.ends is None:
                    there.append(Connection("s", "k"))
                    nursery.start_soon(connections.open, there[-1], here)
                elif move.ends < len(there):
                    there.pop(move.ends).close()
            await trio.sleep(10)
            assert told == ["here", "gone"] * (len(told) // 2) + ["here"] * bool(there)

    trio.run(main, clock=MockClock(autojump_threshold=0))
