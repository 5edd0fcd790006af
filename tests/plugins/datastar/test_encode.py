"""The encoder: no value leaves its field, and the official SDK makes the same of ordinary input."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest
from datastar_py import ServerSentEventGenerator as SDK
from datastar_py.consts import ElementPatchMode
from hypothesis import given
from hypothesis import strategies as st

from effects import ArgumentError
from plugins.datastar import PatchMode, encode_patch_elements, encode_patch_signals, encode_remove_elements
from tests.plugins.datastar.examples import (
    EVERYWHERE,
    any_text,
    event_ids,
    json_values,
    lines,
    milliseconds,
    ordinary,
    parse_events,
    signal_names,
)

names = any_text.filter(lambda name: not EVERYWHERE & set(name.split(".")))
values = json_values(names)
signals = st.dictionaries(signal_names, values, max_size=4)


@given(any_text)
def test_elements_never_break_out_of_their_field(text: str) -> None:
    """For any HTML there is one event, and all its data lines are lines of elements."""
    events = parse_events(encode_patch_elements(text, selector="#x"))
    assert [event.event for event in events] == ["datastar-patch-elements"]
    first, *rest = events[0].data.split("\n")
    assert first == "selector #x"
    assert all(line.startswith("elements ") for line in rest)


@given(any_text)
def test_elements_arrive_as_they_were(text: str) -> None:
    """Only line ends change, to LF, and lone surrogates, to U+FFFD; U+2028, U+0085 and NUL survive."""
    (event,) = parse_events(encode_patch_elements(text, selector="#x"))
    arrived = [line.removeprefix("elements ") for line in event.data.split("\n")[1:]]
    sent = re.split(r"\r\n|\r|\n", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    assert arrived == (sent[:-1] if sent[-1] == "" else sent)


@given(signals, st.booleans())
def test_signals_arrive_as_they_were(signals: dict[str, object], only_if_missing: bool) -> None:
    """One event has one line of JSON, with the same value."""
    (event,) = parse_events(encode_patch_signals(signals, only_if_missing=only_if_missing))
    *options, line = event.data.split("\n")
    assert options == (["onlyIfMissing true"] if only_if_missing else [])
    assert json.loads(line.removeprefix("signals ")) == signals


@given(
    any_text.filter(lambda text: re.search(r"[\r\n\0]", text)),
    st.sampled_from(["selector", "event_id", "view_transition_selector"]),
)
def test_fields_of_one_line_refuse_line_ends_and_nul(text: str, field: str) -> None:
    """Characters that would end the field or void the id are refused."""
    with pytest.raises(ArgumentError, match=f"{field} holds CR, LF or NUL"):
        encode_patch_elements("<p>", **{field: text})  # type: ignore[arg-type]


@given(
    lines,
    ordinary,
    st.sampled_from(list(ElementPatchMode)),
    st.booleans(),
    st.none() | event_ids,
    st.none() | milliseconds,
)
def test_ordinary_elements_are_byte_for_byte_the_sdk_s(
    elements: str,
    selector: str,
    mode: ElementPatchMode,
    transition: bool,
    event_id: str | None,
    retry: int | None,
) -> None:
    """For ordinary input, the SDK and this package send the same."""
    theirs = SDK.patch_elements(
        elements, selector=selector, mode=mode, use_view_transition=transition, event_id=event_id, retry_duration=retry
    )
    ours = encode_patch_elements(
        elements,
        selector=selector,
        mode=mode.value,
        use_view_transition=transition,
        event_id=event_id,
        retry=retry,
    )
    assert ours == theirs.encode()


@given(signals, st.booleans(), st.none() | event_ids)
def test_ordinary_signals_are_byte_for_byte_the_sdk_s(
    signals: dict[str, object], only_if_missing: bool, event_id: str | None
) -> None:
    """For ordinary input, the SDK and this package send the same."""
    theirs = SDK.patch_signals(signals, only_if_missing=only_if_missing, event_id=event_id)  # type: ignore[arg-type]
    assert encode_patch_signals(signals, only_if_missing=only_if_missing, event_id=event_id) == theirs.encode()


def test_all_options_are_said() -> None:
    """Every option that is not the default has its line, in the protocol's spelling."""
    frame = encode_patch_elements(
        "<circle/>",
        selector="#s",
        mode="append",
        namespace="svg",
        use_view_transition=True,
        view_transition_selector=".v",
        event_id="7",
        retry=2500,
    )
    assert frame.decode().split("\n") == [
        "event: datastar-patch-elements",
        "id: 7",
        "retry: 2500",
        "data: mode append",
        "data: selector #s",
        "data: useViewTransition true",
        "data: viewTransitionSelector .v",
        "data: namespace svg",
        "data: elements <circle/>",
        "",
        "",
    ]


def test_removing_needs_no_elements() -> None:
    """A selector without elements is enough."""
    assert b"data: mode remove\ndata: selector #x\n\n" in encode_patch_elements(None, selector="#x", mode="remove")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "morph"}, "mode is not a value that Datastar knows"),
        ({"namespace": "xhtml"}, "namespace is not a value"),
        ({"retry": -1}, "retry is a number of milliseconds"),
        ({"retry": True}, "retry is a number of milliseconds"),
        ({"retry": 1.5}, "retry is a number of milliseconds"),
        ({"retry": 2**31}, "retry is a number of milliseconds"),
    ],
)
def test_unusable_options_are_refused(options: dict[str, object], message: str) -> None:
    """The message names the values that are allowed."""
    with pytest.raises(ArgumentError, match=message):
        encode_patch_elements("<p>", **options)  # type: ignore[arg-type]


def test_elements_may_only_be_missing_where_something_is_removed() -> None:
    """An event that removes needs a selector."""
    with pytest.raises(ArgumentError, match="needs elements"):
        encode_patch_elements(None)
    with pytest.raises(ArgumentError, match="needs a selector"):
        encode_remove_elements("")


@pytest.mark.parametrize("mode", ["inner", "prepend", "append", "before", "after", "remove"])
def test_modes_that_the_client_wants_a_selector_for_are_refused_without(mode: PatchMode) -> None:
    """It would throw in the page."""
    with pytest.raises(ArgumentError, match=f"mode '{mode}' needs a selector"):
        encode_patch_elements("<p id='a'>", mode=mode)


@pytest.mark.parametrize("mode", ["outer", "replace"])
def test_elements_find_their_place_by_id(mode: PatchMode) -> None:
    """In modes that put elements into the place of others."""
    assert b"elements <p id='a'>" in encode_patch_elements("<p id='a'>", mode=mode)


@given(ordinary, st.none() | event_ids, st.none() | milliseconds)
def test_ordinary_removals_are_byte_for_byte_the_sdk_s(selector: str, event_id: str | None, retry: int | None) -> None:
    """For ordinary input, the SDK and this package send the same."""
    theirs = SDK.remove_elements(selector, event_id=event_id, retry_duration=retry)
    assert encode_remove_elements(selector, event_id=event_id, retry=retry) == theirs.encode()


@given(any_text.filter(bool))
def test_a_selector_never_breaks_out_of_its_field(selector: str) -> None:
    """It is refused, or it arrives unchanged in its line."""
    try:
        (event,) = parse_events(encode_remove_elements(selector))
    except ArgumentError:
        assert re.search(r"[\r\n\0]", selector)
    else:
        arrived = selector.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert event.data == f"mode remove\nselector {arrived}"


def test_all_options_of_a_removal_are_said() -> None:
    """The options of a patch that also make sense for a removal."""
    frame = encode_remove_elements("#a", use_view_transition=True, view_transition_selector=".v", event_id="7", retry=0)
    assert frame.decode() == (
        "event: datastar-patch-elements\nid: 7\nretry: 0\ndata: mode remove\ndata: selector #a\n"
        "data: useViewTransition true\ndata: viewTransitionSelector .v\n\n"
    )


@pytest.mark.parametrize("name", sorted(EVERYWHERE))
def test_signals_under_names_of_every_object_are_refused(name: str) -> None:
    """At any depth, in lists, and as part of a path: the client would write outside the signals."""
    for bad in ({name: 1}, {"a": {name: {"x": 1}}}, {"a": [{"b": 1}, {name: 1}]}, {f"{name}.x": 1}, {f"a.{name}.b": 1}):
        with pytest.raises(ArgumentError, match=f"a signal is called '{name}'"):
            encode_patch_signals(bad)


@given(st.sampled_from(sorted(EVERYWHERE)))
def test_values_and_parts_of_names_may_be_anything(name: str) -> None:
    """`"constructor"` is a valid text."""
    signals = {"a": name, "b": [name, f'".{name}."'], f"{name}s": 1, f"my{name}": {f"{name}_": f".{name}."}}
    (event,) = parse_events(encode_patch_signals(signals))
    assert json.loads(event.data.removeprefix("signals ")) == signals


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), object(), {1, 2}, b"bytes", pytest.param(10**5000, id="long")]
)
def test_signals_that_json_cannot_say_are_refused(value: object) -> None:
    """Such as NaN, which the client would evaluate as JavaScript. The message does not show the value."""
    with pytest.raises(
        ArgumentError, match=r"^signals hold something that JSON cannot represent(: .* at \['x'\]| \(ValueError\))\n"
    ):
        encode_patch_signals({"x": value})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": {"b": datetime(2024, 1, 1)}}, ": datetime at ['a']['b']"),
        ({"a": [1, (2.5, None, Decimal(1))]}, ": Decimal at ['a'][1][2]"),
        ({"a": [float("nan")]}, ": a float that is not finite at ['a'][0]"),
        ({"a": {(1, 2): 3}}, ": a key of type tuple at ['a']"),
        ({(1, 2): 3}, ": a key of type tuple\n"),
        ({"a" * 50: UUID(int=0)}, f": UUID at ['{'a' * 40}...']"),
    ],
)
def test_what_json_cannot_say_is_named_with_its_place(value: dict[str, object], said: str) -> None:
    """By its type. The message does not show the value."""
    with pytest.raises(ArgumentError) as caught:
        encode_patch_signals(value)
    assert str(caught.value).startswith("signals hold something that JSON cannot represent" + said)


def test_signals_that_contain_themselves_are_refused() -> None:
    """The search ends, however often a container contains itself."""
    value: list[object] = []
    value.extend([value, value])
    with pytest.raises(ArgumentError, match=r"something that JSON cannot represent \(ValueError\)"):
        encode_patch_signals({"a": value})


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**400])
def test_whole_numbers_that_javascript_rounds_are_refused(number: int) -> None:
    """As in attributes."""
    with pytest.raises(ArgumentError, match=r"that JavaScript rounds\n  fix  pass it as a str"):
        encode_patch_signals({"a": [{"id": number}]})


@pytest.mark.parametrize("signals", [{"a": 2**53}, {"a": 0.1234567890123456789}, {"a": "9007199254740993"}])
def test_long_numbers_that_javascript_has_pass(signals: dict[str, object]) -> None:
    """Digits in a text are no number."""
    (event,) = parse_events(encode_patch_signals(signals))
    assert event.signals == signals


def test_a_path_is_no_name_of_a_signal() -> None:
    """The client does not split the name, so no expression could read the signal."""
    with pytest.raises(ArgumentError, match=r"a '\.' in its name.*\n  fix  write {\"user\": {\"name\": \.\.\.}}"):
        encode_patch_signals({"user.name": 1})


@pytest.mark.parametrize("name", ["", "$name", "user name", "a'", "a[0]", "a\n", "@a", "a:b"])
def test_names_that_expressions_cannot_read_are_refused(name: str) -> None:
    """The error lists the characters that they can read."""
    with pytest.raises(ArgumentError, match="a name that expressions cannot read\n  fix  a signal is named by letters"):
        encode_patch_signals({name: 1})


@pytest.mark.parametrize("name", ["a", "_a", "7", "my-name", "userName", "a__b", "é", "नाम", "日本"])
def test_ordinary_names_of_signals_pass(name: str) -> None:
    """Letters of every script are allowed."""
    (event,) = parse_events(encode_patch_signals({name: 1}))
    assert event.signals == {name: 1}


def test_keys_of_data_may_be_any() -> None:
    """The content of a signal is a value."""
    signals: dict[str, object] = {"rows": {"2024-01-01": 3, "a b": 1, "a.b": [{"$": 1, "": 2}]}}
    (event,) = parse_events(encode_patch_signals(signals))
    assert event.signals == signals


def test_signals_that_are_no_mapping_are_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="signals are a mapping, not str"):
        encode_patch_signals("{a: 1}")  # type: ignore[arg-type]


@pytest.mark.parametrize("event_id", ["日本", "\u0100", "\ud800"])
def test_event_ids_that_no_header_can_carry_are_refused(event_id: str) -> None:
    """The client would throw when it connects again."""
    with pytest.raises(ArgumentError, match=r"event_id has characters beyond Latin-1.*\n.*last-event-id"):
        encode_patch_signals({}, event_id=event_id)


@pytest.mark.parametrize("field", ["event_id", "selector", "view_transition_selector"])
def test_fields_of_another_type_are_refused(field: str) -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match=f"{field} is a str, not int"):
        encode_patch_elements("<p>", **{field: 5})  # type: ignore[arg-type]


def test_html_of_another_type_is_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="the HTML of elements is a str, not int"):
        encode_patch_elements(5)  # type: ignore[arg-type]


def test_signals_too_deep_for_json_are_refused() -> None:
    """With the same error, and no RecursionError."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ArgumentError, match="RecursionError"):
        encode_patch_signals({"x": deep})


def test_an_event_with_nothing_in_it_is_refused() -> None:
    """A browser would never dispatch it. With a selector and a mode, it empties an element."""
    with pytest.raises(ArgumentError, match="elements are empty"):
        encode_patch_elements("")
    assert b"data: mode inner\ndata: selector #x\n\n" in encode_patch_elements("", selector="#x", mode="inner")
