"""One lifecycle serves many connections, and a name is handed out often: none sees what others did to its copy."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from trio.testing import MockClock

from effects import Context, Placeholder, RegistrationError, Registry, create_dispatch
from plugins.connections import ANY, Connection, Connections, Lifecycle
from tests.spoiling import Spoiler, spoil


def world() -> tuple[Connections, Spoiler, Any]:
    """Make a dispatch whose effects spoil every container they get."""
    spoiler, connections, registry = Spoiler(), Connections(), Registry("test")

    @registry.effect("note")
    async def note(ctx: Context, *what: object) -> None:
        await trio.sleep(1)  # others come meanwhile
        spoil(what)

    @registry.action("names")
    def names(state: Any) -> Any:
        found = state["connections"].names([ANY, ANY])
        spoil(found)
        return [["note", *found]]

    return connections, spoiler, create_dispatch([connections, registry, spoiler.registry])


ABOUT = [Placeholder("connection/own-scope"), Placeholder("connection/own-key"), Placeholder("who", [])]
SHARED = Lifecycle([["note", {"all": []}, *ABOUT[:2]]], [["note", {"all": []}, *ABOUT[:2]]], data={"all": [{"a": []}]})


@pytest.mark.parametrize("together", [False, True])
async def test_nobody_sees_what_became_of_the_effects_of_a_shared_lifecycle(
    together: bool, autojump_clock: MockClock
) -> None:
    """Nor of its data and its name: one after the other, or at the same time."""
    connections, spoiler, dispatch = world()
    before = repr(SHARED)
    async with dispatch.running(), trio.open_nursery() as nursery:
        for number in range(3):
            connection = Connection(f"s{number}", ["room", ["tea"]])
            if together:
                nursery.start_soon(connections.open, connection, SHARED)
            else:
                await connections.open(connection, SHARED)
        await trio.sleep(2)
        for connection in [*connections.store]:
            connection.close()
            if not together:
                await trio.sleep(9)
        await trio.sleep(9)
        assert connections._guests._guests == {}
    told = [[line.replace(f"s{number}", "s") for line in spoiler.seen if f"s{number}" in line] for number in range(3)]
    assert len(told[0]) == 4
    assert told == [told[0]] * 3
    assert repr(SHARED) == before


async def test_a_key_is_handed_out_and_stays(autojump_clock: MockClock) -> None:
    """It is copied for the giver, the connection, and those that ask for names."""
    connections, _, dispatch = world()
    key: list[object] = ["room", ["tea"]]
    connection = Connection("ann", key)
    async with dispatch.running():
        connections.add(connection)
        spoil(key)
        for _ in range(2):
            (await dispatch([["names"]])).raise_errors()
            each = ["broadcast", {"pattern": [ANY, ANY]}, ["note", Placeholder("connection/key")]]
            (await dispatch([each])).raise_errors()
        assert connection.key == ["room", ["tea"]]


@pytest.mark.parametrize("name", ["on_open", "on_close"])
def test_effects_that_are_no_list_are_refused(name: str) -> None:
    """They are refused when the lifecycle is made."""
    with pytest.raises(RegistrationError, match=f"{name} is a list of effect vectors"):
        Lifecycle(**{name: "note"})  # type: ignore[arg-type]
