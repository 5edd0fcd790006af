"""Keys: the client reads the intended name from the name of the attribute."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import ArgumentError
from plugins.datastar import attr
from tests.plugins.datastar.conftest import Evaluate
from tests.plugins.datastar.examples import Markup, any_text, hostile_text


def read_name(attribute: str, default: str) -> str:
    """Return the name that the client reads after HTML has lowered it: its documentation, attribute casing."""
    name, *modifiers = attribute.lower().removeprefix("data-").split("__")
    _, _, key = name.partition(":")
    (case,) = [modifier.removeprefix("case.") for modifier in modifiers if modifier.startswith("case.")] or [default]
    if case == "kebab":
        return key
    camel = re.sub("-([a-z])", lambda match: match[1].upper(), key)
    return camel if case == "camel" else camel[:1].upper() + camel[1:]


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ("click", "click"),
        ("my-event", "my-event"),
        ("myEvent", "my-event__case.camel"),
        ("MyEvent", "my-event__case.pascal"),
        ("DOMContentLoaded", "d-o-m-content-loaded__case.pascal"),
        ("htmx:afterSwap", "htmx:after-swap__case.camel"),
        ("sl.show_all", "sl.show_all"),
    ],
)
def test_events_keep_their_case(event: str, key: str) -> None:
    """A modifier keeps capitals."""
    assert attr.on(event, "x", "once") == {f"data-on:{key}__once": "x"}


@pytest.mark.parametrize(
    ("signal", "key"),
    [
        ("total", "total"),
        ("fullName", "full-name"),
        ("user.fullName", "user.full-name"),
        ("Total", "total__case.pascal"),
        ("full-name", "full-name__case.kebab"),
        ("full_name", "full_name"),
        ("_local", "_local"),
    ],
)
def test_computed_signals_keep_their_case(signal: str, key: str) -> None:
    """A modifier keeps names that are not in camel case."""
    assert attr.computed({signal: "x"}) == {f"data-computed:{key}": "x"}


names = st.text("abAB-_.:19") | any_text | hostile_text


@given(names)
def test_whatever_an_event_is_called_is_read_or_refused(name: str) -> None:
    """As one attribute, in any element."""
    try:
        attributes = attr.on(name, "x", "once")
    except ArgumentError:
        assert not re.fullmatch(r"[a-z]+(-[a-z]+)*|[a-z]+([A-Z][a-z]+)*", name)
        return
    ((_, attrs),) = Markup(f"<div{attributes.__html__()}>").tags
    ((attribute, value),) = attrs.items()
    assert (read_name(attribute, "kebab"), value) == (name, "x")
    assert attribute.endswith("__once")


@given(names)
def test_whatever_a_computed_signal_is_called_is_read_or_refused(name: str) -> None:
    """As one attribute, in any element."""
    try:
        attributes = attr.computed({name: "x"})
    except ArgumentError:
        assert not re.fullmatch(r"[a-z]+(-[a-z]+)*|[a-z]+([A-Z][a-z]+)*", name)
        return
    ((_, attrs),) = Markup(f"<div{attributes.__html__()}>").tags
    ((attribute, value),) = attrs.items()
    if attribute == "data-computed":
        assert value is not None
        assert list(json.loads(value.replace("() => (x)", "1"))) == [name]
    else:
        assert read_name(attribute, "camel") == name


@pytest.mark.parametrize("name", ["", "a b", "a_", "-a", "my-Event-x", "é", "a=b", "a>", "a'", 'a"', "a/", "a\0"])
def test_events_that_cannot_be_said_are_refused(name: str) -> None:
    """The error says which characters are allowed."""
    with pytest.raises(ArgumentError, match="data-on: a name that cannot stand in the name of an attribute"):
        attr.on(name, "x")


@pytest.mark.parametrize("name", ["click__prevent", "a__b"])
def test_modifiers_in_the_name_of_an_event_are_refused(name: str) -> None:
    """The error says where modifiers belong."""
    with pytest.raises(ArgumentError, match="pass modifiers as further arguments"):
        attr.on(name, "x")


@pytest.mark.parametrize("name", ["keydown.enter", "keyup.a.b", "click.prevent", "submit.", "input.debounce\n"])
def test_events_of_the_browser_have_no_dots(name: str) -> None:
    """Such events never happen; custom events may have dots."""
    with pytest.raises(ArgumentError, match=r"would never happen\n  fix  test the key in the expression, evt\.key"):
        attr.on(name, "x")


def test_events_of_another_type_are_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="the name of an event is a str, not int"):
        attr.on(5, "x")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a__b", "__x", "total_"])
def test_computed_signals_that_no_attribute_can_name_are_fields(evaluate: Evaluate, name: str) -> None:
    """They become fields of one object of functions, next to the other attributes."""
    attributes = attr.computed({name: "1 + 1;", "b_": "3", "total": "$a"})
    assert list(attributes) == ["data-computed:total", "data-computed"]
    assert evaluate(f"Object.entries({attributes['data-computed']}).map(([k, f]) => [k, f()])") == [
        [name, 2],
        ["b_", 3],
    ]


def test_a_path_that_no_attribute_can_name_is_refused() -> None:
    """A field of an object cannot have a dot in its name."""
    with pytest.raises(ArgumentError, match="data-computed: a name that cannot stand"):
        attr.computed({"a.b_": "x"})


@pytest.mark.parametrize(
    "name",
    ["color", "background-color", "--x", "--my-var2", "--a--b", "--_private", "--my_var", "--1_", "-webkit-mask"],
)
def test_css_properties_are_written_as_in_css(name: str) -> None:
    """They reach the style unchanged."""
    assert attr.style({name: "x"}) == {f"data-style:{name}": "x"}


@pytest.mark.parametrize(
    "name", ["", "backgroundColor", "--myVar", "a_b", "a__b", "--a__b", "--__b", "a b", "-", "--", "a:", "é", "a-"]
)
def test_what_is_no_css_property_is_refused(name: str) -> None:
    """Capitals would be lost."""
    with pytest.raises(ArgumentError, match="data-style: a name that is no CSS property"):
        attr.style({name: "x"})
