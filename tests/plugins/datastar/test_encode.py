"""The encoder: nothing breaks out of its field, and ordinary input is what the official SDK makes of it."""

from __future__ import annotations

import json
import re

import pytest
from datastar_py import ServerSentEventGenerator as SDK
from datastar_py.consts import ElementPatchMode
from hypothesis import given
from hypothesis import strategies as st

from effects import ArgumentError
from plugins.datastar import encode_patch_elements, encode_patch_signals
from plugins.http.testing import Event, SSEParser

any_text = st.text() | st.text(alphabet=st.sampled_from("a\r\n\0\u2028\u0085\x0b\x0c\x1c:<d\ud800"))
ordinary = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
lines = st.lists(ordinary, min_size=1).map("\n".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=10,
)


def parsed(frame: bytes) -> list[Event]:
    """What a browser's parser makes of one frame."""
    parser = SSEParser()
    events = parser.feed(frame)
    assert not parser.comments
    return events


@given(any_text)
def test_elements_never_break_out_of_their_field(text: str) -> None:
    """Whatever the HTML is, there is one event, and each of its data lines is one of elements."""
    events = parsed(encode_patch_elements(text, selector="#x"))
    assert [event.event for event in events] == ["datastar-patch-elements"]
    first, *rest = events[0].data.split("\n")
    assert first == "selector #x"
    assert all(line.startswith("elements ") for line in rest)


@given(any_text)
def test_elements_arrive_as_they_were(text: str) -> None:
    """Only line ends change, to LF, and lone surrogates, to U+FFFD; U+2028, U+0085 and NUL survive."""
    (event,) = parsed(encode_patch_elements(text, selector="#x"))
    arrived = [line.removeprefix("elements ") for line in event.data.split("\n")[1:]]
    sent = re.split(r"\r\n|\r|\n", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    assert arrived == (sent[:-1] if sent[-1] == "" else sent)


@given(st.dictionaries(any_text, json_values, max_size=4), st.booleans())
def test_signals_arrive_as_they_were(signals: dict[str, object], only_if_missing: bool) -> None:
    """One event with one line of JSON that says the same."""
    (event,) = parsed(encode_patch_signals(signals, only_if_missing=only_if_missing))
    *options, line = event.data.split("\n")
    assert options == (["onlyIfMissing true"] if only_if_missing else [])
    assert json.loads(line.removeprefix("signals ")) == signals


@given(
    any_text.filter(lambda text: re.search(r"[\r\n\0]", text)),
    st.sampled_from(["selector", "event_id", "view_transition_selector"]),
)
def test_fields_of_one_line_refuse_line_ends_and_nul(text: str, field: str) -> None:
    """What would end the field, or void the id, is refused."""
    with pytest.raises(ArgumentError, match=f"{field} holds CR, LF or NUL"):
        encode_patch_elements("<p>", **{field: text})  # type: ignore[arg-type]


@given(
    lines,
    st.none() | ordinary,
    st.sampled_from(list(ElementPatchMode)),
    st.booleans(),
    st.none() | ordinary,
    st.none() | st.integers(1),
)
def test_ordinary_elements_are_byte_for_byte_the_sdk_s(
    elements: str,
    selector: str | None,
    mode: ElementPatchMode,
    transition: bool,
    event_id: str | None,
    retry: int | None,
) -> None:
    """Where the official SDK is right, we say the same."""
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


@given(st.dictionaries(ordinary, json_values, max_size=4), st.booleans(), st.none() | ordinary)
def test_ordinary_signals_are_byte_for_byte_the_sdk_s(
    signals: dict[str, object], only_if_missing: bool, event_id: str | None
) -> None:
    """Where the official SDK is right, we say the same."""
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
    """A selector is enough."""
    assert b"data: mode remove\ndata: selector #x\n\n" in encode_patch_elements(None, selector="#x", mode="remove")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "morph"}, "mode is none of those Datastar knows"),
        ({"namespace": "xhtml"}, "namespace is none of those"),
        ({"retry": -1}, "retry is a number of milliseconds"),
        ({"retry": True}, "retry is a number of milliseconds"),
    ],
)
def test_unusable_options_are_refused(options: dict[str, object], message: str) -> None:
    """With a message that says what would do."""
    with pytest.raises(ArgumentError, match=message):
        encode_patch_elements("<p>", **options)  # type: ignore[arg-type]


def test_elements_may_only_be_missing_where_something_is_removed() -> None:
    """And removing must say what."""
    with pytest.raises(ArgumentError, match="needs elements"):
        encode_patch_elements(None)
    with pytest.raises(ArgumentError, match="needs a selector"):
        encode_patch_elements(None, mode="remove")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, b"bytes"])
def test_signals_that_json_cannot_say_are_refused(value: object) -> None:
    """NaN above all: the client would evaluate it as JavaScript. The value is not in the message."""
    with pytest.raises(ArgumentError, match=r"^signals hold what JSON cannot say \((TypeError|ValueError)\)"):
        encode_patch_signals({"x": value})


def test_signals_too_deep_for_json_are_refused() -> None:
    """With the same error, and no RecursionError."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ArgumentError, match="RecursionError"):
        encode_patch_signals({"x": deep})


def test_an_event_with_nothing_in_it_is_refused() -> None:
    """A browser would never dispatch it; with a selector and a mode, nothing is something."""
    with pytest.raises(ArgumentError, match="elements are empty"):
        encode_patch_elements("")
    assert b"data: mode inner\ndata: selector #x\n\n" in encode_patch_elements("", selector="#x", mode="inner")
