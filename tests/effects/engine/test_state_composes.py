"""Law 7: state composes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Registry, StateError, create_dispatch

Kit = Callable[[], Registry]

names = st.sampled_from([f"slice{number}" for number in range(6)])


def contributing(slices: Mapping[str, int], number: int, calls: list[str]) -> Registry:
    """A registry with these slices, which notes each time one is read."""
    plugin = Registry(f"plugin{number}")

    def source(name: str, value: int) -> Callable[[], int]:
        def read() -> int:
            calls.append(name)
            return value

        return read

    for name, value in slices.items():
        plugin.state(name)(source(name, value))
    return plugin


@settings(deadline=None)
@given(owners=st.dictionaries(names, st.integers(0, 3)), asked=st.lists(names, max_size=8), runs=st.integers(1, 3))
async def test_law_07_state_composes(kit: Kit, owners: dict[str, int], asked: list[str], runs: int) -> None:
    """An action sees the slices of all registries, each computed only if asked for and once for each run."""
    calls: list[str] = []
    values = {name: index for index, name in enumerate(owners)}
    plugins = [contributing({n: values[n] for n in owners if owners[n] == who}, who, calls) for who in range(4)]
    wanted = [name for name in asked if name in owners]
    app = Registry("app")

    @app.action("look")
    def look(state: Mapping[str, Any]) -> list[object]:
        assert set(state) == set(owners)
        assert len(state) == len(owners)
        assert all(name in state for name in owners)
        return [["note", [state[name] for name in wanted]]]

    notes: list[object] = []
    dispatch = create_dispatch([kit(), *plugins, app], system={"notes": notes})
    (await dispatch([["look"]] * runs)).raise_errors()
    assert notes == [[values[name] for name in wanted]] * runs
    assert calls == list(dict.fromkeys(wanted)) * runs


def acting(function: Callable[[Mapping[str, Any]], object], **slices: Callable[..., object]) -> Registry:
    """A registry with the action `act` and some slices."""
    plugin = Registry("plugin", late=["db"])
    plugin.action("act")(lambda state: (function(state), [])[1])
    for name, source in slices.items():
        plugin.state(name)(source)
    return plugin


async def test_a_slice_may_use_the_system() -> None:
    """Keyword-only parameters of a slice's function come from the system of this dispatch."""
    seen: list[object] = []

    def users(*, db: object) -> object:
        return db

    dispatch = create_dispatch([acting(lambda state: seen.append(state["users"]), users=users)])
    (await dispatch([["act"]], system={"db": "mine"})).raise_errors()
    assert seen == ["mine"]


async def test_a_slice_nobody_contributes_is_a_state_error() -> None:
    """The record has the phase `state` and names the nearest slice."""
    result = await create_dispatch([acting(lambda state: state["usres"], users=lambda: {})])([["act"]])
    (record,) = result.errors
    assert (record.phase, record.key, record.plugin) == ("state", "act", None)
    assert isinstance(record.exception, StateError)
    assert "near 'users'" in str(record)


async def test_a_slice_that_fails_is_the_fault_of_its_owner() -> None:
    """The record names the registry that contributes the slice, not the action's."""
    other = Registry("other")

    @other.state("users")
    def users() -> object:
        raise OSError("no disk")

    result = await create_dispatch([acting(lambda state: state["users"]), other])([["act"]])
    (record,) = result.errors
    assert (record.phase, record.key, record.plugin) == ("state", "act", "other")


async def test_an_action_may_survive_a_slice_that_fails() -> None:
    """The exception of a slice's function passes through the action, which may catch it."""

    def look(state: Mapping[str, Any]) -> None:
        with pytest.raises(ZeroDivisionError):
            _ = state["users"]

    result = await create_dispatch([acting(look, users=lambda: 1 // 0)])([["act"]])
    assert result.errors == ()


async def test_an_error_of_the_action_after_a_caught_slice_is_its_own() -> None:
    """Only the slice's very error counts as one of state."""

    def look(state: Mapping[str, Any]) -> None:
        try:
            _ = state["users"]
        except ZeroDivisionError:
            raise ValueError("no users") from None

    (record,) = (await create_dispatch([acting(look, users=lambda: 1 // 0)])([["act"]])).errors
    assert (record.phase, record.plugin) == ("expand", "plugin")


async def test_a_slice_that_lacks_its_system_value_is_a_record_of_state() -> None:
    """A late system value that did not come is named."""

    def users(*, db: object) -> object:
        return db

    (record,) = (await create_dispatch([acting(lambda state: state["users"], users=users)])([["act"]])).errors
    assert record.phase == "state"
    assert "missing system value 'db', needed by 'users'" in str(record)


async def test_get_gives_the_default_for_a_slice_nobody_contributes() -> None:
    """State is a mapping: `get` does not raise for a missing slice."""
    seen: list[object] = []
    dispatch = create_dispatch([acting(lambda state: seen.append(state.get("users", "nobody")))])
    (await dispatch([["act"]])).raise_errors()
    assert seen == ["nobody"]


async def test_a_slice_asked_for_by_something_that_is_no_str_is_a_state_error() -> None:
    """The error is that of any other missing slice."""

    def look(state: Mapping[Any, Any]) -> None:
        _ = state[5]

    (record,) = (await create_dispatch([acting(look)])([["act"]])).errors
    assert record.phase == "state"


async def test_state_is_read_only() -> None:
    """An action cannot assign a slice."""

    def look(state: Any) -> None:
        state["users"] = 1

    (record,) = (await create_dispatch([acting(look, users=lambda: {})])([["act"]])).errors
    assert isinstance(record.exception, TypeError)


async def test_the_repr_of_a_state_shows_names_only() -> None:
    """Printing state reads no slice."""
    seen: list[str] = []
    dispatch = create_dispatch([acting(lambda state: seen.append(repr(state)), b=lambda: 1 // 0, a=lambda: {})])
    (await dispatch([["act"]])).raise_errors()
    assert seen == ["<State of ['a', 'b']>"]
