"""An answer: ASGI's messages in, bytes out, checked before they go (RFC 9110, 5, 6 and 15; RFC 9112, 4, 6, 7 and 9).

The app says status, headers and body; how the body is framed, and whether the connection is kept, is said here. So an
app, or what it was given, cannot make one answer look like two (RFC 9112, 11.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from typing import Final, NotRequired, TypeAlias, TypedDict, final

from .grammar import TOKEN, list_items, parse_length
from .head import Head

__all__ = ["CONTINUE", "Answer", "Headers", "ResponseBody", "ResponseStart", "encode_refusal"]

Headers: TypeAlias = Iterable[tuple[bytes, bytes]]


class ResponseStart(TypedDict):
    """ASGI's `http.response.start`."""

    status: int
    headers: NotRequired[Headers]


class ResponseBody(TypedDict):
    """ASGI's `http.response.body`."""

    body: NotRequired[bytes]
    more_body: NotRequired[bool]


CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Tells a client that it may send the body (RFC 9110, 15.2.1)."""
_LAST_CHUNK = b"0\r\n\r\n"
"""Ends a chunked body without trailers (RFC 9112, 7.1)."""

_STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_NAME = re.compile(TOKEN)
"""RFC 9110, 5.1."""
_OURS: Final = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade"})
"""Headers about the connection, which is not the app's (RFC 9110, 7.6.1)."""
_WITHOUT_BODY: Final = frozenset({204, 304})
"""RFC 9112, 6.3."""
_ALSO_SAID: Final = {426: b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"}
"""What a refusal says beside its status (RFC 9110, 15.5.22; RFC 6455, 4.4)."""


class _Stage(Enum):
    """Which message of the app comes next."""

    START = "http.response.start"
    BODY = "http.response.body"
    OVER = "none: the answer is over"


@final
class Answer:
    """The answer to one request."""

    __slots__ = (
        "_encode",
        "_head",
        "_left",
        "_request",
        "_stage",
        "headers",
        "is_begun",
        "is_cut",
        "keeps_alive",
        "status",
    )

    def __init__(self, request: Head) -> None:
        self._request = request
        self._stage = _Stage.START
        self._head = b""
        """Waits for the first data, to be written with it."""
        self._encode: Callable[[bytes, bool], bytes] = _encode_nothing
        self._left: int | None = None
        """How many bytes of the body are still to come, if Content-Length says it."""
        self.status: int | None = None
        """None until the app has said it."""
        self.headers: list[tuple[bytes, bytes]] = []
        """As the app gave them."""
        self.keeps_alive = request.keeps_alive
        """Whether another request may follow if this answer is whole."""
        self.is_begun = False
        """Whether the head was handed out: nothing else can be answered any more."""
        self.is_cut = False
        """Whether the app gave more than its Content-Length; what was more is left out."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it was handed out. One that is over and not whole has to break the connection."""
        return self._stage is _Stage.OVER and not self._left

    @property
    def is_over(self) -> bool:
        """Whether the app has sent its last message."""
        return self._stage is _Stage.OVER

    def start(self, message: ResponseStart, server_headers: Headers, *, closes: bool = False) -> None:
        """Take the first message. Nothing is to be written before the next.

        `server_headers` are added, except those that the app gave itself. With `closes`, the connection ends with this
        answer. Raises `RuntimeError` for a second start, `ValueError` for a status or header that cannot be sent.
        """
        self._expect(_Stage.START)
        status = message["status"]
        if not 200 <= status <= 999:
            raise ValueError(f"the status of an answer is a number from 200 to 999, not {status}")
        headers = [(name, value) for name, value in message.get("headers", ())]
        said = _read_headers(headers)
        self._choose_framing(status, said, closes)
        self._head = b"".join(self._encode_head(status, headers, said, server_headers))
        self.status, self.headers = status, headers
        self._stage = _Stage.BODY

    def _choose_framing(self, status: int, said: dict[bytes, bytes], closes: bool) -> None:
        """Decide where the body ends (RFC 9112, 6.3), and whether the connection does (RFC 9112, 9.6)."""
        length = said.get(b"content-length")
        if self._request.method == "HEAD" or status in _WITHOUT_BODY:
            self._encode = _encode_nothing
        elif length is not None:
            self._encode, self._left = _encode_plain, parse_length(length)
        else:
            self._encode = _encode_chunk if self._request.http_version == "1.1" else _encode_plain
        closes = closes or b"close" in list_items(said.get(b"connection", b""))
        self.keeps_alive = self.keeps_alive and not closes

    def _encode_head(
        self, status: int, headers: Headers, said: dict[bytes, bytes], server_headers: Headers
    ) -> Iterator[bytes]:
        yield _encode_status(status)
        for name, value in headers:
            lower = name.lower()
            if lower not in _OURS and not (status == 204 and lower == b"content-length"):  # RFC 9110, 8.6
                yield b"%b: %b\r\n" % (name, value)
        for name, value in server_headers:
            if name.lower() not in said:
                yield b"%b: %b\r\n" % (name, value)
        if self._encode is _encode_chunk:
            yield b"transfer-encoding: chunked\r\n"
        if not self.keeps_alive:
            yield b"connection: close\r\n"
        yield b"\r\n"

    def body(self, message: ResponseBody) -> bytes:
        """Take a message of the body. Returns the bytes to be written, with the head before the first.

        Raises `RuntimeError` before the start and after the last message.
        """
        self._expect(_Stage.BODY)
        is_last = not message.get("more_body", False)
        data = self._encode(self._hold_to_length(message.get("body", b"")), is_last)
        if is_last:
            self._stage = _Stage.OVER
        if not self.is_begun:
            self.is_begun = True
            data = self._head + data
        return data

    def _hold_to_length(self, data: bytes) -> bytes:
        """Cut what is more than Content-Length: a client would take it for the next answer."""
        if self._left is None:
            return data
        self.is_cut = self.is_cut or len(data) > self._left
        data = data[: self._left]
        self._left -= len(data)
        return data

    def _expect(self, stage: _Stage) -> None:
        if self._stage is not stage:
            raise RuntimeError(f"the app sent {stage.value}, where the next message is {self._stage.value}")


def _encode_nothing(_data: bytes, _is_last: bool) -> bytes:
    """Whatever the app gives, no body goes out."""
    return b""


def _encode_plain(data: bytes, _is_last: bool) -> bytes:
    """The length, or the end of the connection, says where the body ends."""
    return data


def _encode_chunk(data: bytes, is_last: bool) -> bytes:
    """An empty chunk would be the end (RFC 9112, 7.1), so nothing is written for an empty message."""
    chunk = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
    return chunk + _LAST_CHUNK if is_last else chunk


def _encode_status(status: int) -> bytes:
    """Return the status line; the phrase may be empty, the space before it not (RFC 9112, 4)."""
    return _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status


def _read_headers(headers: Headers) -> dict[bytes, bytes]:
    """Check an app's headers. Returns their values by name, in lower case; those of several lines as a list."""
    said: dict[bytes, bytes] = {}
    for name, value in headers:
        lower = _check_name(name)
        if b"\r" in value or b"\n" in value or b"\0" in value:  # RFC 9110, 5.5
            raise ValueError(f"the value of header {name!r} has a CR, LF or NUL")
        said[lower] = said[lower] + b"," + value if lower in said else value
    if parse_length(said.get(b"content-length", b"0")) is None:
        raise ValueError("an answer has one Content-Length, of at most 20 digits")
    return said


@lru_cache(maxsize=256)
def _check_name(name: bytes) -> bytes:
    """Return a header's name in lower case. Raises `ValueError` if it is none (RFC 9110, 5.1)."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header")
    return name.lower()


def encode_refusal(status: int, server_headers: Headers) -> bytes:
    """Return a whole answer without a body, after which the connection is closed."""
    lines = [_encode_status(status), *(b"%b: %b\r\n" % header for header in server_headers)]
    return b"".join([*lines, _ALSO_SAID.get(status, b""), b"content-length: 0\r\nconnection: close\r\n\r\n"])
