"""Bodies are read out of a buffer, by length and in chunks, and take nothing of what comes behind them."""

from __future__ import annotations

from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.http._connection.body import ChunkedBody, LengthBody, make_body
from plugins.http._connection.head import Refusal, read_head
from tests.plugins.http.connection.messages import ENOUGH

NEXT: Final = b"GET / HTTP/1.1\r\n"
"""Begins the next message."""
MANY: Final = 300

WHOLE: Final[dict[str, tuple[bytes, bytes]]] = {
    "nothing": (b"0\r\n\r\n", b""),
    "one chunk": (b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
    "two chunks": (b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", b"hello!"),
    "sizes in hexadecimal, of both kinds": (b"a\r\n0123456789\r\nA\r\n0123456789\r\n00\r\n\r\n", b"0123456789" * 2),
    "a size of 16 digits": (b"0000000000000001\r\nx\r\n0\r\n\r\n", b"x"),
    "data that looks like chunks": (b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n"),
    "extensions (9112, 7.1.1)": (b'1;a;b="c;\t\xff"\r\nx\r\n0;d\r\n\r\n', b"x"),
    "an extension of 256 bytes": (b"1;" + b"a" * 255 + b"\r\nx\r\n0\r\n\r\n", b"x"),
    "16,384 bytes of extensions": (b"1;%b\r\nx\r\n" % (b"a" * 255) * 64 + b"0\r\n\r\n", b"x" * 64),
    "trailers, which are dropped (9112, 7.1.2)": (b"1\r\nx\r\n0\r\nX: a\r\nX-Host:\t\r\n\r\n", b"x"),
    "8,192 bytes of trailers": (b"0\r\nX:" + b"a" * 8_186 + b"\r\n\r\n", b""),
}
REFUSED: Final[dict[str, bytes]] = {
    "no size (9112, 7.1)": b"\r\n",
    "a size that is no number (9112, 7.1)": b"g",
    "a size with a sign (9112, 7.1)": b"+1",
    "a size below zero (9112, 7.1)": b"-1",
    "a size that says it is hexadecimal (9112, 7.1)": b"0x1",
    "a size with an underscore (9112, 7.1)": b"1_1",
    "white space before a size (9112, 7.1)": b" 1",
    "white space behind a size (9112, 7.1)": b"1 ",
    "a tab behind a size (9112, 7.1)": b"1\t",
    "white space before an extension (9112, 7.1.1)": b"1 ;a",
    "a size of 17 digits": b"00000000000000001",
    "a size that ends with LF (9112, 2.2)": b"1\n",
    "a size that ends with CR (9112, 2.2)": b"1\rx",
    "an extension with a CR (9112, 7.1.1)": b"1;a\rb",
    "an extension with an LF (9112, 7.1.1)": b"1;a\n",
    "an extension with a NUL (9112, 7.1.1)": b"1;\0",
    "an extension of 257 bytes": b"1;" + b"a" * 256,
    "16,385 bytes of extensions": b"1;%b\r\nx\r\n" % (b"a" * 255) * 64 + b"0;\r\n",
    "data that is longer than its chunk (9112, 7.1)": b"1\r\nxy",
    "data without an end (9112, 7.1)": b"1\r\nx0\r\n\r\n",
    "data that ends with LF (9112, 7.1)": b"1\r\nx\n",
    "data that ends with CR (9112, 7.1)": b"1\r\nx\r0",
    "an end that is none (9112, 7.1)": b"0\r\n\rx",
    "an end with LF (9112, 2.2)": b"0\r\n\n",
    "a trailer without a colon (9112, 5)": b"0\r\nX\r\n",
    "a trailer with white space before its colon (9112, 5.1)": b"0\r\nX :",
    "a trailer with an empty name (9112, 5.1)": b"0\r\n:",
    "a trailer in two lines (9112, 5.2)": b"0\r\nX: a\r\n ",
    "a trailer that ends with LF (9112, 2.2)": b"0\r\nX: a\n",
    "a trailer with a control character (9110, 5.5)": b"0\r\nX: \x01",
    "a trailer that frames by length (9110, 6.5.1)": b"0\r\nContent-Length:",
    "a trailer that frames by chunks (9110, 6.5.1)": b"0\r\nX: a\r\ntransfer-encoding:",
    "a trailer that routes (9110, 6.5.1)": b"0\r\nHOST:",
    "8,193 bytes of trailers": b"0\r\nX:" + b"a" * 8_187 + b"\r\n\r\n",
    "trailers that do not end": b"0\r\nX:" + b"a" * 8_190,
}


def take_all(body: LengthBody | ChunkedBody, pieces: list[bytes], max_size: int = ENOUGH) -> tuple[bytes, bytes]:
    """Return the data of a body that comes in pieces, and what it leaves in the buffer."""
    buffer, data = bytearray(), b""
    for piece in pieces:
        buffer += piece
        while taken := body.take(buffer, max_size):
            assert len(taken) <= max_size
            data += taken
    return data, bytes(buffer)


def small_pieces(data: bytes) -> list[bytes]:
    """Return all bytes one by one, or some at a time if there are many."""
    size = 1 if len(data) < MANY else MANY
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


@pytest.mark.parametrize(("sent", "data"), WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("max_size", [1, 3, ENOUGH])
def test_chunks_are_read(sent: bytes, data: bytes, max_size: int) -> None:
    """At once or little by little, in pieces of any size; what follows is left."""
    for pieces in ([sent + NEXT], [*small_pieces(sent), NEXT]):
        body = ChunkedBody()
        assert not body.is_whole
        assert take_all(body, pieces, max_size) == (data, NEXT)
        assert body.is_whole


@pytest.mark.parametrize(("sent", "data"), [entry for entry in WHOLE.values() if len(entry[0]) < MANY])
def test_chunks_may_be_cut_anywhere(sent: bytes, data: bytes) -> None:
    """Into two pieces, of which the first is not yet whole."""
    for size in range(len(sent)):
        body = ChunkedBody()
        first, left = take_all(body, [sent[:size]])
        assert not body.is_whole
        assert data.startswith(first)
        assert take_all(body, [left + sent[size:] + NEXT]) == (data[len(first) :], NEXT)
        assert body.is_whole


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_what_is_no_chunk_is_refused_at_once(sent: bytes) -> None:
    """However it comes, and without waiting for its end."""
    for pieces in ([sent], small_pieces(sent)):
        with pytest.raises(Refusal) as caught:
            take_all(ChunkedBody(), pieces)
        assert caught.value.status == 400


@given(st.lists(st.binary(min_size=1, max_size=40)), st.randoms(use_true_random=False), st.integers(1, 50))
def test_any_chunks_are_read(chunks: list[bytes], random: Random, max_size: int) -> None:
    """Whatever their data, and wherever they are cut."""
    sent = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n" + NEXT
    place = random.randrange(len(sent) + 1)
    assert take_all(ChunkedBody(), [sent[:place], sent[place:]], max_size) == (b"".join(chunks), NEXT)


def test_a_body_by_length_is_read() -> None:
    """It is whole when all of it was taken."""
    body = LengthBody(5)
    assert take_all(body, [b"he", b"l"], 2) == (b"hel", b"")
    assert not body.is_whole
    assert take_all(body, [b"lo" + NEXT]) == (b"lo", NEXT)
    assert body.is_whole


def test_more_data_than_asked_for_stays_in_the_buffer() -> None:
    """The end of a body is seen with its last data, though no more data is asked for."""
    buffer = bytearray(b"3\r\nabc\r\n0\r\n\r\n" + NEXT)
    body = ChunkedBody()
    assert body.take(buffer, 2) == b"ab"
    assert buffer.startswith(b"c\r\n")
    assert body.take(buffer, 1) == b"c"
    assert body.is_whole
    assert buffer == NEXT


@pytest.mark.parametrize(
    ("lines", "sent", "data"),
    [
        (b"", NEXT, b""),
        (b"Content-Length: 0\r\n", NEXT, b""),
        (b"Content-Length: 2\r\n", b"{}" + NEXT, b"{}"),
        (b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n" + NEXT, b"{}"),
    ],
)
def test_a_head_says_how_its_body_is_read(lines: bytes, sent: bytes, data: bytes) -> None:
    """By length, in chunks, or not at all (RFC 9112, 6.3)."""
    head = read_head(b"POST / HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n")
    assert head is not None
    for max_body in (None, 2):
        body = make_body(head, max_body)
        assert take_all(body, [sent]) == (data, NEXT)
        assert body.is_whole


def test_a_length_that_is_too_much_is_refused_before_it_comes() -> None:
    """With 413."""
    head = read_head(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
    assert head is not None
    with pytest.raises(Refusal) as caught:
        make_body(head, 2)
    assert caught.value.status == 413


def test_chunks_that_are_too_much_are_refused_before_they_come() -> None:
    """With 413, when the size of the one that is too much is read."""
    head = read_head(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert head is not None
    body, buffer = make_body(head, 3), bytearray(b"2\r\nab\r\n")
    assert body.take(buffer, ENOUGH) == b"ab"
    buffer += b"2\r\n"
    with pytest.raises(Refusal) as caught:
        body.take(buffer, ENOUGH)
    assert caught.value.status == 413
