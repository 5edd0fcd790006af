"""Values as JavaScript: an engine reads the same value back, and nothing around it misreads the literal."""

from __future__ import annotations

import json
import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import ArgumentError
from plugins.datastar import js
from tests.plugins.datastar.conftest import Evaluate
from tests.plugins.datastar.examples import EVERYWHERE, Markup, any_text, hostile_text, json_values

no_proto = (any_text | hostile_text).filter(lambda text: text != "__proto__")
values = json_values(no_proto)


def as_javascript_has(value: object) -> object:
    """Return a value as JavaScript has it: a surrogate pair is one character, and all numbers are floats."""
    return json.loads(json.dumps(value), parse_int=float)


@given(value=values)
def test_an_engine_reads_the_same_value_back(evaluate: Evaluate, value: object) -> None:
    """Lone surrogates, NUL and U+2028 included."""
    assert evaluate(f"({js(value)})") == as_javascript_has(value)


@given(value=values)
def test_a_literal_is_also_json(value: object) -> None:
    """The client reads some attributes as JSON, and evaluates text that is not JSON."""
    assert json.loads(js(value)) == as_javascript_has(value)


@given(hostile_text | any_text)
def test_text_has_nothing_that_the_client_or_html_would_read(text: str) -> None:
    """It has no action, signal, end of a statement, quote, slash or tag, and no escape that misleads about quotes."""
    inside = js(text)[1:-1]
    assert inside.isascii()
    assert inside.isprintable()
    assert not set(inside) & set("@$;'\"`<>&/(){}")
    assert "__" not in inside
    assert all(re.match(r"\\(u[0-9a-f]{4}|[bfnrt])", inside[at:]) for at in range(len(inside)) if inside[at] == "\\")


@given(hostile_text | any_text)
def test_the_bytes_of_one_text_do_not_depend_on_where_it_stands(text: str) -> None:
    """Keys, items and values are all strings."""
    if text != "__proto__":
        assert js({text: [text]}) == f"{{{js(text)}:[{js(text)}]}}"


@given(value=values)
def test_a_literal_survives_an_attribute_in_single_quotes(value: object) -> None:
    """It needs no escaping there."""
    ((_, attributes),) = Markup(f"<div data-x='{js(value)}'>").tags
    assert attributes == {"data-x": js(value)}


@given(value=values)
def test_a_literal_survives_a_script_element(value: object) -> None:
    """It arrives unchanged."""
    page = Markup(f"<script>{js(value)}</script>")
    assert (page.text, page.ends) == (js(value), ["script"])


def test_plain_values_are_written_plainly() -> None:
    """It is as short as JSON can be, with double quotes."""
    value = {"name": "Ann B.", "n": [1, -2.5, True, None]}
    assert js(value) == '{"name":"Ann B.","n":[1,-2.5,true,null]}'


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), {float("nan"): 1}, object(), {1}, {b"x": 1}]
)
def test_what_json_cannot_say_is_refused(value: object) -> None:
    """Such as NaN."""
    with pytest.raises(ArgumentError, match=r"^a value holds something that JSON cannot represent: .* at \[0\]\n"):
        js([value])


def test_a_value_that_json_cannot_say_has_no_place() -> None:
    """The error has no path for it."""
    with pytest.raises(ArgumentError, match=r"^a value holds something that JSON cannot represent: object\n"):
        js(object())


def test_what_contains_itself_is_refused() -> None:
    """It would have no end."""
    value: list[object] = []
    value.append(value)
    with pytest.raises(ArgumentError, match="cannot represent"):
        js(value)


def test_what_is_too_deep_is_refused() -> None:
    """With the same error."""
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ArgumentError, match="RecursionError"):
        js(value)


def test_a_key_that_sets_the_prototype_is_refused() -> None:
    """At any depth, and in any spelling."""
    with pytest.raises(ArgumentError, match="'__proto__', which sets the prototype"):
        js([{"a": {"__proto__": {}}}])


@pytest.mark.parametrize("value", [{1: "a", "1": "b"}, {None: 1, "null": 2}, {True: 1, "true": 2}])
def test_two_keys_that_json_writes_alike_are_refused(value: object) -> None:
    """JavaScript would keep only one of them."""
    with pytest.raises(ArgumentError, match="two keys that JSON writes alike"):
        js(value)


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**17 + 1, 10**400, -(10**400)])
def test_a_whole_number_that_javascript_rounds_is_refused(number: int) -> None:
    """Ids of messages may be beyond 2**53."""
    with pytest.raises(ArgumentError, match="that JavaScript rounds"):
        js({"id": number})


def test_every_name_of_every_object_is_there(evaluate: Evaluate) -> None:
    """The list of this package is that of the engine."""
    assert set(cast(list[str], evaluate("Object.getOwnPropertyNames(Object.prototype)"))) == EVERYWHERE


@given(number=st.integers(min_value=-(10**30), max_value=10**30))
def test_a_whole_number_arrives_or_is_refused(evaluate: Evaluate, number: int) -> None:
    """Powers of two may be larger, because JavaScript holds them exactly."""
    try:
        literal = js(number)
    except ArgumentError:
        assert int(float(number)) != number
    else:
        assert evaluate(f"BigInt({literal}).toString()") == str(number)
