"""Questions to a dispatch check the types of their arguments; a type without samples, and a class below its use, are
clear errors.
"""

from __future__ import annotations

import re
import typing
from typing import Any

import pytest
import typing_extensions

from effects import Dispatch, EffectsError, RegistrationError, Registry, SampleError, create_dispatch
from effects.testing import placeholders, vectors


@pytest.fixture
def dispatch() -> Dispatch:
    """One with an effect and a placeholder."""
    plugin = Registry("plugin")

    @plugin.effect("send")
    def send(ctx: Any, text: str) -> None: ...

    plugin.placeholder("name")(lambda data, field: field)
    return create_dispatch([plugin])


ASKED: dict[str, Any] = {
    "grep(int)": lambda dispatch: dispatch.grep(4711),
    "grep(None)": lambda dispatch: dispatch.grep(None),
    "grep(bytes)": lambda dispatch: dispatch.grep(b"send"),
    "grep(pattern of bytes)": lambda dispatch: dispatch.grep(re.compile(b"send")),
    "describe(kind)": lambda dispatch: dispatch.describe(kind=[]),
    "describe(key)": lambda dispatch: dispatch.describe(key=4711),
    "describe(plugin)": lambda dispatch: dispatch.describe(plugin=["plugin"]),
    "sample(key)": lambda dispatch: dispatch.sample(4711),
    "sample(list)": lambda dispatch: dispatch.sample(["send"]),
    "sample(n)": lambda dispatch: dispatch.sample("send", "3"),
    "sample(True)": lambda dispatch: dispatch.sample("send", True),
    "sample(0)": lambda dispatch: dispatch.sample("send", 0),
    "sample(float)": lambda dispatch: dispatch.sample("send", 1.5),
    "sample(seed)": lambda dispatch: dispatch.sample("send", 1, "seed"),
    "vectors(key)": lambda dispatch: vectors(dispatch, ["send"]),  # type: ignore[arg-type]
    "vectors(kind)": lambda dispatch: vectors(dispatch, kind="placeholder"),  # type: ignore[arg-type]
    "placeholders(key)": lambda dispatch: placeholders(dispatch, 4711),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", ASKED)
def test_a_wrong_argument_is_a_clear_error(dispatch: Dispatch, what: str) -> None:
    """Each error has a fix."""
    with pytest.raises(EffectsError) as raised:
        ASKED[what](dispatch)
    assert raised.value.fix is not None


def test_right_arguments_are_answered(dispatch: Dispatch) -> None:
    """Text of any class, and none."""

    class Name(str):
        """A str of an app's own."""

    assert dispatch.grep(Name("send"))
    assert dispatch.grep(re.compile("send"))
    assert dispatch.describe(kind="effect", key=Name("send"), plugin="plugin")
    assert dispatch.sample(Name("send"), 2, 1) == dispatch.sample("send", 2, 1)


ALIASES = sorted({*typing.__all__, *typing_extensions.__all__})


@pytest.mark.parametrize("name", ALIASES)
@pytest.mark.parametrize("make", [lambda alias: alias, lambda alias: alias[int]], ids=["bare", "of int"])
def test_what_typing_has_is_sampled_or_says_why_not(name: str, make: Any) -> None:
    """A type that may be registered is sampled, or a `SampleError` that names key and type. Nothing else is raised."""
    alias: Any = getattr(typing_extensions, name, None) or getattr(typing, name, None)
    plugin = Registry("plugin")

    def send(ctx: object, value: object) -> None: ...

    try:
        send.__annotations__["value"] = make(alias)
        plugin.effect("mail/send")(send)
    except (TypeError, KeyError, RegistrationError):
        return  # it is no type, and is refused when it is registered
    dispatch = create_dispatch([plugin])
    problems: list[SampleError] = []
    for sample in (lambda: dispatch.sample("mail/send"), lambda: vectors(dispatch)):
        try:
            sample()
        except SampleError as error:
            problems.append(error)
    assert all("'mail/send'" in problem.what and problem.fix for problem in problems)


def test_a_type_that_fails_while_it_is_made_is_told() -> None:
    """The cause is the exception of its class."""

    class Broken:
        def __init__(self, value: int) -> None:
            raise OSError("no disk")

    plugin = Registry("plugin")

    def send(ctx: object, value: object) -> None: ...

    send.__annotations__["value"] = Broken
    plugin.effect("mail/send")(send)
    with pytest.raises(SampleError, match=r"'mail/send' .* OSError .*value: Broken") as raised:
        create_dispatch([plugin]).sample("mail/send")
    assert isinstance(raised.value.__cause__, OSError)


def test_a_class_below_its_use_is_refused_with_a_fix_that_is_true() -> None:
    """It is not known yet when the function is registered."""
    plugin = Registry("plugin")
    with pytest.raises(RegistrationError, match="name 'Below' is not defined") as raised:

        @plugin.effect("ship")
        def ship(ctx: Any, order: Below) -> None: ...

    class Below:
        """Defined below its use."""

    assert "fix  define Below above the function, or name a type that can be imported" in str(raised.value)


class Above:
    """Defined above its use."""


def test_the_fix_is_true() -> None:
    """Above the function, it is known."""
    plugin = Registry("plugin")

    @plugin.effect("ship")
    def ship(ctx: Any, order: Above) -> None: ...

    assert plugin.registrations[0].annotations["order"] is Above
