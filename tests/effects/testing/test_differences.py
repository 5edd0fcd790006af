"""`assert_effects`: the values that it takes for equal, and its messages about others."""

from typing import Any

import pytest
from htpy import li
from hypothesis import given

from effects import Placeholder
from effects.testing import ANYTHING, assert_effects, like
from plugins.connections import ANY, REST
from plugins.datastar import html

from ..codec.test_codec import anything, shape


@given(value=anything)
def test_what_is_equal_passes(value: Any) -> None:
    """This holds for values of all types that are equal to themselves."""
    assert_effects(value, value)
    assert_effects([value], (value,))


@given(one=anything, other=anything)
def test_what_differs_does_not_pass(one: Any, other: Any) -> None:
    """Only a list and a tuple may be equal."""
    if repr(shape(one)).replace("tuple", "list") != repr(shape(other)).replace("tuple", "list"):
        with pytest.raises(AssertionError, match=r"^effects differ in"):
            assert_effects(one, other)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([["a", (1, 2)]], (("a", [1, 2]),)),
        ([["a", 5]], [["a", ANYTHING]]),
        ([["a", 5]], [["a", like(int)]]),
        ([["a", 5]], [["a", like(lambda value: value > 4)]]),
        ([["a", {"b": [5]}]], [["a", {"b": ANYTHING}]]),
        ([["p", li["a"]]], [["p", li["a"]]]),
        ([["p", li["a"]]], [["p", html("<li>a</li>")]]),
        ([["b", {"pattern": [ANY, ["page", REST]]}]], [["b", {"pattern": [ANY, ["page", REST]]}]]),
        ([Placeholder("it", 1)], [Placeholder("it", 1)]),
    ],
)
def test_what_means_the_same_passes(actual: Any, expected: Any) -> None:
    """Lists and tuples, elements and their HTML, and values that a `like(...)` stands for."""
    assert_effects(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "said"),
    [
        ([["a", "Ben"]], [["a", "Ann"]], "effects[0][1]: expected 'Ann', got 'Ben'"),
        ([["a", 1]], [["a", True]], "effects[0][1]: expected True (bool), got 1 (int)"),
        ([["a", 1.0]], [["a", 1]], "effects[0][1]: expected 1 (int), got 1.0 (float)"),
        ([["a", "1"]], [["a", None]], "effects[0][1]: expected None, got '1' (str)"),
        ([["a", "<p>"]], [["a", html("<p>")]], "effects[0][1]: expected <p> (Markup), got '<p>' (str)"),
        ([["a", li["x"]]], [["a", li["y"]]], "effects[0][1]: expected <li>y</li>, got <li>x</li>"),
        ([["a", {"b": 1}]], [["a", {"b": 1, "c": 1}]], "effects[0][1]['c']: expected 1, got nothing"),
        ([["a", {"b": 1}]], [["a", {}]], "effects[0][1]['b']: nothing expected, got 1"),
        ([["a"], ["b", 2]], [["a"]], "effects[1]: nothing expected, got ['b', 2]"),
        ([["a"]], [["a"], ["b"]], "effects[1]: expected ['b'], got nothing"),
        ([["a", 5]], [["a", like(str)]], "effects[0][1]: expected like(str), got 5 (int)"),
        ([["a", 5]], [["a", like(bool, "a bool")]], "effects[0][1]: expected a bool, got 5 (int)"),
        ([["a", 5]], [["a", [5]]], "effects[0][1]: expected [5] (list), got 5 (int)"),
        ([], 5, "effects: expected 5 (int), got [] (list)"),
    ],
)
def test_the_place_of_a_difference_is_named(actual: Any, expected: Any, said: str) -> None:
    """The message has the expected and the actual value, and their types if the values look the same."""
    with pytest.raises(AssertionError) as raised:
        assert_effects(actual, expected)
    assert str(raised.value) == f"effects differ in 1 place\n  {said}"


def test_many_differences_are_counted() -> None:
    """Ten are shown."""
    with pytest.raises(AssertionError) as raised:
        assert_effects([[n] for n in range(12)], [[-1]] * 12, name="numbers")
    first, *lines, last = str(raised.value).splitlines()
    assert first == "numbers differ in 12 places"
    assert lines[1] == "  numbers[1][0]: expected -1, got 1"
    assert (len(lines), last) == (10, "  and 2 more")


def test_long_values_are_shortened() -> None:
    """A page in an effect would hide the rest."""
    with pytest.raises(AssertionError) as raised:
        assert_effects([["a", "x" * 5_000]], [["a", "y" * 5_000]])
    assert len(str(raised.value)) < 400


def test_what_stands_in_equals_beside_an_equals_sign() -> None:
    """It works with `==`, too, beside any value."""
    assert [["a", like(int), {"b": ANYTHING}]] == [["a", 5, {"b": "c"}]]
    assert [["a", like(str)]] != [["a", 5]]
    assert repr([ANYTHING, like(str), like(callable)]) == "[ANYTHING, like(str), like(callable)]"
