"""Why a pattern matches a name, or does not."""

from __future__ import annotations

import pytest
from hypothesis import given

from plugins.connections import ANY, REST, PatternError, explain_match, freeze_name, freeze_pattern, matches
from plugins.connections.testing import names, patterns


@given(patterns, names)
def test_it_agrees_with_what_matches(pattern: tuple[object, object], name: tuple[object, object]) -> None:
    """The reason and the verdict say the same."""
    explanation = explain_match(pattern, name)
    assert bool(explanation) == matches(freeze_pattern(pattern), freeze_name(name))
    assert str(explanation).startswith("match" if explanation else "no match: ")


@pytest.mark.parametrize(
    ("pattern", "name", "reason"),
    [
        (["a", "k"], ["a", "k"], "match"),
        ([ANY, ["page", ANY]], ["a", ["page", [1]]], "match: scope is 'a', key[1] is [1]"),
        ([ANY, ["page", REST]], ["a", ("page", 1, 2)], "match: scope is 'a', key[1:] is [1, 2]"),
        (["b", ANY], ["a", "k"], "no match: at scope the pattern has 'b', the name 'a'"),
        (["a", [1]], ["a", [True]], "no match: at key[0] the pattern has 1, the name True"),
        (["a", ["x", ["y"]]], ["a", ["x", ["z"]]], "no match: at key[1][0] the pattern has 'y', the name 'z'"),
        (["a", ["x"]], ["a", "x"], "no match: at key the pattern has ['x'], the name 'x'"),
        (["a", ["x"]], ["a", ["x", "y"]], "no match: key has 2 items, the pattern wants 1"),
        (["a", ["x", "y", REST]], ["a", ["x"]], "no match: key has 1 items, the pattern wants 2 or more"),
    ],
)
def test_it_names_the_first_difference(pattern: list[object], name: list[object], reason: str) -> None:
    """If there is none, it shows the values of the wildcards."""
    assert str(explain_match(pattern, name)) == reason


def test_what_is_no_pattern_or_no_name_is_refused() -> None:
    """With a `PatternError`, as everywhere."""
    with pytest.raises(PatternError):
        explain_match(["page"], ["a", "k"])
    with pytest.raises(PatternError):
        explain_match(["a", ANY], ["a", ANY])
