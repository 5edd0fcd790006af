"""Several registries together: conflicts, choices, and missing values."""

from collections.abc import Callable

import pytest

from effects import Context, RegistrationError, Registry, create_dispatch
from tests.effects.made import effects

Kit = Callable[[], Registry]


def test_two_plugins_with_one_key_are_refused_with_the_fix() -> None:
    """Both owners and their sources are named, and `prefer` is proposed."""
    with pytest.raises(RegistrationError) as caught:
        create_dispatch([effects("one", "a"), effects("two", "a")])
    assert "effect or action 'a' is registered by 'one' (" in str(caught.value)
    assert " and 'two' (" in str(caught.value)
    assert "fix: prefer={'a': 'one'}" in str(caught.value)


async def test_prefer_says_whose_key_wins() -> None:
    """The other one is left out."""
    dispatch = create_dispatch([effects("one", "a"), effects("two", "a")], prefer={"a": "two"})
    assert (await dispatch([["a"]])).results[0].value == "two"


async def test_override_replaces_another_plugins_key() -> None:
    """This holds in any order of loading."""
    for order in (1, -1):
        dispatch = create_dispatch([effects("one", "a"), effects("two", "a", override=True)][::order])
        assert (await dispatch([["a"]])).results[0].value == "two"


def test_two_that_override_are_refused() -> None:
    """The choice would be arbitrary."""
    with pytest.raises(RegistrationError, match=r"is registered by 'one' .* and 'two'"):
        create_dispatch([effects("one", "a", override=True), effects("two", "a", override=True), effects("three", "a")])


def test_an_override_of_nothing_is_refused() -> None:
    """The overridden key is not loaded, or is misspelled."""
    with pytest.raises(RegistrationError, match="overrides nothing; fix: drop override=True"):
        create_dispatch([effects("one", "a", override=True)])


def test_prefer_of_a_plugin_that_does_not_register_the_key_is_refused() -> None:
    """The owners are named."""
    with pytest.raises(RegistrationError, match=r"prefer gives .*'a' to 'three', but it is registered"):
        create_dispatch([effects("one", "a"), effects("two", "a")], prefer={"a": "three"})


def test_prefer_of_a_key_nobody_registers_is_refused() -> None:
    """A misspelled key is an error."""
    with pytest.raises(RegistrationError, match="prefer names 'b', which no plugin registers"):
        create_dispatch([effects("one", "a")], prefer={"b": "one"})


def test_prefer_settles_the_conflict_it_is_for() -> None:
    """Another kind of thing under the same name, of which there is only one, is no obstacle."""
    one, two = effects("one", "a"), effects("two", "a")
    one.state("a")(lambda: 1)
    create_dispatch([one, two], prefer={"a": "two"})


def test_all_that_is_wrong_is_said_at_once() -> None:
    """One error lists every conflict and every missing value."""
    needy = Registry("needy")

    @needy.effect("n")
    def n(ctx: Context, *, clock: object, db: object) -> None: ...

    with pytest.raises(RegistrationError) as caught:
        create_dispatch([effects("one", "a", "b"), effects("two", "a", "b"), needy], system={"clok": 1})
    assert str(caught.value).count("\n  - ") == 4
    assert "missing system value 'clock', needed by 'n' of 'needy' (near: 'clok')" in str(caught.value)


def test_what_is_overridden_needs_nothing() -> None:
    """Only effects that can run need their system values."""
    needy = Registry("needy")

    @needy.effect("a")
    def a(ctx: Context, *, db: object) -> None: ...

    create_dispatch([needy, effects("two", "a")], prefer={"a": "two"})


async def test_a_system_value_with_a_default_need_not_be_there() -> None:
    """If it is there, it is passed."""
    plugin = Registry("plugin")

    @plugin.effect("a")
    def a(ctx: Context, *, db: str = "default") -> str:
        return db

    dispatch = create_dispatch([plugin])
    assert (await dispatch([["a"]])).results[0].value == "default"
    assert (await dispatch([["a"]], system={"db": "given"})).results[0].value == "given"
