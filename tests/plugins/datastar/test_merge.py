"""Merged frames leave the page of a slow client in the same state as all frames would."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.datastar import (
    encode_execute_script,
    encode_patch_elements,
    encode_patch_signals,
    encode_remove_elements,
    merge_patches,
)
from plugins.datastar.testing import SSEParser

signal_values = st.recursive(
    st.none() | st.integers(0, 3) | st.just([1]),
    lambda inner: st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)
signal_patches = st.dictionaries(st.sampled_from("abc"), signal_values, min_size=1, max_size=3).map(
    encode_patch_signals
)
element_patches = st.builds(
    lambda place, text, mode: encode_patch_elements(f"<p id={place}>{text}</p>", mode=mode),
    st.sampled_from("xyz"),
    st.sampled_from(["1", "<br>2", "<b>3</b><i/>"]),
    st.sampled_from(["outer", "replace"]),
)


def apply_patch(old: object, new: object) -> object:
    """Apply a JSON merge patch, as RFC 7396 defines it."""
    if not isinstance(new, dict):
        return new
    result: dict[str, object] = dict(old) if isinstance(old, dict) else {}
    for name, value in new.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply_patch(result.get(name), value)
    return result


def page_after(frames: list[bytes]) -> tuple[object, dict[str, str]]:
    """Return the signals and the elements that a page has after some frames."""
    signals: object = {"a": {"a": 9, "b": {"a": 9}}, "b": 9}
    elements: dict[str, str] = {}
    for event in SSEParser().feed(b"".join(frames)):
        if event.event == "datastar-patch-signals":
            signals = apply_patch(signals, event.signals)
        else:
            elements[event.elements[6]] = event.elements
    return signals, elements


@given(st.lists(signal_patches | element_patches, max_size=12))
def test_a_page_is_as_if_it_had_got_everything(frames: list[bytes]) -> None:
    """Merging again changes nothing more."""
    merged = merge_patches(frames)
    assert page_after(merged) == page_after(frames)
    assert len(merged) <= len(frames)
    assert page_after(merge_patches(merged)) == page_after(frames)


def test_the_last_value_of_each_signal_is_left() -> None:
    """In the place of the last patch."""
    ticks = [encode_patch_signals({"tick": number, f"only{number % 2}": number}) for number in range(100)]
    script = encode_execute_script("go()")
    first, second = merge_patches([*ticks[:50], script, *ticks[50:]])
    assert first == script
    assert json.loads(second.split(b"signals ")[1]) == {"tick": 99, "only0": 98, "only1": 99}


def test_a_signal_that_is_removed_and_comes_back_is_removed_first() -> None:
    """Otherwise the earlier content of the signal would stay."""
    frames = [encode_patch_signals({"a": value}) for value in (None, {"b": 1}, {"c": 2})]
    removed, back = merge_patches(frames)
    assert removed == frames[0]
    assert back == encode_patch_signals({"a": {"b": 1, "c": 2}})


ROWS: Any = [
    (encode_patch_elements("<li>1</li>", selector="#a", mode="append"), 2),
    (encode_patch_elements("<li>1</li>", selector="#a", mode="inner"), 1),
    (encode_patch_elements("<p id=a>", event_id="7"), 2),
    (encode_patch_elements("<p id=a>", retry=2000), 2),
    (encode_patch_elements("<p id=a><p id=b>"), 1),
    (encode_patch_elements("<p id=a></p><p>"), 2),
    (encode_patch_elements("<br id=a/><hr id=b>"), 1),
    (encode_patch_elements("text", selector="#a", mode="replace"), 1),
    (encode_patch_elements("text"), 2),
    (encode_remove_elements("#a"), 2),
    (encode_execute_script("go()"), 2),
    (encode_patch_signals({"a": 1}, only_if_missing=True), 2),
]


@pytest.mark.parametrize(("frame", "left"), ROWS)
def test_only_what_is_replaced_as_a_whole_is_left_out(frame: bytes, left: int) -> None:
    """All other frames are kept, in their order."""
    assert merge_patches([frame, frame]) == [frame] * left
