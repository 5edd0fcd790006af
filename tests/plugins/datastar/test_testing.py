"""`plugins.datastar.testing`: the parser for tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from effects import create_dispatch
from effects.testing import MemorySink
from plugins.datastar import Datastar, fragment, html
from plugins.datastar.testing import Event, SSEParser


@given(st.lists(st.integers(1, 9), min_size=1))
def test_the_parser_does_not_mind_how_bytes_are_cut(cuts: list[int]) -> None:
    """An event is returned once its empty line has come."""
    stream = b": hi\nid: 7\r\nevent: a\r\ndata: x\r\ndata:y\n\nretry: 50\rdata: \xe2\x80\xa8\r\r"
    parser, events, start = SSEParser(), [], 0
    for cut in [*cuts, len(stream)]:
        events += parser.feed(stream[start : start + cut])
        start += cut
    events += parser.feed(stream[start:])
    assert events == [Event("a", "x\ny", "7"), Event("message", "\u2028", "7")]
    assert (parser.comments, parser.retry) == (["hi"], 50)


def test_the_parser_ignores_what_the_standard_ignores() -> None:
    """Ids with NUL, retries that are no numbers, unknown fields, and events without data."""
    parser = SSEParser()
    assert parser.feed(b"id: a\0b\nretry: 1s\ncolour: red\nevent: x\n\ndata\n\n") == [Event("message", "", "")]
    assert parser.retry is None


def test_the_parser_takes_a_byte_order_mark_and_bad_utf_8_as_the_standard_does() -> None:
    """The first is dropped, once. The second becomes U+FFFD."""
    parser = SSEParser()
    assert parser.feed(b"") == []
    assert parser.feed(b"\xef\xbb\xbfdata: \xff\n\n") == [Event("message", "\ufffd")]
    assert parser.feed(b"\xef\xbb\xbfdata: x\n\n") == []


def test_an_event_says_what_it_patches() -> None:
    """It has elements or signals; other events have none."""
    elements = Event("datastar-patch-elements", "selector #a\nelements <p>\nelements </p>")
    signals = Event("datastar-patch-signals", 'onlyIfMissing true\nsignals {"a":1}')
    assert (elements.elements, elements.signals) == ("<p>\n</p>", {})
    assert (signals.elements, signals.signals) == ("", {"a": 1})


async def test_what_a_sink_was_sent_can_be_read() -> None:
    """Without a browser, and without HTTP."""
    sink = MemorySink()
    rows = ["patch-elements", fragment(html("<li>1"), html("<li>2"))]
    await create_dispatch([Datastar()])([rows, ["patch-signals", {"n": 2}]], system={"sink": sink})
    first, second = SSEParser().feed(sink.text.encode())
    assert (first.elements, second.signals) == ("<li>1<li>2", {"n": 2})
