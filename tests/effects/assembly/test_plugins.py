"""The intake of plugins through pluggy: the list, its order, and refusals."""

import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from effects import ErrorRecord, Registry, create_dispatch, hookimpl
from tests.effects.made import Provider, effects

Kit = Callable[[], Registry]


class First(Provider):
    """One that wants to be first."""

    @hookimpl(tryfirst=True)
    def rhialto_registry(self) -> Any:
        """Contribute."""
        return super().rhialto_registry()


class Last(Provider):
    """One that wants to be last."""

    @hookimpl(trylast=True)
    def rhialto_registry(self) -> Any:
        """Contribute."""
        return super().rhialto_registry()


async def test_a_registry_is_a_plugin_by_itself() -> None:
    """It needs no more than to be in the list."""
    dispatch = create_dispatch([effects("one", "a")])
    assert dispatch.plugins == ("one",)
    assert (await dispatch([["a"]])).results[0].plugin == "one"


async def test_an_object_is_a_plugin() -> None:
    """Named by its `name`; results are its registry's."""
    dispatch = create_dispatch([Provider("provider", effects("inner", "a"))])
    assert dispatch.plugins == ("provider",)
    assert (await dispatch([["a"]])).results[0].plugin == "inner"


def test_an_object_without_a_name_has_its_classs() -> None:
    """Its name is that of its class in lower case."""

    class Nameless:
        @hookimpl
        def rhialto_error(self, record: ErrorRecord) -> None: ...

    assert create_dispatch([Nameless()]).plugins == ("nameless",)


async def test_a_module_is_a_plugin() -> None:
    """Its functions are the hooks, its name the plugin's."""
    module: Any = types.ModuleType("my_plugin")

    @hookimpl
    def rhialto_registry() -> Registry:
        return effects("inner", "a")

    module.rhialto_registry = rhialto_registry
    dispatch = create_dispatch([module])
    assert dispatch.plugins == ("my_plugin",)
    assert len((await dispatch([["a"]])).results) == 1


def test_a_dataclass_is_a_plugin() -> None:
    """A plugin need not be hashable."""

    @dataclass
    class Configured:
        size: int

        @hookimpl
        def rhialto_registry(self) -> Registry:
            return effects("inner", "a")

    assert create_dispatch([Configured(5)]).plugins == ("configured",)


async def test_a_plugin_may_contribute_several_registries() -> None:
    """The hook may return a list or a tuple."""
    dispatch = create_dispatch([Provider("both", [effects("one", "a"), effects("two", "b")])])
    assert [record.plugin for record in (await dispatch([["a"], ["b"]])).results] == ["one", "two"]


def test_a_plugin_may_contribute_nothing() -> None:
    """None, or an empty list."""
    assert create_dispatch([Provider("none"), Provider("empty", [])]).plugins == ("none", "empty")


def test_a_registry_is_asked_for_once_for_each_dispatch_that_is_made() -> None:
    """It is not asked for while a dispatch runs."""
    plugin = Provider("provider")
    create_dispatch([plugin])
    create_dispatch([plugin])
    assert plugin.order == ["provider", "provider"]


def test_hooks_are_called_in_the_order_of_the_list() -> None:
    """Then `tryfirst` and `trylast` count."""
    order: list[str] = []
    plugins = [
        Last("last", order=order),
        Provider("a", order=order),
        First("first", order=order),
        Provider("b", order=order),
        Last("very last", order=order),
        First("second", order=order),
    ]
    dispatch = create_dispatch(plugins)
    assert order == ["first", "second", "a", "b", "last", "very last"]
    assert dispatch.plugins == ("last", "a", "first", "b", "very last", "second")


def test_a_dispatch_shows_its_plugins() -> None:
    """Its repr names them, in order."""
    assert repr(create_dispatch([effects("one"), effects("two")])) == "<Dispatch of one, two>"


def test_a_plugin_can_be_had_by_its_name() -> None:
    """The object that was in the list, or None."""
    plugin = Provider("provider")
    dispatch = create_dispatch([plugin])
    assert dispatch.plugin("provider") is plugin
    assert dispatch.plugin("nobody") is None


async def test_a_blocked_plugin_is_left_out() -> None:
    """It is not even asked."""
    plugin = Provider("provider", OSError("asked"))
    dispatch = create_dispatch([effects("one", "a"), plugin], block=["provider"])
    assert dispatch.plugins == ("one",)
    assert plugin.order == []
    assert dispatch.plugin("provider") is None


async def test_the_engines_own_log_can_be_blocked(caplog: pytest.LogCaptureFixture) -> None:
    """`block` names it."""
    await create_dispatch([])([["nobody"]])
    assert len(caplog.records) == 1
    await create_dispatch([], block=["rhialto.log"])([["nobody"]])
    assert len(caplog.records) == 1


async def test_two_implementations_in_one_plugin_are_called_once_each() -> None:
    """pluggy's `specname` lets a plugin implement a hook twice."""
    heard: list[str] = []

    class Twice:
        name = "twice"

        @hookimpl(specname="rhialto_error")
        def one(self, record: ErrorRecord) -> None:
            heard.append("one")

        @hookimpl(specname="rhialto_error")
        def two(self, record: ErrorRecord) -> None:
            heard.append("two")

    await create_dispatch([Twice()])([["nobody"]])
    assert sorted(heard) == ["one", "two"]


async def test_listeners_hear_in_the_order_of_plugins() -> None:
    """The engine's own log comes last."""
    heard: list[str] = []

    def listener(name: str) -> object:
        class Listener:
            @hookimpl
            def rhialto_error(self, record: ErrorRecord) -> None:
                heard.append(self.name)

            def __init__(self) -> None:
                self.name = name

        return Listener()

    await create_dispatch([listener("one"), listener("two")])([["nobody"]])
    assert heard == ["one", "two"]


def test_a_sequence_of_plugins_may_be_a_tuple() -> None:
    """A tuple of plugins works as a list does."""
    plugins: Sequence[object] = (effects("one"), effects("two"))
    assert create_dispatch(plugins).plugins == ("one", "two")
