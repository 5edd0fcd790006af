"""Messages of an app become the bytes of one answer, and never of two."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.http._connection.answer import CONTINUE, Answer, Headers, ResponseBody, ResponseStart, encode_refusal
from plugins.http._connection.head import read_head

SERVER: Final = [(b"date", b"Tue, 01 Dec 2026 00:00:00 GMT"), (b"server", b"x")]
SERVER_LINES: Final = b"date: Tue, 01 Dec 2026 00:00:00 GMT\r\nserver: x\r\n"


def answer_to(method: bytes = b"GET", version: bytes = b"1.1", *, lines: bytes = b"") -> Answer:
    """Return the answer to a request."""
    head = read_head(b"%b / HTTP/%b\r\nHost: a\r\n%b\r\n" % (method, version, lines))
    assert head is not None
    return Answer(head)


def write(answer: Answer, status: int, headers: Headers, *pieces: bytes, closes: bool = False) -> bytes:
    """Return all bytes of an answer of so many messages."""
    answer.start({"status": status, "headers": headers}, SERVER, closes=closes)
    messages: list[ResponseBody] = [{"body": piece, "more_body": True} for piece in pieces]
    messages[-1]["more_body"] = False
    return b"".join(map(answer.body, messages))


LENGTH_2: Final = [(b"content-length", b"2")]
ANSWERS: Final[dict[str, tuple[Callable[[], Answer], int, Headers, list[bytes], bytes]]] = {
    "a length": (answer_to, 200, LENGTH_2, [b"ok"], b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n%b\r\nok"),
    "a length, in pieces": (
        answer_to,
        200,
        LENGTH_2,
        [b"o", b"", b"k", b""],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n%b\r\nok",
    ),
    "chunks (9112, 7.1)": (
        answer_to,
        200,
        [],
        [b"0123456789", b"", b"ab"],
        b"HTTP/1.1 200 OK\r\n%btransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n2\r\nab\r\n0\r\n\r\n",
    ),
    "chunks without data": (
        answer_to,
        200,
        [],
        [b""],
        b"HTTP/1.1 200 OK\r\n%btransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "no chunks in HTTP/1.0 (9112, 6.1)": (
        partial(answer_to, version=b"1.0"),
        200,
        [],
        [b"o", b"k"],
        b"HTTP/1.1 200 OK\r\n%bconnection: close\r\n\r\nok",
    ),
    "a length in HTTP/1.0": (
        partial(answer_to, version=b"1.0"),
        200,
        LENGTH_2,
        [b"ok"],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n%bconnection: close\r\n\r\nok",
    ),
    "HEAD (9110, 9.3.2)": (
        partial(answer_to, b"HEAD"),
        200,
        LENGTH_2,
        [b"ok"],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n%b\r\n",
    ),
    "HEAD without a length": (partial(answer_to, b"HEAD"), 200, [], [b"o", b"k"], b"HTTP/1.1 200 OK\r\n%b\r\n"),
    "204 (9110, 15.3.5)": (answer_to, 204, [], [b"no"], b"HTTP/1.1 204 No Content\r\n%b\r\n"),
    "204, which has no length (9110, 8.6)": (
        answer_to,
        204,
        [(b"Content-Length", b"0"), (b"x", b"y")],
        [b""],
        b"HTTP/1.1 204 No Content\r\nx: y\r\n%b\r\n",
    ),
    "304 (9110, 15.4.5)": (
        answer_to,
        304,
        LENGTH_2,
        [b""],
        b"HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n%b\r\n",
    ),
    "a status without a phrase (9112, 4)": (
        answer_to,
        299,
        LENGTH_2,
        [b"ok"],
        b"HTTP/1.1 299 \r\ncontent-length: 2\r\n%b\r\nok",
    ),
    "headers of the connection, which are ours (9110, 7.6.1)": (
        answer_to,
        200,
        [
            (b"Transfer-Encoding", b"gzip"),
            (b"connection", b"keep-alive, x"),
            (b"upgrade", b"h2c"),
            (b"keep-alive", b"timeout=5"),
            (b"content-length", b"0"),
        ],
        [b""],
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n%b\r\n",
    ),
    "an app that closes the connection (9112, 9.6)": (
        answer_to,
        200,
        [*LENGTH_2, (b"Connection", b"x"), (b"connection", b"Close")],
        [b"ok"],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n%bconnection: close\r\n\r\nok",
    ),
    "a client that closes the connection": (
        partial(answer_to, lines=b"Connection: close\r\n"),
        200,
        LENGTH_2,
        [b"ok"],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n%bconnection: close\r\n\r\nok",
    ),
    "several lines of a header, as they are": (
        answer_to,
        200,
        [(b"Set-Cookie", b"a=b"), (b"set-cookie", b"\tc=d\xff"), *LENGTH_2],
        [b"ok"],
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nset-cookie: \tc=d\xff\r\ncontent-length: 2\r\n%b\r\nok",
    ),
}


@pytest.mark.parametrize(("make_answer", "status", "headers", "pieces", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_written(
    make_answer: Callable[[], Answer], status: int, headers: Headers, pieces: list[bytes], expected: bytes
) -> None:
    """Framed as its request, status and headers want it."""
    answer = make_answer()
    assert write(answer, status, headers, *pieces) == expected.replace(b"%b", SERVER_LINES)
    assert answer.is_over
    assert answer.is_whole
    assert not answer.is_cut
    assert answer.keeps_alive is (b"connection: close" not in expected)
    assert (answer.status, answer.headers) == (status, headers)


def test_the_server_may_close_the_connection() -> None:
    """Whoever else wants to keep it."""
    answer = answer_to()
    assert b"\r\nconnection: close\r\n" in write(answer, 200, [], b"", closes=True)
    assert not answer.keeps_alive


def test_what_the_app_says_the_server_does_not_say_again() -> None:
    """A date is said once (RFC 9110, 5.3 and 6.6.1)."""
    written = write(answer_to(), 200, [(b"Date", b"today"), (b"content-length", b"0")], b"")
    assert written == b"HTTP/1.1 200 OK\r\nDate: today\r\ncontent-length: 0\r\nserver: x\r\n\r\n"


def test_the_head_is_written_with_the_first_data() -> None:
    """In one piece; until then nothing else may be answered only if it was handed out."""
    answer = answer_to()
    assert answer.status is None
    answer.start({"status": 200}, SERVER)
    assert not answer.is_begun
    assert answer.body({"body": b"a", "more_body": True}).endswith(b"\r\n\r\n1\r\na\r\n")
    assert answer.is_begun
    assert not answer.is_over
    assert answer.body({"more_body": True}) == b""
    assert not answer.is_whole
    assert answer.body({}) == b"0\r\n\r\n"
    assert answer.is_whole


def test_a_head_may_go_out_alone() -> None:
    """With an empty message that others follow."""
    answer = answer_to()
    answer.start({"status": 200}, [])
    assert answer.body({"more_body": True}) == b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("pieces", [[b"okay"], [b"o", b"kay"], [b"ok", b"ay"], [b"ok", b"", b"a", b"y"]])
def test_more_than_the_length_is_cut(pieces: list[bytes]) -> None:
    """A client would take it for the next answer."""
    answer = answer_to()
    assert write(answer, 200, LENGTH_2, *pieces).endswith(b"\r\n\r\nok")
    assert answer.is_cut
    assert answer.is_whole


@pytest.mark.parametrize("pieces", [[b""], [b"o"], [b"", b"o"]])
def test_less_than_the_length_is_not_whole(pieces: list[bytes]) -> None:
    """The connection has to break, or the client would take the next answer for the rest."""
    answer = answer_to()
    write(answer, 200, LENGTH_2, *pieces)
    assert answer.is_over
    assert not answer.is_whole
    assert not answer.is_cut


@pytest.mark.parametrize("status", [0, 99, 100, 101, 103, 199, 1000])
def test_a_status_that_ends_no_request_is_refused(status: int) -> None:
    """1xx are the server's, and what is beyond three digits is none (RFC 9110, 15)."""
    answer = answer_to()
    with pytest.raises(ValueError, match=f"from 200 to 999, not {status}"):
        answer.start({"status": status}, SERVER)
    assert answer.status is None


@pytest.mark.parametrize(
    "header",
    [
        (b"", b"a"),
        (b"x y", b"a"),
        (b"x:", b"a"),
        (b"x\r\nset-cookie", b"a"),
        (b"x\n", b"a"),
        (b"\xe9", b"a"),
        (b"x", b"a\r\nset-cookie: b"),
        (b"x", b"a\rb"),
        (b"x", b"a\nb"),
        (b"x", b"a\n"),
        (b"x", b"a\0b"),
        (b"content-length", b""),
        (b"content-length", b"-1"),
        (b"content-length", b"+1"),
        (b"content-length", b" 1"),
        (b"content-length", b"0x1"),
        (b"content-length", b"1, 1"),
        (b"Content-Length", b"0" * 21),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(header: tuple[bytes, bytes]) -> None:
    """Each time it is tried (RFC 9110, 5.1, 5.5 and 8.6)."""
    for _ in range(2):
        answer = answer_to()
        with pytest.raises(ValueError, match=r"header|Content-Length"):
            answer.start({"status": 200, "headers": [(b"a", b"b"), header]}, SERVER)
        assert answer.status is None


def test_two_lengths_are_refused() -> None:
    """Even if they are the same (RFC 9110, 8.6)."""
    with pytest.raises(ValueError, match="one Content-Length"):
        answer_to().start({"status": 200, "headers": [*LENGTH_2, (b"Content-Length", b"2")]}, SERVER)


def test_messages_come_in_order() -> None:
    """One start, then the body until its last message."""
    answer = answer_to()
    start: ResponseStart = {"status": 200, "headers": LENGTH_2}
    with pytest.raises(
        RuntimeError, match=r"sent http\.response\.body, where the next message is http\.response\.start"
    ):
        answer.body({"body": b"ok"})
    answer.start(start, SERVER)
    with pytest.raises(
        RuntimeError, match=r"sent http\.response\.start, where the next message is http\.response\.body"
    ):
        answer.start(start, SERVER)
    answer.body({"body": b"ok"})
    with pytest.raises(RuntimeError, match=r"where the next message is none: the answer is over"):
        answer.body({"body": b"ok"})
    with pytest.raises(RuntimeError, match=r"where the next message is none: the answer is over"):
        answer.start(start, SERVER)


def test_a_refusal_has_no_body() -> None:
    """And says that the connection is closed."""
    assert encode_refusal(400, SERVER) == (
        b"HTTP/1.1 400 Bad Request\r\n%bcontent-length: 0\r\nconnection: close\r\n\r\n" % SERVER_LINES
    )


def test_a_refused_version_of_websockets_is_told_which_is_known() -> None:
    """RFC 6455, 4.4; RFC 9110, 15.5.22."""
    assert encode_refusal(426, []) == (
        b"HTTP/1.1 426 Upgrade Required\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
        b"content-length: 0\r\nconnection: close\r\n\r\n"
    )


def test_continue_is_a_head_of_its_own() -> None:
    """RFC 9110, 15.2.1."""
    assert CONTINUE == b"HTTP/1.1 100 Continue\r\n\r\n"


def read_answers(method: bytes, sent: bytes, count: int) -> list[tuple[int, bytes]]:
    """Return status and body of the answers that a client reads, to so many requests of a method."""
    client, answers = h11.Connection(h11.CLIENT), []
    client.receive_data(sent)
    for _ in range(count):
        client.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
        client.send(h11.EndOfMessage())
        body = bytearray()
        while not isinstance(event := client.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                status = event.status_code
            else:
                assert isinstance(event, h11.Data)
                body += event.data
        answers.append((status, bytes(body)))
        client.start_next_cycle()
    assert client.trailing_data == (b"", False)
    return answers


@given(
    st.sampled_from([b"GET", b"HEAD", b"POST"]),
    st.sampled_from([200, 204, 304, 404, 599]),
    st.booleans(),
    st.lists(st.binary(max_size=20), min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from([b"x", b"transfer-encoding", b"upgrade"]), st.sampled_from([b"", b"chunked"]))),
)
def test_a_client_reads_what_the_app_sent(
    method: bytes, status: int, has_length: bool, pieces: list[bytes], headers: list[tuple[bytes, bytes]]
) -> None:
    """Two answers behind each other are two, whatever the app says of the connection."""
    whole = b"".join(pieces)
    length = [(b"content-length", str(len(whole)).encode())] if has_length else []
    sent = b"".join(write(answer_to(method), status, [*headers, *length], *pieces) for _ in range(2))
    body = b"" if method == b"HEAD" or status in {204, 304} else whole
    assert read_answers(method, sent, 2) == [(status, body)] * 2
