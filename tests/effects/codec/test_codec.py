"""The tagged codec reads what it has written, and reads only plain data and values of registered types."""

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from htpy import li
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from effects import Placeholder, RegistrationError, Registry, create_dispatch
from effects._codec.standard import STANDARD
from effects._registry.tags import RESERVED
from effects.codec import Codec, CodecError
from plugins.connections import ANY, REST, Connections
from plugins.datastar import Datastar, html

CODEC = Codec.of(create_dispatch([Datastar(), Connections()]))
NAMES = [f"${name}" for name in (*RESERVED, "html", "wildcard", "nobody", "")]

names = st.sampled_from(NAMES) | st.text(max_size=3)
keys = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(NAMES) | st.uuids()
values = (
    keys
    | st.floats()
    | st.text()
    | st.binary()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.timedeltas()
    | st.decimals()
    | st.text().map(html)
    | st.sampled_from([ANY, REST])
    | st.sets(keys)
    | st.frozensets(keys)
)


def nested(inner: Any) -> Any:
    """A strategy for containers of the given values."""
    return (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=1)
    )


late = st.builds(lambda key, args: Placeholder(key, *args), names, st.lists(values, max_size=2))
anything = st.recursive(values | late, nested, max_leaves=12)
hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner) | st.dictionaries(names, inner, max_size=2) | st.dictionaries(names, inner, max_size=1)
    ),
    max_leaves=12,
)


def shape(value: Any) -> object:
    """A value with the types of all that is in it, so that `1`, `True` and `1.0` differ, and `nan` equals itself."""
    if isinstance(value, (list, tuple)):
        return type(value), [shape(item) for item in value]
    if isinstance(value, dict):
        return dict, [(shape(name), shape(item)) for name, item in value.items()]
    if isinstance(value, (set, frozenset)):
        return type(value), {shape(item) for item in value}
    if isinstance(value, Placeholder):
        return Placeholder, shape(value.key), shape(value.args)
    return type(value), repr(value) if isinstance(value, (float, Decimal)) else value


def types_in(value: Any) -> Iterator[type]:
    """The type of a value and of all that is in it."""
    yield type(value)
    inside: Any = ()
    if isinstance(value, (list, tuple, set, frozenset)):
        inside = value
    elif isinstance(value, dict):
        inside = [*value, *value.values()]
    elif isinstance(value, Placeholder):
        inside = value.args
    for one in inside:
        yield from types_in(one)


@settings(deadline=None)
@given(value=anything)
def test_what_is_written_is_read_again(value: Any) -> None:
    """The types are the same, also for data that imitates tags."""
    assert shape(CODEC.loads(CODEC.dumps(value))) == shape(value)


@settings(deadline=None)
@given(data=hostile)
def test_law_01_data_that_imitates_tags_stays_data(data: Any) -> None:
    """Any data, encoded and decoded, is only that data again."""
    assert shape(CODEC.decode(json.loads(CODEC.dumps(data)))) == shape(data)


KNOWN = {str, int, float, bool, type(None), list, Markup, type(ANY), *RESERVED.values()}


@settings(deadline=None)
@given(data=hostile)
def test_hostile_json_makes_registered_types_or_an_error(data: Any) -> None:
    """Nothing else is made, and nothing else is raised."""
    try:
        value = CODEC.loads(json.dumps(data))
    except CodecError as error:
        assert str(error).startswith(error.what + "\n  at   data")  # noqa: PT017
    else:
        assert set(types_in(value)) <= KNOWN


@settings(deadline=None)
@given(text=st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    """There is one type of exception."""
    with suppress(CodecError):
        CODEC.loads(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["note", 1, "a", None, True, 1.5, {"b": [2]}], '["note", 1, "a", null, true, 1.5, {"b": [2]}]'),
        ([ANY, ("page", REST)], '[{"$wildcard": "ANY"}, {"$tuple": ["page", {"$wildcard": "REST"}]}]'),
        (html("<p>"), '{"$html": "<p>"}'),
        (Placeholder("clock/now", 1), '{"$placeholder": ["clock/now", 1]}'),
        ({"$html": "<p>"}, '{"$dict": [["$html", "<p>"]]}'),
        ({"$html": 1, "other": 2}, '{"$html": 1, "other": 2}'),
        ({1: "a"}, '{"$dict": [[1, "a"]]}'),
        ({"b", "a"}, '{"$set": ["a", "b"]}'),
        (b"\xff", '{"$bytes": "/w=="}'),
        (Decimal("1.10"), '{"$decimal": "1.10"}'),
        (UUID(int=1), '{"$uuid": "00000000-0000-0000-0000-000000000001"}'),
        (date(2024, 2, 29), '{"$date": "2024-02-29"}'),
        (time(12, 30), '{"$time": "12:30:00"}'),
        (datetime(2024, 2, 29, tzinfo=UTC), '{"$datetime": "2024-02-29T00:00:00+00:00"}'),
        (timedelta(1, 2, 3), '{"$timedelta": [1, 2, 3]}'),
        (math.inf, '{"$float": "inf"}'),
    ],
)
def test_how_values_are_written(value: object, text: str) -> None:
    """Files that were written yesterday are read tomorrow."""
    assert CODEC.dumps(value) == text
    assert CODEC.loads(text) == value


def test_elements_become_markup() -> None:
    """An htpy element is written as its HTML."""
    assert CODEC.loads(CODEC.dumps(li["a & b"])) == Markup("<li>a &amp; b</li>")


class Text(str):
    """A subclass of str."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [object(), Text("s3cr3t"), MappingProxyType({}), len, Registry, Ellipsis, 1j],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_tag_is_refused_with_its_place(value: object) -> None:
    """The message has its type, not its value."""
    with pytest.raises(
        CodecError, match=r"cannot be written as tagged JSON\n  at   data\[1\]\['\$tuple'\]\[0\]"
    ) as raised:
        CODEC.dumps(["a", (value,)])
    assert raised.value.path == (1, "$tuple", 0)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"$nobody": 1}', "this one is unknown"),
        ('{"$htlm": "x"}', "near '\\$html'"),
        ("[1, 2", "Expecting ',' delimiter, at line 1, column 6"),
        ("[NaN]", "cannot be read"),
        ("[" * 200_000 + "]" * 200_000, "cannot be read"),
        ("[" * 200 + "]" * 200, "nested more than 100 deep"),
        ("9" * 5_000, "cannot be read"),
        ('{"$placeholder": ["a", {"$placeholder": ["b"]}]}', "'\\$placeholder' cannot be read: TypeError"),
        ('{"$placeholder": []}', "ValueError"),
        ('{"$placeholder": "ab"}', "TypeError"),
        ('{"$placeholder": [{"$html": "key"}]}', "TypeError"),
        ('{"$dict": ["ab"]}', "TypeError"),
        ('{"$dict": [[[], 1]]}', "TypeError"),
        ('{"$tuple": "ab"}', "TypeError"),
        ('{"$set": [[]]}', "TypeError"),
        ('{"$uuid": 5}', "TypeError"),
        ('{"$bytes": "?"}', "Error"),
        ('{"$decimal": "s3cr3t"}', "InvalidOperation"),
        ('{"$timedelta": [1e300]}', "OverflowError"),
        ('{"$wildcard": "ALL"}', "PatternError"),
        ('{"$html": 5}', "ArgumentError"),
    ],
)
def test_what_no_codec_wrote_is_refused(text: str, complaint: str) -> None:
    """There is one type of exception, and its message holds no value."""
    with pytest.raises(CodecError, match=complaint) as raised:
        CODEC.loads(text)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize("data", [(1,), {1: 2}, object()])
def test_what_is_no_json_is_not_decoded(data: object) -> None:
    """`decode` takes only values that `json.loads` makes."""
    with pytest.raises(CodecError, match="stands where JSON belongs"):
        CODEC.decode(data)


def test_data_of_any_shape_ends() -> None:
    """Data that contains itself, is too deep, too large, or has too long a number is refused, without recursion."""
    cycle: list[object] = []
    cycle += [cycle, cycle]
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    wide: object = [None] * 1_000
    for _ in range(50):
        wide = [wide, wide]
    for value, complaint in ((cycle, "contains itself"), (deep, "deep"), (wide, "items"), (10**5_000, "digits")):
        with pytest.raises(CodecError, match=complaint):
            CODEC.dumps(value)


def test_what_goes_as_deep_as_may_be_is_read_again() -> None:
    """The bound is the same both ways."""
    value: object = ()
    for _ in range(49):
        value = (value,)
    assert CODEC.loads(CODEC.dumps(value)) == value
    with pytest.raises(CodecError, match="deep"):
        CODEC.dumps((value,))


class Money:
    """A type of an app."""

    def __init__(self, cents: int) -> None:
        self.cents = cents


def test_a_registry_tags_its_types() -> None:
    """The result of `encode` is encoded in turn."""
    shop = Registry("shop")
    shop.tag("money", Money, encode=lambda money: (money.cents,), decode=lambda content: Money(*content))
    codec = Codec.of(create_dispatch([shop]))
    assert codec.dumps(Money(5)) == '{"$money": {"$tuple": [5]}}'
    assert codec.loads('{"$money": {"$tuple": [5]}}').cents == 5  # type: ignore[attr-defined]


def test_a_tag_that_fails_says_which_and_where() -> None:
    """Its message may hold a value, and stays out."""

    def fail(value: object) -> object:
        raise LookupError("s3cr3t")

    shop = Registry("shop")
    shop.tag("money", Money, encode=fail, decode=fail)
    with pytest.raises(CodecError, match=r"'\$money' cannot be written: LookupError\n  at   data\['a'\]") as raised:
        Codec(shop.tags).dumps({"a": Money(5)})
    assert "s3cr3t" not in str(raised.value)


OK: Mapping[str, Any] = {"encode": str, "decode": str}


@pytest.mark.parametrize(
    ("args", "options", "complaint"),
    [
        (("Money", Money), OK, "lower case"),
        ((5, Money), OK, "lower case"),
        (("money", "Money"), OK, "no type"),
        (("uuid", Money), OK, "has that already"),
        (("money", tuple), OK, "has that already"),
        (("money", str), OK, "has that already"),
        (("money", Money), {**OK, "decode": 5}, "functions"),
        (("coin", Money), OK, "has a tag 'coin', or one for Money, already"),
        (("cash", complex), OK, "already"),
    ],
)
def test_a_tag_that_cannot_work_is_refused(args: Any, options: Any, complaint: str) -> None:
    """The registration fails."""
    shop = Registry("shop")
    shop.tag("cash", Money, **OK)
    with pytest.raises(RegistrationError, match=complaint):
        shop.tag(*args, **options)


def test_two_plugins_with_one_tag_are_refused() -> None:
    """The error comes when the dispatch is made."""
    one, two = Registry("one"), Registry("two")
    one.tag("cash", Money, **OK)
    two.tag("cash", complex, **OK)
    with pytest.raises(RegistrationError, match="tag 'cash' is tagged by 'one' and 'two'"):
        create_dispatch([one, two])


def test_a_closed_registry_takes_no_tag() -> None:
    """A closed registry refuses all registrations."""
    shop = Registry("shop")
    create_dispatch([shop])
    with pytest.raises(RegistrationError, match="closed"):
        shop.tag("cash", Money, **OK)


def test_the_codecs_own_tags_are_reserved() -> None:
    """All of them, by name and type."""
    assert {tag.name: tag.kind for tag in STANDARD} == RESERVED


@pytest.mark.slow
def test_nothing_that_reads_requests_imports_the_codec() -> None:
    """The import linter checks the source; this test checks what Python really imports."""
    code = (
        "import sys, effects, plugins.http, plugins.routes, plugins.connections, plugins.datastar;"
        "sys.exit(any('codec' in name for name in sys.modules if name.startswith(('effects', 'plugins'))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
