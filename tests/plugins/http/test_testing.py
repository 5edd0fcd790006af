"""`plugins.http.testing`: the parser and the stream that tests read with."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from quart import Response
from quart_trio import QuartTrio

from plugins.http.testing import Event, SSEParser, open_sse


@given(st.lists(st.integers(1, 9), min_size=1))
def test_the_parser_does_not_mind_how_bytes_are_cut(cuts: list[int]) -> None:
    """An event is handed out when its empty line has come."""
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


def app() -> QuartTrio:
    """One that answers, one that raises."""
    quart = QuartTrio(__name__)
    quart.config["PROPAGATE_EXCEPTIONS"] = True

    @quart.get("/ok")
    async def ok() -> Response:
        return Response(b"event: a\ndata: x\n\ndata: y\n\n", 201)

    @quart.post("/raise")
    async def fail() -> Response:
        raise LookupError("no")

    return quart


async def test_a_response_that_ends_can_be_read_to_its_end() -> None:
    """By iterating, or with `event` until it raises."""
    async with open_sse(app().test_client(), "/ok") as stream:
        assert stream.status == 201
        assert [event.data async for event in stream] == ["x", "y"]
        assert stream.body == b"event: a\ndata: x\n\ndata: y\n\n"
        with pytest.raises(trio.EndOfChannel):
            await stream.event()
        stream.disconnect()
        stream.disconnect()


async def test_what_the_app_raises_comes_out() -> None:
    """As itself, without the nurseries around it."""
    with pytest.raises(LookupError, match="no"):
        async with open_sse(app().test_client(), "/raise", method="POST"):
            pass


async def test_what_the_test_raises_comes_out_as_itself() -> None:
    """So that `pytest.raises` around it sees it."""
    with pytest.raises(ZeroDivisionError):
        async with open_sse(app().test_client(), "/ok"):
            raise ZeroDivisionError


def test_the_parser_takes_a_byte_order_mark_and_bad_utf_8_as_the_standard_does() -> None:
    """The first is dropped, once; the second becomes U+FFFD."""
    parser = SSEParser()
    assert parser.feed(b"") == []
    assert parser.feed(b"\xef\xbb\xbfdata: \xff\n\n") == [Event("message", "\ufffd")]
    assert parser.feed(b"\xef\xbb\xbfdata: x\n\n") == []
