"""Law 9: root and continuation dispatch have one signature, and a child never writes back."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Context, Dispatch, Effect, Interceptor, Registry, Step, create_dispatch
from effects.testing import Recorder

names = st.sampled_from(["a", "b", "c"])
values = st.integers() | st.dictionaries(names, st.integers(), max_size=2)
mappings = st.none() | st.dictionaries(names, values, max_size=3)
calls = st.lists(st.tuples(mappings, mappings), min_size=1, max_size=4)

Seen = list[tuple[dict[str, object], dict[str, object]]]


def looking() -> Registry:
    """Effects that look at data and system, here or in a continuation."""
    plugin = Registry("plugin", late=["seen"])

    @plugin.effect("look")
    def look(ctx: Context, *, seen: Seen) -> None:
        seen.append((dict(ctx.data), {name: value for name, value in ctx.system.items() if name in {"a", "b", "c"}}))

    @plugin.effect("enter")
    async def enter(ctx: Context, data: object, system: object, *then: Effect) -> None:
        before = dict(ctx.data), dict(ctx.system)
        given_data: Any = data
        given_system: Any = system
        await ctx.dispatch(list(then), data=given_data, system=given_system)
        assert (dict(ctx.data), dict(ctx.system)) == before

    return plugin


@settings(deadline=None)
@given(base=mappings, given_calls=calls, hooked=st.booleans())
async def test_law_09_one_signature_and_a_child_never_writes_back(base: Any, given_calls: Any, hooked: bool) -> None:
    """Data and system of each dispatch are merged shallowly over those around it, and are gone after it."""
    seen: Seen = []

    def before(step: Step) -> Step | None:
        return step.replace(data={**step.data, "hooked": len(step.path)}) if step.key == "enter" else None

    interceptors = [Interceptor(id="i", before_effect=before)] if hooked else []
    dispatch = create_dispatch([looking()], system={**(base or {}), "seen": seen}, interceptors=interceptors)
    effects: list[object] = [["look"]]
    for data, system in reversed(given_calls[1:]):
        effects = [["look"], ["enter", data, system, *effects], ["look"]]
    data, system = given_calls[0]
    copies = dict(data or {}), dict(system or {}), dict(base or {})
    (await dispatch(effects, data=data, system=system)).raise_errors()
    assert (dict(data or {}), dict(system or {}), dict(base or {})) == copies

    levels: Seen = []
    now: tuple[dict[str, object], dict[str, object]] = ({}, base or {})
    for data, system in given_calls:
        now = {**now[0], **(data or {})}, {**now[1], **(system or {})}
        levels.append(now)
    for level, (found, found_system) in enumerate(seen[: len(levels)]):
        assert {key: value for key, value in found.items() if key != "hooked"} == levels[level][0]
        assert found_system == levels[level][1]
    up = [{key: value for key, value in found.items() if key != "hooked"} for found, _ in seen[len(levels) :]]
    assert up == [data for data, _ in reversed(levels[:-1])]
    assert [found for _, found in seen[len(levels) :]] == [system for _, system in reversed(levels[:-1])]
    again: Seen = []
    (await dispatch([["look"]], system={"seen": again})).raise_errors()
    assert again == [({}, base or {})]


@pytest.mark.parametrize("other", [Context.dispatch, Recorder.__call__])
def test_the_signatures_are_the_same(other: Any) -> None:
    """A root dispatch, a continuation and a recorder are called alike."""
    assert _as_called(other) == _as_called(Dispatch.__call__)


def _as_called(function: Callable[..., object]) -> inspect.Signature:
    """The signature that a caller sees: an `async def` returns a coroutine, whatever it says."""
    signature = inspect.signature(function)
    if inspect.iscoroutinefunction(function):
        return signature.replace(return_annotation=f"Coroutine[Any, Any, {signature.return_annotation}]")
    return signature


async def test_data_is_read_only() -> None:
    """An interpreter cannot write into the data or system it sees."""
    plugin = Registry("plugin")

    @plugin.effect("write")
    def write(ctx: Context) -> None:
        data: Any = ctx.data
        system: Any = ctx.system
        with pytest.raises(TypeError):
            data["a"] = 1
        with pytest.raises(TypeError):
            system["a"] = 1

    (await create_dispatch([plugin])([["write"]])).raise_errors()
    (await create_dispatch([plugin], system={"b": 1})([["write"]], data={"b": 1}, system={"c": 1})).raise_errors()


async def test_changes_to_the_given_data_during_a_dispatch_do_not_show() -> None:
    """A dispatch takes its data and system as they were when it began."""
    given_data: dict[str, object] = {"a": 1}
    given_system: dict[str, object] = {"b": 2}
    plugin = Registry("plugin")

    @plugin.effect("change")
    def change(ctx: Context) -> None:
        given_data["a"] = given_system["b"] = "changed"

    @plugin.effect("look")
    def look(ctx: Context) -> object:
        return ctx.data["a"], ctx.system["b"]

    result = await create_dispatch([plugin])([["change"], ["look"]], data=given_data, system=given_system)
    assert result.results[1].value == (1, 2)


@pytest.mark.parametrize("name", ["data", "system"])
async def test_what_is_no_mapping_is_a_record_of_shape(name: str) -> None:
    """Data or system of another type is an error of the dispatch, not an exception."""
    given_options: Any = {name: [("a", 1)]}
    result = await create_dispatch([looking()], system={"seen": []})([["look"]], **given_options)
    (record,) = result.errors
    assert (record.phase, record.path, record.plugin) == ("shape", (), None)
    assert name in str(record)
    assert ", not list" in str(record)
    assert result.results == ()


class Broken(Mapping[str, object]):
    """A mapping that cannot be read."""

    def __getitem__(self, name: str) -> object:
        raise OSError("no disk")

    def __iter__(self) -> Any:
        raise OSError("no disk")

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("name", ["data", "system"])
async def test_a_mapping_that_cannot_be_read_is_a_record(name: str) -> None:
    """Input of any kind makes no dispatch raise."""
    result = await create_dispatch([looking()], system={"seen": []})([["look"]], **{name: Broken()})
    assert [type(record.exception) for record in result.errors] == [OSError]


async def test_what_a_dispatch_is_given_in_system_is_there_for_it_alone() -> None:
    """The next dispatch has the system that the dispatch was made with."""
    seen: Seen = []
    dispatch = create_dispatch([looking()], system={"seen": seen, "a": 1})
    await dispatch([["look"]], system={"a": 2})
    await dispatch([["look"]])
    assert [system for _, system in seen] == [{"a": 2}, {"a": 1}]
