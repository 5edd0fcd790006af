"""Whatever h11 refuses, we refuse; and both read what both accept as the same requests."""

from __future__ import annotations

import re
from random import Random
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.http.connection.messages import MORE, REFUSED, Reading, read_h11, read_ours
from tests.plugins.http.connection.mutated import cut, mutate

INPUTS = 50
"""How many inputs an example has: reading one takes less time than Hypothesis needs for an example."""
TAIL = b"\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
UPGRADE = GET + b"Connection: upgrade\r\nUpgrade: websocket\r\n"


class Stricter(NamedTuple):
    """Where we refuse what h11 accepts."""

    status: int
    looks: bytes
    """A regular expression for the head, or for the body."""
    example: bytes


HEADS: Final = {
    "a line that ends with LF alone": Stricter(400, rb"(?<!\r)\n", b"GET / HTTP/1.1\r\nHost: a\n\r\n"),
    "a folded value": Stricter(400, rb"\r\n[ \t]", GET + b"X: a\r\n b\r\n\r\n"),
    "a control character": Stricter(400, rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", GET + b"X: \x01\r\n\r\n"),
    "a target that is neither a path nor absolute": Stricter(
        400, rb"\A[^ ]+ (?!/|\*|(?i:https?)://)", b"GET a HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "an absolute target without a host": Stricter(
        400, rb"\A[^ ]+ (?i:https?)://[/? ]", b"GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "an absolute target of another host": Stricter(
        400,
        rb"(?si)\A[^ ]+ https?://([^/? ]+)(?!.*\r\nhost:[ \t]*\1[ \t]*(?:\r\n|\Z))",
        b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
    "a target with a fragment": Stricter(400, rb"\A[^ ]+ [^ ]*#", b"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a target that only OPTIONS may have": Stricter(
        400, rb"\A(?!OPTIONS )[^ ]+ \*|\A[^ ]+ \*[^ ]", b"GET * HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "a Host that is none": Stricter(
        400,
        rb"(?i)\r\nhost:(?![ \t]*(?:[a-z0-9.%]+|\[[:0-9]+\])(?::[0-9]{0,5})?[ \t]*(?:\r\n|\Z))",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    ),
    "Content-Length more than once": Stricter(
        400, rb"(?is)\r\ncontent-length:.*(?:,|\r\ncontent-length:)", GET + b"Content-Length: 0, 0\r\n\r\n"
    ),
    "Content-Length with Transfer-Encoding": Stricter(
        400,
        rb"(?is)(?=.*\r\ncontent-length:)(?=.*\r\ntransfer-encoding:)",
        GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "a length that llhttp cannot count": Stricter(
        400, rb"(?i)\r\ncontent-length:[ \t]*[0-9]{20}", GET + b"Content-Length: 99999999999999999999\r\n\r\n"
    ),
    "a tab behind a coding": Stricter(
        400,
        rb"(?i)\r\ntransfer-encoding:[ \t]*chunked *\t",
        GET + b"Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n",
    ),
    "Transfer-Encoding in HTTP/1.0": Stricter(
        400,
        rb"(?is)\A[^\r]* HTTP/1\.0\r\n(?:.*\r\n)?transfer-encoding:",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "an expectation that is unknown": Stricter(
        417,
        rb"(?is)\r\nexpect:(?![ \t]*100-continue[ \t]*(?:\Z|\r\n(?!(?:.*\r\n)?expect:)))",
        GET + b"Expect: x\r\n\r\n",
    ),
    "a broken handshake of a WebSocket": Stricter(400, rb"(?i)\r\nupgrade:[ \t]*websocket", UPGRADE + b"\r\n"),
    "a version of WebSockets that is unknown": Stricter(
        426,
        rb"(?i)\r\nupgrade:[ \t]*websocket",
        UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ),
    "a method that is unknown, or CONNECT": Stricter(
        501, rb"\A(?!(?:GET|HEAD|POST|PUT|OPTIONS) )", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"
    ),
    "another version": Stricter(505, rb"\A[^\r\n]* HTTP/(?!1\.[01]\r)", b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
}
BODIES: Final = {
    "a line that ends with LF alone": Stricter(400, rb"(?<!\r)\n", CHUNKED + b"0\r\nX: a\n\r\n"),
    "a CR that ends no line": Stricter(400, rb"\r(?!\n)", CHUNKED + b"0;\rx\r\n\r\n"),
    "white space behind the size of a chunk": Stricter(
        400, rb"(?:\A|\r\n)[0-9A-Fa-f]+[ \t]+\r\n", CHUNKED + b"0 \r\n\r\n"
    ),
    "a control character": Stricter(400, rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", CHUNKED + b"0;\0\r\n\r\n"),
    "a size of more than 16 digits": Stricter(
        400, rb"(?:\A|\r\n)[0-9A-Fa-f]{17}", CHUNKED + b"00000000000000000\r\n\r\n"
    ),
    "a folded trailer": Stricter(400, rb"0\r\n(?:(?s:.*)\r\n)?[ \t]", CHUNKED + b"0\r\nX: a\r\n b\r\n\r\n"),
    "a trailer that frames or routes": Stricter(
        400, rb"(?i)\r\n(?:content-length|transfer-encoding|host):", CHUNKED + b"0\r\nContent-Length: 1\r\n\r\n"
    ),
}


def find_difference(data: bytes, ours: Reading) -> str | None:
    """Return what we read otherwise than h11. Returns None if that is nothing, or if we are stricter as named above."""
    theirs = read_h11(data)
    if theirs.end is REFUSED and (ours.end is not REFUSED or len(ours.messages) > len(theirs.messages)):
        return "h11 refuses what we accept"
    for our, their in zip(ours.messages, theirs.messages, strict=False):
        if (our.method, our.target, our.version) != (their.method, their.target, their.version):
            return "a request line is read otherwise"
        if our.headers != their.headers:
            return "headers are read otherwise"
        if our.is_whole and (not their.is_whole or our.body != their.body):
            return "a body is read otherwise"
    if ours.end is not REFUSED:
        return None if (ours.messages, ours.end) == (theirs.messages, theirs.end) else "it ends otherwise"
    if is_refused_by_both(data, ours, theirs) or find_reasons(data, ours):
        return None
    return f"we refuse with {ours.status} what h11 accepts, for no reason that has a name"


def is_refused_by_both(data: bytes, ours: Reading, theirs: Reading) -> bool:
    """Return whether h11 refuses it now, or at the end of the line or head for which it waits, and we do not."""
    waits = theirs.end is MORE and count_whole(theirs) == count_whole(ours)
    return theirs.end is REFUSED or (waits and read_h11(data + TAIL).end is REFUSED)


def count_whole(reading: Reading) -> int:
    """Return how many messages were read to their end."""
    return sum(message.is_whole for message in reading.messages)


def find_reasons(data: bytes, ours: Reading) -> list[str]:
    """Return the names of that in which we are stricter, as far as they say why this is refused."""
    head, _, body = data[ours.begin :].partition(TAIL)
    in_head = all(message.is_whole for message in ours.messages)
    known, text = (HEADS, head) if in_head else (BODIES, body)
    return [name for name, rule in known.items() if rule.status == ours.status and re.search(rule.looks, text)]


@given(st.integers(min_value=0, max_value=2**64))
def test_what_is_nearly_a_request_is_read_as_h11_reads_it(seed: int) -> None:
    """In whatever pieces it comes. `python -m tests.plugins.http.connection.test_against_h11 400000` tries more."""
    random = Random(seed)
    for _ in range(INPUTS):
        check_input(random)


def check_input(random: Random) -> Reading:
    """Make an input, and read it in pieces and at once, as h11 does."""
    data = mutate(random)
    pieces = cut(random, data)
    ours, at_once = read_ours(pieces), read_ours([data])
    assert (ours.messages, ours.end, ours.begin) == (at_once.messages, at_once.end, at_once.begin), pieces
    assert find_difference(data, ours) is None, pieces
    return ours


@pytest.mark.parametrize(
    ("name", "rule"),
    [*HEADS.items(), *BODIES.items()],
    ids=[f"head: {name}" for name in HEADS] + [f"body: {name}" for name in BODIES],
)
def test_we_are_stricter_where_a_name_says_so(name: str, rule: Stricter) -> None:
    """Each name excuses something: h11 accepts the example, or waits for more of it, and we refuse it."""
    ours = read_ours([rule.example])
    assert ours.end is REFUSED
    assert ours.status == rule.status
    assert name in find_reasons(rule.example, ours)
    assert not is_refused_by_both(rule.example, ours, read_h11(rule.example))


@pytest.mark.parametrize(
    ("data", "difference"),
    [
        (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "h11 refuses what we accept"),
        (GET + b"X: b\r\n\r\n", "headers are read otherwise"),
        (GET.replace(b"/", b"/a", 1) + b"\r\n", "a request line is read otherwise"),
        (GET.replace(b"GET", b"PUT") + b"\r\n", "a request line is read otherwise"),
        (GET + b"\r\n" + GET + b"\r\n", "it ends otherwise"),
    ],
)
def test_a_difference_is_found(data: bytes, difference: str) -> None:
    """The comparison does not agree with everything."""
    assert find_difference(data, read_ours([GET + b"\r\n"])) == difference


def test_a_body_that_is_read_otherwise_is_found() -> None:
    """Of the same head."""
    data = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"
    assert find_difference(data + b"a", read_ours([data + b"b"])) == "a body is read otherwise"


def test_an_input_without_bytes_is_no_difference() -> None:
    """Both wait for a request."""
    assert find_difference(b"", read_ours([b""])) is None


def test_a_refusal_without_a_reason_is_found() -> None:
    """h11 accepts it."""
    refused = Reading(end=REFUSED, status=400)
    assert (
        find_difference(GET + b"\r\n", refused) == "we refuse with 400 what h11 accepts, for no reason that has a name"
    )


if __name__ == "__main__":
    import sys
    from collections import Counter

    random = Random(*map(int, sys.argv[2:]))
    print(Counter(check_input(random).end for _ in range(int(sys.argv[1]))))
