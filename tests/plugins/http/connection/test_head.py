"""Bytes become the head of a request, or are refused: the rules of RFC 9110 and 9112, one row each."""

from __future__ import annotations

from typing import Final

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.http._connection.head import Head, Refusal, read_head
from tests.plugins.http.connection.messages import CLOSED, MORE, REFUSED, read_ours

GET: Final = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST: Final = b"POST / HTTP/1.1\r\nHost: a\r\n"
KEY: Final = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADE: Final = GET + b"Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
WEBSOCKET: Final = UPGRADE + KEY + b"Sec-WebSocket-Version: 13\r\n\r\n"

ACCEPTED: Final[dict[str, tuple[bytes, dict[str, object]]]] = {
    "a plain request": (
        b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
        {
            "size": 28,
            "method": "GET",
            "target": b"/a",
            "path": "/a",
            "raw_path": b"/a",
            "query_string": b"",
            "http_version": "1.1",
            "headers": [(b"host", b"a")],
            "content_length": None,
            "is_chunked": False,
            "keeps_alive": True,
            "expects_continue": False,
            "is_websocket": False,
        },
    ),
    "a target with a query and escapes": (
        b"GET /%C3%A9/b%2Fc?d=%20&e HTTP/1.1\r\nHost: a\r\n\r\n",
        {"path": "/\xe9/b/c", "raw_path": b"/%C3%A9/b%2Fc", "query_string": b"d=%20&e"},
    ),
    "a path of two slashes": (b"GET //b/c HTTP/1.1\r\nHost: a\r\n\r\n", {"raw_path": b"//b/c"}),
    "a query of two question marks": (b"GET /?a?b HTTP/1.1\r\nHost: a\r\n\r\n", {"query_string": b"a?b"}),
    "OPTIONS for the server (9112, 3.2.4)": (
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        {"target": b"*", "path": "*", "raw_path": b"*"},
    ),
    "an absolute target (9112, 3.2.2)": (
        b"GET HTTP://A:80/b?c HTTP/1.1\r\nHost: a:80\r\n\r\n",
        {"target": b"HTTP://A:80/b?c", "path": "/b", "raw_path": b"/b", "query_string": b"c"},
    ),
    "an absolute target without a path": (b"GET https://a HTTP/1.1\r\nHost: a\r\n\r\n", {"raw_path": b"/"}),
    "an absolute target with a query alone": (
        b"GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n",
        {"raw_path": b"/", "query_string": b"b"},
    ),
    "an absolute target in HTTP/1.0 without Host": (b"GET http://a/b HTTP/1.0\r\n\r\n", {"raw_path": b"/b"}),
    "names in lower case, values without what is around them (9110, 5.5)": (
        b"GET / HTTP/1.1\r\nHOST:a\r\nX-a: \t b\tc \t\r\nx-A:\r\nX: \xff\r\n\r\n",
        {"headers": [(b"host", b"a"), (b"x-a", b"b\tc"), (b"x-a", b""), (b"x", b"\xff")]},
    ),
    "HTTP/1.0, which has no Host, and is always closed": (
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        {"http_version": "1.0", "keeps_alive": False},
    ),
    "an empty Host (9112, 3.2)": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", {"headers": [(b"host", b"")]}),
    "a Host of IPv6 with a port": (b"GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", {}),
    "a Host with escapes": (b"GET / HTTP/1.1\r\nHost: %61b%63:\r\n\r\n", {}),
    "a length": (POST + b"Content-Length: 012\r\n\r\n", {"content_length": 12}),
    "a length of 20 digits": (POST + b"Content-Length: 00000000000000000012\r\n\r\n", {"content_length": 12}),
    "no length": (POST + b"Content-Length: 0\r\n\r\n", {"content_length": 0}),
    "chunks": (POST + b"Transfer-Encoding: \tChunked \r\n\r\n", {"is_chunked": True, "content_length": None}),
    "close among others (9112, 9.6)": (GET + b"Connection: x, Close\t,\r\n\r\n", {"keeps_alive": False}),
    "close in another line": (GET + b"Connection: close\r\nConnection: keep-alive\r\n\r\n", {"keeps_alive": False}),
    "no close": (GET + b"Connection: closed\r\n\r\n", {"keeps_alive": True}),
    "an expectation (9110, 10.1.1)": (POST + b"Expect: 100-Continue\r\n\r\n", {"expects_continue": True}),
    "an expectation in HTTP/1.0": (b"POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", {"expects_continue": False}),
    "a WebSocket (RFC 6455, 4.2.1)": (WEBSOCKET, {"is_websocket": True}),
    "a WebSocket that says it has no body": (
        WEBSOCKET.replace(b"Sec-WebSocket-Key", b"Content-Length: 0\r\nSec-WebSocket-Key"),
        {"is_websocket": True},
    ),
    "an upgrade that no option names (9110, 7.8)": (
        GET + b"Connection: x\r\nUpgrade: websocket\r\n\r\n",
        {"is_websocket": False},
    ),
    "an upgrade in HTTP/1.0": (WEBSOCKET.replace(b"HTTP/1.1", b"HTTP/1.0"), {"is_websocket": False}),
    "another upgrade": (
        POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n",
        {"content_length": 1},
    ),
    "128 headers": (GET + b"X: y\r\n" * 127 + b"\r\n", {}),
    "a target of 8,192 bytes": (b"GET /" + b"a" * 8_191 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {}),
    "a head of 65,536 bytes": (GET + b"X: " + b"a" * (65_536 - len(GET) - 7) + b"\r\n\r\n", {"size": 65_536}),
}

REFUSED_HEADS: Final[dict[str, tuple[bytes, int]]] = {
    "two spaces before the target (9112, 3)": (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "two spaces before the version (9112, 3)": (b"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a space behind the version (9112, 3)": (b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    "a space before the method (9112, 3)": (b" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a tab for a space (9112, 3)": (b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a method that is no token (9112, 3.1)": (b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a byte in the target that is no ASCII (9112, 3.2)": (b"GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a control character in the target (9112, 3.2)": (b"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a fragment in the target (9112, 3.2)": (b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "no version: HTTP/0.9 (9112, 2.3)": (b"GET /\r\n\r\n", 400),
    "a version in small letters (9112, 2.3)": (b"GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    "a version of two digits (9112, 2.3)": (b"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
    "an empty line before it (9112, 2.2)": (b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an LF before it (9112, 2.2)": (b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "empty lines alone (9112, 2.2)": (b"\r\n\r\n", 400),
    "a request line that ends with LF (9112, 2.2)": (b"GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
    "a header line that ends with LF (9112, 2.2)": (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
    "a CR that ends no line (9112, 2.2)": (GET + b"X: a\rb\r\n\r\n", 400),
    "white space before the first header (9112, 2.2)": (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    "white space before the colon (9112, 5.1)": (POST + b"Content-Length : 1\r\n\r\n", 400),
    "a name that is no token (9110, 5.1)": (GET + b"X@: a\r\n\r\n", 400),
    "an empty name (9110, 5.1)": (GET + b": a\r\n\r\n", 400),
    "a line without a colon (9112, 5)": (GET + b"X\r\n\r\n", 400),
    "a folded value (9112, 5.2)": (GET + b"X: a\r\n b\r\n\r\n", 400),
    "a NUL in a value (9110, 5.5)": (GET + b"X: a\0b\r\n\r\n", 400),
    "a VT in a value (9110, 5.5)": (GET + b"X: a\x0bb\r\n\r\n", 400),
    "a FF in a value (9110, 5.5)": (GET + b"X: a\x0cb\r\n\r\n", 400),
    "another control character in a value (9110, 5.5)": (GET + b"X: a\x01b\r\n\r\n", 400),
    "no Host (9112, 3.2)": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts (9112, 3.2)": (GET + b"Host: a\r\n\r\n", 400),
    "two empty Hosts (9112, 3.2)": (b"GET / HTTP/1.1\r\nHost:\r\nHost:\r\n\r\n", 400),
    "two Hosts in HTTP/1.0 (9112, 3.2)": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "a Host with a path (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "a Host with a user (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: b@a\r\n\r\n", 400),
    "a Host with a port that is no number (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
    "a Host that is a port alone (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400),
    "a Host with half an escape (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: a%2\r\n\r\n", 400),
    "a Host with half an escape before its port (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: a%:4\r\n\r\n", 400),
    "a Host with a space in it (9110, 7.2)": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "a target without a path (9112, 3.2)": (b"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a query for a target (9112, 3.2)": (b"GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an authority for a target (9112, 3.2.3)": (b"GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an absolute target of another scheme (9112, 3.2.2)": (b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an absolute target without a host (9110, 4.2.1)": (b"GET http:///a HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "an absolute target of another host (9112, 3.2.2)": (b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an absolute target of another port (9112, 3.2.2)": (b"GET http://a:1/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an absolute target with a user (9110, 4.2.4)": (b"GET http://b@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an absolute target with a user and no Host (9110, 4.2.4)": (b"GET http://b@a/ HTTP/1.0\r\n\r\n", 400),
    "the server for a target of GET (9112, 3.2.4)": (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a length with a sign (9110, 8.6)": (POST + b"Content-Length: +1\r\n\r\n", 400),
    "a length below zero (9110, 8.6)": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "a length in hexadecimal (9110, 8.6)": (POST + b"Content-Length: 0x1\r\n\r\n", 400),
    "a length with a space in it (9110, 8.6)": (POST + b"Content-Length: 1 1\r\n\r\n", 400),
    "an empty length (9110, 8.6)": (POST + b"Content-Length:\r\n\r\n", 400),
    "a length of 21 digits (9110, 8.6)": (POST + b"Content-Length: 000000000000000000001\r\n\r\n", 400),
    "a length that is beyond 64 bits (9110, 8.6)": (POST + b"Content-Length: 18446744073709551616\r\n\r\n", 400),
    "a list of lengths (9110, 8.6)": (POST + b"Content-Length: 1, 1\r\n\r\n", 400),
    "two lengths (9112, 6.3)": (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
    "a length and chunks (9112, 6.1)": (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "chunks and a length (9112, 6.1)": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400),
    "a length and chunks in an upgrade (9112, 6.1)": (
        POST + b"Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
    ),
    "chunks twice (9112, 6.1)": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n", 400),
    "chunks in two lines (9112, 6.1)": (POST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n", 400),
    "chunks before another coding (9112, 6.3)": (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n", 400),
    "another coding alone (9112, 6.3)": (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "another coding alone in an upgrade (9112, 6.3)": (
        POST + b"Connection: upgrade\r\nUpgrade: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        400,
    ),
    "no coding (9112, 6.1)": (POST + b"Transfer-Encoding:\r\n\r\n", 400),
    "what is nearly chunked (9112, 6.1)": (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 400),
    "a coding before chunks that is unknown (9112, 6.1)": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "chunks in HTTP/1.0 (9112, 6.1)": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "another expectation (9110, 10.1.1)": (POST + b"Expect: x\r\n\r\n", 417),
    "two expectations (9110, 10.1.1)": (POST + b"Expect: 100-continue\r\n" * 2 + b"\r\n", 417),
    "a method that is unknown (9110, 9.1)": (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "a method in small letters (9110, 9.1)": (b"get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    "CONNECT (9110, 9.3.6)": (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501),
    "HTTP/1.2 (9110, 15.6.6)": (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    "HTTP/0.9 that says so (9110, 15.6.6)": (b"GET / HTTP/0.9\r\n\r\n", 505),
    "HTTP/2 (9110, 15.6.6)": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "a WebSocket by POST (RFC 6455, 4.2.1)": (WEBSOCKET.replace(b"GET", b"POST"), 400),
    "a WebSocket without a key (RFC 6455, 4.2.1)": (WEBSOCKET.replace(KEY, b""), 400),
    "a WebSocket with a short key (RFC 6455, 4.2.1)": (WEBSOCKET.replace(b"dGhl", b""), 400),
    "a WebSocket with two keys (RFC 6455, 4.2.1)": (WEBSOCKET.replace(KEY, KEY * 2), 400),
    "a WebSocket with a body (RFC 6455, 4.2.1)": (WEBSOCKET.replace(KEY, KEY + b"Content-Length: 1\r\n"), 400),
    "a WebSocket with chunks (RFC 6455, 4.2.1)": (
        WEBSOCKET.replace(KEY, KEY + b"Transfer-Encoding: chunked\r\n"),
        400,
    ),
    "a WebSocket of another version (RFC 6455, 4.4)": (WEBSOCKET.replace(b"13", b"8"), 426),
    "a WebSocket without a version (RFC 6455, 4.4)": (UPGRADE + KEY + b"\r\n", 426),
    "129 headers": (GET + b"X: y\r\n" * 128 + b"\r\n", 431),
    "a target of 8,193 bytes": (b"GET /" + b"a" * 8_192 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a head of 65,537 bytes": (GET + b"X: " + b"a" * (65_536 - len(GET) - 6) + b"\r\n\r\n", 431),
}

AT_ONCE: Final[dict[str, tuple[bytes, int]]] = {
    "an empty line": (b"\r", 400),
    "an LF": (b"\n", 400),
    "TLS": (b"\x16\x03\x01", 400),
    "a method that is none": (b"G@T", 400),
    "two spaces": (b"GET  ", 400),
    "another protocol": (b"GET / SIP", 400),
    "a request line that ends with LF": (b"GET / HTTP/1.1\n", 400),
    "a request line that is none": (b"GET /\r\n", 400),
    "another version": (b"GET / HTTP/3.0\r\n", 505),
    "a header line that ends with LF": (b"GET / HTTP/1.1\r\nHost: a\n", 400),
    "a header line that ends with CR": (b"GET / HTTP/1.1\r\nHost: a\rX", 400),
    "a target that does not end": (b"GET /" + b"a" * 8_300, 414),
    "headers that do not end": (GET + b"X: y\r\n" * 128, 431),
    "a head that does not end": (GET + b"X: " + b"a" * 65_536, 431),
}


def status_of(data: bytes) -> int | None:
    """Return the status with which it is refused. Returns None if more must come."""
    try:
        assert read_head(data) is None
    except Refusal as refusal:
        return refusal.status
    return None


@pytest.mark.parametrize(("data", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_head_is_read(data: bytes, expected: dict[str, object]) -> None:
    """However much stands behind it, which stays where it is."""
    buffer = bytearray(data + b"X\n\0")
    head = read_head(buffer)
    assert head is not None
    assert {name: getattr(head, name) for name in expected} == expected
    assert head.size == len(data)
    assert buffer == data + b"X\n\0"
    assert read_head(data) == head


@pytest.mark.parametrize("data", [data for data, _ in ACCEPTED.values() if len(data) < 1_000])
def test_a_head_may_come_byte_by_byte(data: bytes) -> None:
    """More must come, until it is whole."""
    assert [read_head(data[:size]) for size in range(len(data))] == [None] * len(data)


@pytest.mark.parametrize(("data", "status"), REFUSED_HEADS.values(), ids=REFUSED_HEADS)
def test_a_rule_is_kept(data: bytes, status: int) -> None:
    """What is against one is refused, with the status that belongs to it."""
    assert status_of(data) == status


@pytest.mark.parametrize("data", [data for data, _ in REFUSED_HEADS.values() if len(data) < 1_000])
def test_who_is_refused_stays_refused(data: bytes) -> None:
    """Whatever comes behind it."""
    refusals = [status_of(data[:size]) is not None for size in range(len(data) + 1)]
    assert refusals == sorted(refusals)
    assert refusals[-1]


@pytest.mark.parametrize(("data", "status"), AT_ONCE.values(), ids=AT_ONCE)
def test_what_cannot_become_a_head_is_refused_at_once(data: bytes, status: int) -> None:
    """Without waiting for its end."""
    assert status_of(data) == status


def test_a_head_is_as_long_as_the_server_says() -> None:
    """Not longer."""
    data = GET + b"\r\n"
    assert read_head(data, max_size=len(data)) is not None
    with pytest.raises(Refusal) as caught:
        read_head(data, max_size=len(data) - 1)
    assert caught.value.status == 431


LENIENCIES: Final[dict[str, bytes]] = {
    "lenient_headers": GET + b"X: \x01\r\n\r\n",
    "lenient_chunked_length": POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "lenient_keep_alive": GET + b"Connection: close\r\n\r\n" + GET + b"\r\n",
    "lenient_transfer_encoding": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
    "lenient_version": b"GET / HTTP/5.6\r\nHost: a\r\n\r\n",
    "lenient_data_after_close": GET + b"Connection: close\r\n\r\nx",
    "lenient_optional_lf_after_cr": GET + b"\rGET",
    "lenient_optional_cr_before_lf": GET + b"X: a\nY: b\r\n\r\n",
    "lenient_optional_crlf_after_chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx0\r\n\r\n",
    "lenient_spaces_after_chunk_size": POST + b"Transfer-Encoding: chunked\r\n\r\n1 \r\nx\r\n0\r\n\r\n",
}
"""What llhttp reads only with one of its leniencies."""


class Requests:
    """Counts what llhttp reads."""

    def __init__(self) -> None:
        self.count = 0

    def on_headers_complete(self) -> None:
        """A head."""
        self.count += 1


@pytest.mark.parametrize(("name", "data"), LENIENCIES.items(), ids=LENIENCIES)
def test_no_leniency_of_llhttp_is_in_effect(name: str, data: bytes) -> None:
    """Each would let something in: llhttp with it reads what we refuse, or leave out behind `Connection: close`."""
    with pytest.raises(httptools.HttpParserError):
        httptools.HttpRequestParser(Requests()).feed_data(data)
    parser = httptools.HttpRequestParser(requests := Requests())
    parser.set_dangerous_leniencies(**{name: True})
    parser.feed_data(data)
    reading = read_ours([data])
    if b"close" in data:
        assert (reading.end, len(reading.messages)) == (CLOSED, 1)
    else:
        assert requests.count == 1
        assert reading.end is REFUSED


def test_llhttp_is_not_believed_if_it_reads_fewer_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One header for each line that was cut out: else the two have read different heads."""

    class Deaf:
        def __init__(self, protocol: object) -> None:
            pass

        def feed_data(self, data: bytes) -> None:
            pass

    monkeypatch.setattr(httptools, "HttpRequestParser", Deaf)
    assert status_of(GET + b"\r\n") == 400


NAMES = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1, max_size=12).map(str.encode)
VALUES = st.binary(max_size=20).map(lambda data: bytes(byte for byte in data if byte >= 32 and byte != 127).strip())
QUERIES = st.text("/?:@!$&'()*+,;=-._~%az09\"<>[]^`{|}\\", max_size=20).map(str.encode)


@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"]),
    QUERIES,
    st.lists(st.tuples(NAMES.map(b"X-".__add__), VALUES), max_size=8),
    st.sampled_from([b"", b" ", b"\t", b" \t "]),
)
def test_what_is_written_is_read(method: str, rest: bytes, headers: list[tuple[bytes, bytes]], space: bytes) -> None:
    """Method, target and headers, with any white space around the values."""
    lines = [b"%b:%b%b%b\r\n" % (name, space, value, space) for name, value in headers]
    data = b"%b /%b HTTP/1.1\r\nHost: a\r\n%b\r\n" % (method.encode(), rest, b"".join(lines))
    head = read_head(data)
    assert isinstance(head, Head)
    assert (head.method, head.target, head.size) == (method, b"/" + rest, len(data))
    assert head.raw_path + (b"?" + head.query_string if b"?" in rest else b"") == head.target
    assert head.headers[1:] == [(name.lower(), value.strip(b" \t")) for name, value in headers]


@given(
    st.binary(max_size=60), st.sampled_from([b"", b"GET ", b"GET / HTTP/1.1\r\n", GET, POST + b"Transfer-Encoding:"])
)
def test_any_bytes_are_a_head_or_refused_or_not_whole(data: bytes, begin: bytes) -> None:
    """Nothing else comes of them."""
    assert read_ours([begin + data + b"\r\n\r\n"]).end in {MORE, CLOSED, REFUSED}
