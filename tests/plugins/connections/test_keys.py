"""Names and patterns, and whether they match."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from enum import Enum
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.connections import ANY, REST, PatternError, freeze_name, matches
from plugins.connections._keys import freeze_pattern

leaves = st.text() | st.integers() | st.booleans() | st.none() | st.binary() | st.uuids()
scopes = leaves
keys = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple), max_leaves=8
)


def match(pattern: object, name: object) -> bool:
    """Whether a pattern matches a name."""
    return matches(freeze_pattern(pattern), freeze_name(name))


def with_holes(key: object, draw: Callable[[st.SearchStrategy[Any]], Any]) -> object:
    """Return the key with some positions replaced by wildcards, and lists and tuples swapped."""
    if draw(st.integers(0, 3)) == 0:
        return ANY
    if not isinstance(key, (list, tuple)):
        return key
    items = [with_holes(item, draw) for item in cast(list[object], key)]
    if draw(st.booleans()):
        items = [*items[: draw(st.integers(0, len(items)))], REST]
    return draw(st.sampled_from([list, tuple]))(items)


@given(scopes, keys, st.data())
def test_a_name_matches_itself_with_holes(scope: object, key: object, data: st.DataObject) -> None:
    """Some positions become ANY, some ends of lists become REST: the name still matches."""
    assert match((scope, with_holes(key, data.draw)), (scope, key))


@given(scopes, keys, scopes, keys)
def test_without_wildcards_matching_is_being_the_same(
    scope: object, key: object, other_scope: object, other_key: object
) -> None:
    """Both names have the same shape and the same leaves of the same types."""

    def with_types(value: object) -> object:
        if isinstance(value, (list, tuple)):
            return [with_types(item) for item in cast(list[object], value)]
        return type(value), value

    assert match((scope, key), (other_scope, other_key)) == (
        with_types([scope, key]) == with_types([other_scope, other_key])
    )


@given(scopes, keys)
def test_text_is_never_a_wildcard(scope: object, key: object) -> None:
    """A name that holds "*" or "ANY" matches only itself."""
    assert not match((scope, ["*", "ANY"]), (scope, ["*", key, "x"]))
    assert match((scope, ["*", "ANY"]), (scope, ("*", "ANY")))


def test_types_count() -> None:
    """1 is not True, and "1" is neither."""
    assert not match(("s", [1]), ("s", [True]))
    assert not match(("s", ["1"]), ("s", [1]))


def test_any_is_one_position_and_rest_the_tail() -> None:
    """REST matches an empty tail, too."""
    assert match([ANY, ["page", ANY]], ["s", ["page", ["a", "b"]]])
    assert not match([ANY, ["page", ANY]], ["s", ["page", "a", "b"]])
    assert match([ANY, ["page", REST]], ["s", ["page", "a", "b"]])
    assert match([ANY, ["page", REST]], ["s", ["page"]])
    assert not match([ANY, ["page", "x", REST]], ["s", ["page"]])
    assert not match([ANY, ["page", REST]], ["s", "page"])


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("page", "a pair of scope and key"),
        (["s"], "a pair of scope and key"),
        ([["s"], "k"], "a scope is a single value"),
        ([REST, "k"], "a scope is a single value"),
        (["s", [REST, "k"]], "REST stands before the end"),
        (["s", [1.5]], "a float stands in"),
        (["s", {"a": 1}], "a dict stands in"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: object, message: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(PatternError, match=message):
        freeze_pattern(pattern)


def test_a_name_holds_no_wildcard() -> None:
    """A pattern cannot be the name of a connection."""
    with pytest.raises(PatternError, match="a wildcard stands where one connection must be named"):
        freeze_name(["s", ["page", ANY]])


def test_a_key_of_any_depth_is_refused_not_recursed_into() -> None:
    """The limit is far above the depth of real keys."""
    deep: object = "k"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(PatternError, match="nested more than 32 deep"):
        freeze_name(["s", deep])


def test_wildcards_keep_their_identity() -> None:
    """Also after pickling and copying."""
    assert pickle.loads(pickle.dumps(ANY)) is ANY
    assert repr([ANY, REST]) == "[ANY, REST]"
    assert match((UUID(int=1), None), (UUID(int=1), None))


def test_a_str_that_is_an_enum_is_its_text() -> None:
    """As everywhere else: a member of a str Enum is compared by its text."""

    class Place(str, Enum):  # noqa: UP042 - StrEnum is what it is not
        HOME = "home"

    assert match([ANY, ["page", "home"]], ["s", ["page", Place.HOME]])
