"""Modifiers: only those that the client looks for, in the form that it reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from effects import ArgumentError
from plugins.datastar import Attributes, attr


def on(*modifiers: str) -> Attributes:
    """Return an event attribute with modifiers."""
    return attr.on("click", "x", *modifiers)


@pytest.mark.parametrize(
    ("function", "modifier"),
    [
        (on, "debounce.300ms"),
        (on, "debounce.2s.leading.notrailing"),
        (on, "debounce.2s.notrailing.leading"),
        (on, "throttle.300ms.noleading.trailing"),
        (on, "delay.0ms"),
        (on, "delay.999999s"),
        *((on, word) for word in ["once", "passive", "capture", "window", "document", "outside", "prevent", "stop"]),
        (lambda *m: attr.on_intersect("x", *m), "threshold.100"),
        (lambda *m: attr.on_intersect("x", *m), "exit"),
        (lambda *m: attr.on_interval("x", *m), "duration.1s.leading"),
        (lambda *m: attr.bind("a", *m), "event.input.sl-change"),
        (lambda *m: attr.bind("a", *m), "prop.checked"),
    ],
)
def test_modifiers_stand_in_the_name_as_they_are(function: Callable[..., Attributes], modifier: str) -> None:
    """After two underscores."""
    (name,) = function(modifier)
    assert name.endswith(f"__{modifier}")


def test_modifiers_stand_in_order() -> None:
    """All of them are in the name of the attribute."""
    assert list(on("once", "delay.1s", "stop")) == ["data-on:click__once__delay.1s__stop"]


def test_a_misspelt_modifier_names_those_near_to_it() -> None:
    """The error lists all of them, and does not show the argument."""
    with pytest.raises(ArgumentError) as caught:
        on("debonce.300ms")
    assert str(caught.value) == (
        "data-on has no such modifier\n  near 'debounce', 'once'\n"
        "  fix  one of capture, debounce, delay, document, once, outside, passive, prevent, stop, throttle, "
        "viewtransition, window"
    )


@pytest.mark.parametrize(
    ("function", "modifier"),
    [
        (on, ""),
        (on, "Once"),
        (on, "threshold.25"),
        (lambda *m: attr.init("x", *m), "once"),
        (lambda *m: attr.signals({}, *m), "case.kebab"),
        (lambda *m: attr.on_signal_patch("x", *m), "viewtransition"),
        (lambda *m: attr.on_interval("x", *m), "debounce.1s"),
        (lambda *m: attr.ignore(*m), "terse"),
        (lambda *m: attr.json_signals(*m), "self"),
    ],
)
def test_modifiers_that_an_attribute_does_not_have_are_refused(
    function: Callable[..., Attributes], modifier: str
) -> None:
    """The client would ignore them. Modifiers for the case are not needed: names keep theirs."""
    with pytest.raises(ArgumentError, match=r"has no such modifier\n(  near .*\n)?  fix  one of "):
        function(modifier)


@pytest.mark.parametrize(
    ("modifier", "fix"),
    [
        ("debounce", "write debounce.300ms, then .leading or .notrailing"),
        ("debounce.", "write debounce.300ms"),
        ("debounce.leading.300ms", "write debounce.300ms"),
        ("debounce.300", "write debounce.300ms"),
        ("debounce.0.5s", "write debounce.300ms"),
        ("debounce.-1s", "write debounce.300ms"),
        ("debounce.300ms.trailing", "write debounce.300ms"),
        ("debounce.300ms.leading.leading.leading", "write debounce.300ms"),
        ("debounce.٣s", "write debounce.300ms"),
        ("delay.9999999999ms", "write delay.300ms or .2s"),
        ("delay.9999999s", "write delay.300ms or .2s"),
        ("delay.1s ", "write delay.300ms or .2s"),
        ('delay.1s"', "write delay.300ms or .2s"),
        ("throttle.1s.leading", "write throttle.300ms, then .noleading or .trailing"),
        ("once.1s", "write once with nothing after it"),
        ("prevent.", "write prevent with nothing after it"),
    ],
)
def test_what_the_client_would_read_otherwise_is_refused(modifier: str, fix: str) -> None:
    """A time comes first; it is whole, has a unit, and is short enough for a timer."""
    with pytest.raises(ArgumentError, match="is not written as the client reads it") as caught:
        on(modifier)
    assert f"fix  {fix}" in str(caught.value)


@pytest.mark.parametrize(
    "modifier", ["prop", "prop.isChecked", "prop.a.b", "event", "event.", "event.a__b", "event.Click"]
)
def test_names_in_modifiers_are_checked(modifier: str) -> None:
    """They stand in the name of an attribute."""
    with pytest.raises(ArgumentError, match="is not written as the client reads it"):
        attr.bind("a", modifier)


@pytest.mark.parametrize("modifier", ["threshold", "threshold.101", "threshold.0.5", "threshold.-1"])
def test_thresholds_are_percents(modifier: str) -> None:
    """From 0 to 100 percent."""
    with pytest.raises(ArgumentError, match="is not written as the client reads it"):
        attr.on_intersect("x", modifier)


def test_a_modifier_that_is_given_twice_is_refused() -> None:
    """The client would use only the last one."""
    with pytest.raises(ArgumentError, match="modifier 'delay' is given twice"):
        on("delay.1s", "delay.2s")


def test_the_case_of_an_event_needs_no_modifier() -> None:
    """The name of the event shows it."""
    with pytest.raises(ArgumentError, match="the case needs no modifier\n  fix  leave it out, and write the name"):
        attr.on("myEvent", "x", "case.camel")


def test_modifiers_of_another_type_are_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="data-on: a modifier is a str, not int"):
        attr.on("click", "x", 500)  # type: ignore[arg-type]
