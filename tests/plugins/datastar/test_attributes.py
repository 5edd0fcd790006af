"""Attributes as data and as HTML: an element always has exactly these attributes."""

from __future__ import annotations

import htpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup as Trusted

from effects import ArgumentError
from plugins.datastar import Attributes, attr, html
from tests.plugins.datastar.examples import Markup, any_text, hostile_text

texts = any_text | hostile_text


@given(texts, texts)
def test_values_stay_in_their_attributes(first: str, second: str) -> None:
    """In Jinja, in htpy, and in any other library that takes HTML."""
    attributes = Attributes({"data-a": first, "data-b": second})
    jinja = Environment(autoescape=True).from_string("<div{{ a }}></div>").render(a=attributes)
    for text in (jinja, str(htpy.div(attributes)), str(html("<div{}></div>").format(attributes))):
        assert Markup(text).tags == [("div", {"data-a": first, "data-b": second})]


def test_there_is_a_space_before_each() -> None:
    """So they can follow the name of the element, or each other."""
    assert attr.ignore().__html__() + attr.bind("a").__html__() == ' data-ignore="" data-bind="a"'
    assert Attributes().__html__() == ""


def test_as_text_they_are_html() -> None:
    """In f-strings, and in templates that escape nothing. Only `repr` shows a dict."""
    attributes = attr.bind("a") | attr.text("'<'")
    said = ' data-bind="a" data-text="&#39;&lt;&#39;"'
    assert str(attributes) == f"{attributes}" == f"{attributes:s}" == said
    assert Environment(autoescape=False).from_string("{{ a }}").render(a=attributes) == said
    assert repr(attributes) == """{'data-bind': 'a', 'data-text': "'<'"}"""


def test_a_value_that_calls_itself_html_is_escaped_as_any_other() -> None:
    """It is a value."""
    assert Attributes({"a": Trusted('"')}).__html__() == ' a="&#34;"'


def test_attributes_are_joined() -> None:
    """With each other, and with other attributes of the element."""
    joined = {"class": "x"} | attr.bind("a") | attr.ignore() | {"id": "y"}
    assert joined == {"class": "x", "data-bind": "a", "data-ignore": "", "id": "y"}
    assert type(joined) is Attributes
    mine = attr.bind("a")
    same = mine
    mine |= attr.ignore()
    assert mine is same
    assert mine == {"data-bind": "a", "data-ignore": ""}


@given(st.sampled_from(["or", "ror", "ior"]))
def test_two_with_one_name_are_refused(way: str) -> None:
    """An element has each attribute once, so the other one would be lost."""
    with pytest.raises(ArgumentError, match="two attributes are called 'data-class'"):
        getattr(attr.class_({"a": "$a"}), f"__{way}__")(attr.class_({"b": "$b"}))


@pytest.mark.parametrize("name", ["", "a b", "a\n", "a=", "a>", "a<", "a/", "a'", 'a"', "\0", "\x7f"])
def test_what_is_no_name_is_refused(name: str) -> None:
    """Such a character would end the name, or the tag."""
    with pytest.raises(ArgumentError, match="the name of an attribute has white space"):
        Attributes({name: "x"}).__html__()
