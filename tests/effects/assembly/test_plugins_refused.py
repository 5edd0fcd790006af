"""Objects that are refused as plugins, and the messages that name them."""

from collections.abc import Callable
from typing import Any

import pytest

from effects import ErrorRecord, RegistrationError, Registry, create_dispatch, hookimpl
from tests.effects.made import Provider, effects

Kit = Callable[[], Registry]


def test_a_misspelt_hook_is_refused_with_its_plugin() -> None:
    """pluggy's own check, done when the dispatch is made."""

    class Misspelt:
        name = "misspelt"

        @hookimpl
        def rhialto_regstry(self) -> None: ...

    with pytest.raises(RegistrationError, match="plugin 'misspelt' has a hook 'rhialto_regst"):
        create_dispatch([Misspelt()])


def test_a_hook_with_an_unknown_argument_is_refused_with_its_plugin() -> None:
    """pluggy could never call it."""

    class Wrong:
        name = "wrong"

        @hookimpl
        def rhialto_error(self, record: ErrorRecord, extra: object) -> None: ...

    with pytest.raises(RegistrationError, match=r"plugin 'wrong' cannot be registered: (.|\n)*extra"):
        create_dispatch([Wrong()])


def test_a_wrapper_of_a_hook_is_refused_with_its_plugin() -> None:
    """Each plugin is called by itself, so there is nothing to be wrapped."""

    class Wrapper:
        name = "wrapper"

        @hookimpl(wrapper=True)
        def rhialto_registry(self) -> Any:
            return (yield)

    with pytest.raises(RegistrationError, match="plugin 'wrapper' wraps a hook"):
        create_dispatch([Wrapper()])


def test_an_object_without_hooks_is_refused() -> None:
    """It could do nothing, so it must be a mistake."""
    with pytest.raises(RegistrationError, match=r"plugin 'object' \(object\) implements no rhialto hook"):
        create_dispatch([object()])


def test_a_plugin_that_cannot_be_taken_in_leaves_the_others_usable() -> None:
    """They can be used for another dispatch."""
    one = effects("one", "a")
    with pytest.raises(RegistrationError):
        create_dispatch([one, object()])
    one.effect("b")(lambda ctx: None)
    create_dispatch([one])


def test_a_plugin_that_fails_to_contribute_is_named() -> None:
    """The cause is the plugin's own exception."""
    with pytest.raises(RegistrationError, match="plugin 'broken' failed to contribute its registry: OSError") as caught:
        create_dispatch([effects("one"), Provider("broken", OSError("no disk"))])
    assert isinstance(caught.value.__cause__, OSError)


def test_a_plugin_that_cannot_make_its_registry_is_named() -> None:
    """This also holds if it raises a `RegistrationError`."""
    with pytest.raises(RegistrationError, match="broken"):
        create_dispatch([Provider("broken", RegistrationError("effect 'a' (f, b.py:1): it is a generator"))])


@pytest.mark.parametrize("contribution", [5, "registry", [effects("one"), 5], [None]], ids=str)
def test_a_plugin_that_contributes_something_else_is_named(contribution: object) -> None:
    """The message has the type of the value that it returned."""
    with pytest.raises(RegistrationError, match=r"plugin 'odd' contributes an? .* where a Registry belongs"):
        create_dispatch([Provider("odd", contribution)])


@pytest.mark.parametrize("plugin", [None, "my_plugin", 5, {"a": 1}, [effects("one")]], ids=str)
def test_what_is_no_plugin_is_refused(plugin: object) -> None:
    """The message has its type, and says which values are plugins."""
    with pytest.raises(RegistrationError, match=f"an? {type(plugin).__name__} stands where a plugin belongs"):
        create_dispatch([plugin])


def test_a_class_is_no_plugin() -> None:
    """An instance is."""
    with pytest.raises(RegistrationError, match=r"the class Provider stands where a plugin belongs(.|\n)*Provider\(\)"):
        create_dispatch([Provider])


@pytest.mark.parametrize("plugins", ["plugin", {"a": 1}, None, 5])
def test_what_is_no_list_of_plugins_is_refused(plugins: Any) -> None:
    """The fix is brackets."""
    with pytest.raises(RegistrationError, match="create_dispatch takes a list of plugins, not"):
        create_dispatch(plugins)


def test_two_plugins_with_one_name_are_refused() -> None:
    """One of them can be blocked or renamed."""
    with pytest.raises(RegistrationError, match="two plugins are named 'one'"):
        create_dispatch([effects("one"), Provider("one")])


def test_one_plugin_twice_is_refused() -> None:
    """It is refused as two plugins of one name."""
    one = effects("one")
    with pytest.raises(RegistrationError, match="two plugins are named 'one'"):
        create_dispatch([one, one])


def test_two_registries_with_one_name_are_refused() -> None:
    """This holds if different plugins contribute them, too."""
    with pytest.raises(RegistrationError, match="two registries are named 'one'"):
        create_dispatch([Provider("a", effects("one")), Provider("b", effects("one"))])


@pytest.mark.parametrize("hook", ["rhialto_registry", "rhialto_lifespan", "rhialto_error"])
def test_an_async_hook_is_refused(hook: str) -> None:
    """It would only return a coroutine, which is never awaited."""

    class Eager:
        name = "eager"

    @hookimpl(specname=hook)
    async def implementation() -> None: ...

    plugin = Eager()
    plugin.implementation = implementation  # type: ignore[attr-defined]
    with pytest.raises(RegistrationError, match="plugin 'eager' has a hook that is async"):
        create_dispatch([plugin])
