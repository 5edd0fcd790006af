"""The cost of hot paths, counted in calls of functions: no clock, so it is the same on every machine.

A call is a hint, and not the price: some cost nothing that can be measured beside what they do. The bounds are there
so that nobody makes a hot path much longer without noticing. `python -m tests.test_costs` counts anew, and prints the
table that belongs below. Lower a bound when something gets faster; raise one for a feature that is worth it to every
user, or for code that is easier to read and measured to be as fast (`python -m benchmarks dispatch`).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Awaitable, Callable, Sequence

import pytest
import trio

from effects import Context, Interceptor, Registry, Step, create_dispatch
from plugins.connections import ANY, Connection, ConnectionLimits, Connections, MemoryStore
from plugins.datastar import Datastar, html

Work = Callable[[], Awaitable[object]]

BOUNDS = {
    "one effect": 14,
    "100 effects": 583,
    "an action of three effects": 37,
    "three interceptors": 31,
    "a broadcast to 100 connections": 581,
}
ROOM = 1.15
"""So much more than what was counted is allowed: other versions of Python and pydantic call a little more or less."""


def _say(ctx: Context, text: str) -> None:
    """Do nothing."""


def _greet(state: object) -> list[object]:
    """Three effects."""
    return [["say", "hello"]] * 3


def _look(step: Step) -> None:
    """Go on, nothing changed."""


def _dispatched(effects: Sequence[object], interceptors: int = 0) -> Work:
    app = Registry("app")
    app.effect("say")(_say)
    app.action("greet")(_greet)
    around = [Interceptor(id=str(one), before_effect=_look, after_effect=_look) for one in range(interceptors)]
    dispatch = create_dispatch([app], interceptors=around)
    return lambda: dispatch(effects)


def _broadcast(count: int) -> Work:
    connections = Connections(MemoryStore(ConnectionLimits(scope=count)))
    dispatch = create_dispatch([Datastar(), connections])
    for number in range(count):
        connections.add(Connection("ann", ("page", number)))
    said = ["patch-elements", html("<p>hello")]
    return lambda: dispatch([["broadcast", {"pattern": [ANY, ["page", ANY]]}, said]])


WORK: dict[str, Callable[[], Work]] = {
    "one effect": lambda: _dispatched([["say", "hello"]]),
    "100 effects": lambda: _dispatched([["say", "hello"]] * 100),
    "an action of three effects": lambda: _dispatched([["greet"]]),
    "three interceptors": lambda: _dispatched([["say", "hello"]], interceptors=3),
    "a broadcast to 100 connections": lambda: _broadcast(100),
}


def counted(work: Work) -> int:
    """How many functions are called, of Python's and of C's, once everything that is made at first use is there."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    async def run() -> None:
        for _ in range(3):
            await work()
        before, enabled = sys.getprofile(), gc.isenabled()
        gc.disable()  # what others have called at a collection is none of ours
        sys.setprofile(count)
        try:
            await work()
        finally:
            sys.setprofile(before)
            if enabled:
                gc.enable()

    trio.run(run)
    return calls


@pytest.mark.parametrize("what", WORK)
def test_the_hot_paths_stay_cheap(what: str) -> None:
    """None of them calls more than it may."""
    calls, allowed = counted(WORK[what]()), BOUNDS[what]
    assert calls <= allowed, (
        f"{what} takes {calls} calls, and {allowed} are allowed: every user pays for what was added here. "
        "Find a cheaper way; or, if it is worth it, run `python -m tests.test_costs` and raise the bound"
    )


def test_a_call_more_for_each_of_them_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the test above would prove nothing."""
    offer = Connection.offer

    def slower(self: Connection, frame: bytes) -> bool:
        return [len(frame) for _ in range(10)] != [] and offer(self, frame)

    monkeypatch.setattr(Connection, "offer", slower)
    with pytest.raises(AssertionError, match="are allowed"):
        test_the_hot_paths_stay_cheap("a broadcast to 100 connections")


if __name__ == "__main__":
    for name, make in WORK.items():
        print(f"    {name!r}: {round(counted(make()) * ROOM)},")
