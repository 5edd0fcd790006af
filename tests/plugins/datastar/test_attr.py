"""Attributes: the client reads what was written, and each argument stays in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import htpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import ArgumentError
from plugins.datastar import Attributes, at, attr, html
from tests.plugins.datastar.conftest import Evaluate
from tests.plugins.datastar.examples import EVERYWHERE, Markup, any_text, hostile_text, json_values, signal_names

texts = any_text | hostile_text
names = texts.filter(lambda name: not EVERYWHERE & set(name.split(".")))
expressions = texts.filter(str.strip)


@pytest.mark.parametrize(
    ("attributes", "written"),
    [
        (attr.signals({"a": 1}), {"data-signals": '{"a":1}'}),
        (attr.signals({}, "ifmissing"), {"data-signals__ifmissing": "{}"}),
        (attr.bind("name"), {"data-bind": "name"}),
        (attr.bind("userName"), {"data-bind": "userName"}),
        (attr.bind("user.rows-1.x_y"), {"data-bind": "user.rows-1.x_y"}),
        (
            attr.bind("on", "prop.is-checked", "event.input.change"),
            {"data-bind__prop.is-checked__event.input.change": "on"},
        ),
        (attr.ref("el"), {"data-ref": "el"}),
        (attr.indicator("isBusy"), {"data-indicator": "isBusy"}),
        (attr.computed({"total": "$a + $b"}), {"data-computed:total": "$a + $b"}),
        (attr.computed({}), {}),
        (attr.text("$a"), {"data-text": "$a"}),
        (attr.show("$a"), {"data-show": "$a"}),
        (attr.effect("$a = 1"), {"data-effect": "$a = 1"}),
        (
            attr.attr({"viewBox": "$v", "aria-label": "$a, $b"}),
            {"data-attr": '{"viewBox": ($v), "aria-label": ($a, $b)}'},
        ),
        (attr.class_({"md:w-1/2 b": "$a"}), {"data-class": '{"md:w-1\\u002f2 b": ($a)}'}),
        (attr.style({"color": "$c", "--x1": "1"}), {"data-style:color": "$c", "data-style:--x1": "1"}),
        (attr.on("click", "$a = 1"), {"data-on:click": "$a = 1"}),
        (
            attr.on("input", at.get("/search"), "debounce.300ms.leading"),
            {"data-on:input__debounce.300ms.leading": "@get('/search')"},
        ),
        (
            attr.on("keydown", "x", "window", "prevent", "throttle.1s.noleading.trailing"),
            {"data-on:keydown__window__prevent__throttle.1s.noleading.trailing": "x"},
        ),
        (attr.on_intersect("x", "once", "threshold.25"), {"data-on-intersect__once__threshold.25": "x"}),
        (attr.on_interval("x", "duration.500ms.leading"), {"data-on-interval__duration.500ms.leading": "x"}),
        (attr.on_signal_patch("x", "delay.1s"), {"data-on-signal-patch__delay.1s": "x"}),
        (
            attr.on_signal_patch("x", filter_signals={"include": "^a"}),
            {"data-on-signal-patch": "x", "data-on-signal-patch-filter": '{"include":"^a"}'},
        ),
        (attr.init("x", "delay.1s", "viewtransition"), {"data-init__delay.1s__viewtransition": "x"}),
        (attr.nonce("aB3+/_-="), {"data-nonce": "aB3+/_-="}),
        (attr.ignore(), {"data-ignore": ""}),
        (attr.ignore("self"), {"data-ignore__self": ""}),
        (attr.ignore_morph(), {"data-ignore-morph": ""}),
        (attr.preserve_attr("open", "class"), {"data-preserve-attr": "open class"}),
        (attr.json_signals(), {"data-json-signals": ""}),
        (
            attr.json_signals("terse", filter_signals={"exclude": "x"}),
            {"data-json-signals__terse": '{"exclude":"x"}'},
        ),
    ],
)
def test_each_function_is_one_attribute_of_the_client(attributes: Attributes, written: dict[str, str]) -> None:
    """With its modifiers and its spelling."""
    assert attributes == written
    assert type(attributes) is Attributes


@given(signal_names, json_values(names))
def test_signals_hold_whatever_they_are_given(name: str, value: object) -> None:
    """The client reads the same, whatever library makes the HTML."""
    page = Markup(str(htpy.div(attr.signals({name: value}))))
    ((_, attributes),) = page.tags
    assert list(attributes) == ["data-signals"]
    text = attributes["data-signals"]
    assert text is not None
    assert text.isascii()
    assert not re.search(r"@\w+\(|\$|;", text)
    assert json.loads(text) == json.loads(json.dumps({name: value}))


@pytest.mark.parametrize("name", sorted(EVERYWHERE))
def test_signals_under_names_of_every_object_are_refused(name: str) -> None:
    """In every attribute that names a signal."""
    calls: list[Callable[[], object]] = [
        lambda: attr.signals({"a": {name: 1}}),
        lambda: attr.bind(name),
        lambda: attr.ref(f"a.{name}"),
        lambda: attr.indicator(f"{name}.a"),
        lambda: attr.computed({name: "1"}),
    ]
    for call in calls:
        with pytest.raises(ArgumentError, match=f"a signal is called '{name}'"):
            call()


@pytest.mark.parametrize("name", ["", "$name", "a b", "a.", ".a", "a..b", "a'", "é", "a[0]", "a\n"])
def test_what_is_no_name_of_a_signal_is_refused(name: str) -> None:
    """The fix says to write no $."""
    for function in (attr.bind, attr.ref, attr.indicator):
        with pytest.raises(ArgumentError, match=r"takes the name of a signal\n  fix  .*without the \$"):
            function(name)


@given(st.sampled_from([attr.text, attr.show, attr.effect, attr.init, attr.on_interval]), expressions)
def test_expressions_stay_in_their_attribute(function: Callable[[str], Attributes], expression: str) -> None:
    """Expressions are trusted code, and stay unchanged."""
    page = Markup(str(htpy.div(function(expression))))
    ((_, attributes),) = page.tags
    assert list(attributes.values()) == [expression]


def test_an_expression_that_calls_itself_html_is_escaped_as_any_other() -> None:
    """A library that makes HTML would trust such a str."""
    assert str(htpy.div(attr.text(html('"<')))) == '<div data-text="&#34;&lt;"></div>'


@pytest.mark.parametrize("expression", ["", " \n", None, 3, True, ["x"]])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    """The client would throw."""
    calls: list[Callable[[], object]] = [
        lambda: attr.text(expression),
        lambda: attr.on("click", expression),
        lambda: attr.class_({"a": expression}),
        lambda: attr.computed({"a": expression}),
        lambda: attr.style({"color": expression}),
        lambda: attr.on_signal_patch(expression),
    ]
    for call in calls:
        with pytest.raises(ArgumentError, match=r"takes an expression, not (an empty str|NoneType|int|bool|list)"):
            call()


@given(classes=st.dictionaries(texts.filter(lambda name: name != "__proto__"), st.just("$on"), max_size=3))
def test_classes_may_have_any_name(evaluate: Evaluate, classes: dict[str, str]) -> None:
    """They are keys of an object."""
    (value,) = attr.class_(classes).values()
    joined = {name.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"): True for name in classes}
    assert evaluate(f"(({value}))".replace("$on", "true")) == joined


@pytest.mark.parametrize("name", ["", "a b", "a=", "a>", "1a", "é", "@a"])
def test_attributes_that_cannot_be_set_are_refused(name: str) -> None:
    """The client would throw."""
    with pytest.raises(ArgumentError, match=r"attr\.attr: a script cannot set an attribute of this name"):
        attr.attr({name: "$a"})
    with pytest.raises(ArgumentError, match=r"attr\.preserve_attr: a script cannot set"):
        attr.preserve_attr("open", name)


def test_properties_that_set_the_prototype_are_refused() -> None:
    """They would be lost."""
    with pytest.raises(ArgumentError, match="sets the prototype"):
        attr.class_({"__proto__": "$a"})


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        (attr.class_({"a": "$x;"}), '{"a": ($x)}'),
        (attr.attr({"a": "$x ; ;\n"}), '{"a": ($x)}'),
        (attr.computed({"a_": "$x;"}), '{"a_": () => ($x)}'),
    ],
)
def test_an_expression_in_an_object_may_end_as_a_statement(attributes: Attributes, value: str) -> None:
    """A `;` between parentheses would be an error."""
    assert list(attributes.values()) == [value]


def test_nothing_but_a_semicolon_is_no_expression() -> None:
    """In an object, nothing would be left of it."""
    with pytest.raises(ArgumentError, match="not an empty str"):
        attr.class_({"a": ";"})


@pytest.mark.parametrize("function", [attr.class_, attr.attr, attr.style, attr.computed])
def test_expressions_by_name_are_a_mapping(function: Callable[[object], Attributes]) -> None:
    """The names are text."""
    with pytest.raises(ArgumentError, match=r"attr\.\w+ takes a mapping, not str\n  fix  pass expressions by name"):
        function("a")
    with pytest.raises(ArgumentError, match=r"attr\.\w+: a name is a str, not int"):
        function({3: "a"})


@pytest.mark.parametrize("function", [attr.bind, attr.ref, attr.indicator, attr.preserve_attr, attr.ignore])
def test_names_and_modifiers_of_another_type_are_refused(function: Callable[[object], Attributes]) -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="is a str, not int"):
        function(5)


def test_signals_of_another_type_are_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="signals are a mapping, not str"):
        attr.signals("{a: 1}")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["user.name", "$name", "user name", ""])
def test_names_of_signals_that_nothing_can_read_are_refused(name: str) -> None:
    """As in `encode_patch_signals`."""
    with pytest.raises(ArgumentError, match="a signal has a"):
        attr.signals({name: 1})


@pytest.mark.parametrize("nonce", ["", "a b", "a\n", "'a'", "\xe9", None, 7])
def test_a_nonce_that_no_policy_can_name_is_refused(nonce: str) -> None:
    """The client would throw for an empty one; for any other, the browser would block its scripts."""
    with pytest.raises(ArgumentError, match=r"attr\.nonce: the nonce is "):
        attr.nonce(nonce)


def test_preserving_nothing_is_refused() -> None:
    """Without names it would do nothing."""
    with pytest.raises(ArgumentError, match="takes names of attributes"):
        attr.preserve_attr()


def test_a_filter_with_other_keys_is_refused() -> None:
    """In every attribute that has a filter."""
    with pytest.raises(ArgumentError, match="a filter of signals has a key or value"):
        attr.json_signals(filter_signals={"only": "a"})  # type: ignore[arg-type]
