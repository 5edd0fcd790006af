"""Inputs that are nearly requests: seeds, with tokens put in, parts left out, doubled and exchanged."""

from __future__ import annotations

from random import Random
from typing import Final

SEEDS: Final = (
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a/b?c=d%20e HTTP/1.1\r\nHost: a.example:8000\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n",
    b"HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    b"GET http://a/b?c HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"a;x=1\r\n0123456789\r\n1\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nX: y\r\n",
)
TOKENS: Final = (
    b"\r\n", b"\r", b"\n", b"\r\n\r\n", b"\0", b" ", b"\t", b"\x0b", b"\x0c", b"\x01", b"\x7f", b"\x80", b"\xff",
    b":", b",", b";", b"0", b"1", b"5", b"a", b"F", b"+", b"-", b"0x", b"99999999999999999999", b"#", b"?", b"/",
    b"*", b"%00", b"@", b"[::1]", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"GET ", b"CONNECT ",
    b"chunked", b"gzip", b"close", b"identity", b"Host: a\r\n", b"Host: b\r\n", b"Host:\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: 05\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n", b"Transfer-Encoding: Chunked \r\n",
    b"Transfer-Encoding:\tchunked\r\n", b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding: chunked\t\r\n",
    b"Content-Length: 5\t\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n",
    b"Connection: x, close\t\r\n", b"Connection: keep-alive, Upgrade\r\n", b"Upgrade: websocket\r\n",
    b"Upgrade: h2c\r\n", b"Expect: 100-continue\r\n", b"Expect: x\r\n", b" folded\r\n", b"0\r\n\r\n", b"1\r\nx\r\n",
    b"5;x\r\n", b"5 \r\n", b"0\r\nContent-Length: 1\r\n\r\n",
)  # fmt: skip
MOST_MESSAGES = 3
MOST_CHANGES = 3


def mutate(random: Random) -> bytes:
    """Return one input, which is often still a connection of requests."""
    data = bytearray(b"".join(random.choices(SEEDS, k=random.randint(1, MOST_MESSAGES))))
    for _ in range(random.randint(0, MOST_CHANGES)):
        change = random.choice(CHANGES)
        change(random, data)
    return bytes(data)


def cut(random: Random, data: bytes) -> list[bytes]:
    """Return the input in pieces, cut at random places."""
    places = sorted(random.choices(range(len(data) + 1), k=random.randint(0, 4)))
    return [data[begin:end] for begin, end in zip([0, *places], [*places, len(data)], strict=True)]


def _span(random: Random, data: bytearray) -> slice:
    begin = random.randrange(len(data) + 1)
    return slice(begin, begin + random.choice((1, 1, 2, 4, 16)))


def _put(random: Random, data: bytearray) -> None:
    place = random.randrange(len(data) + 1)
    data[place:place] = random.choice(TOKENS)


def _put_line(random: Random, data: bytearray) -> None:
    """Where a line begins, most tokens mean something."""
    begins = [place + 2 for place in range(len(data)) if data.startswith(b"\r\n", place)]
    place = random.choice(begins or [0])
    data[place:place] = random.choice(TOKENS)


def _exchange(random: Random, data: bytearray) -> None:
    data[_span(random, data)] = random.choice(TOKENS)


def _leave_out(random: Random, data: bytearray) -> None:
    del data[_span(random, data)]


def _double(random: Random, data: bytearray) -> None:
    span = _span(random, data)
    data[span.start : span.start] = data[span]


def _splice(random: Random, data: bytearray) -> None:
    other = random.choice(SEEDS)
    data[random.randrange(len(data) + 1) :] = other[random.randrange(len(other)) :]


CHANGES: Final = (_put, _put, _put_line, _put_line, _exchange, _leave_out, _double, _splice)
