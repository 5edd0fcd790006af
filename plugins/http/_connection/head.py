"""The head of a request: bytes in, a `Head` or a `Refusal` out (RFC 9112, 2, 3, 5, 6 and 9).

A head is cut out here, at its empty line, and its request line is checked here. Then llhttp, the parser of Node.js and
uvicorn, reads it whole; a fresh parser each time, so no message leaves anything to the next. The headers that say where
the message ends, and who is asked, are checked once more, and more strictly: a proxy in front may have read them
otherwise (RFC 9112, 11.2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, final
from urllib.parse import unquote

import httptools

from .grammar import TOKEN, list_items, parse_length

__all__ = ["Head", "Refusal", "read_head"]

_MAX_TARGET = 8_192
"""How many bytes a target has at most; more is 414."""
_MAX_LINE = _MAX_TARGET + 64
"""How many bytes a request line has that can still become one."""
_MAX_HEADERS = 128
"""How many header lines a head has at most; more is 431."""

_TARGET = rb"[!-\"$-~]+"
"""Visible characters without `#`, which no client sends (RFC 9112, 3.2)."""
_REQUEST_LINE = re.compile(rb"(%b) (%b) HTTP/([0-9]\.[0-9])\r\n" % (TOKEN, _TARGET))
"""RFC 9112, 3: one space twice, and nothing else."""
_REQUEST_LINE_SO_FAR = re.compile(rb"(?:%b(?: (?:%b(?: [HTP/0-9.]{0,8}\r?)?)?)?)?" % (TOKEN, _TARGET))
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?]+)(/[^?]*)?(\?.*)?")
"""RFC 9112, 3.2.2: authority, path and query."""
_NAME = rb"[A-Za-z0-9._~!$&'()*+,;=-]*"
_HOST = re.compile(rb"(?!:)(?:%b(?:%%[0-9A-Fa-f]{2}%b)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?" % (_NAME, _NAME))
"""`uri-host [":" port]` or nothing (RFC 9110, 7.2; RFC 3986, 3.2.2).

No possessive quantifiers: CPython before 3.11.5 matches too much with nested ones (its issue 106052).
"""
_WEBSOCKET_KEY = re.compile(rb"[A-Za-z0-9+/]{22}==")
"""16 bytes in base64 (RFC 6455, 4.1)."""
_VERSIONS: Final[Mapping[bytes, str]] = {b"1.0": "1.0", b"1.1": "1.1"}
_RULED: Final = frozenset(
    {
        b"host",
        b"content-length",
        b"transfer-encoding",
        b"connection",
        b"expect",
        b"upgrade",
        b"sec-websocket-key",
        b"sec-websocket-version",
    }
)
"""The headers that decide about the message or the connection."""


@final
class Refusal(Exception):  # noqa: N818 - it is an answer to a client, not a failure
    """A request that is not served. `status` is the answer's; the connection is closed after it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@final
class Head(NamedTuple):
    """The head of one request."""

    size: int
    """How many bytes of the buffer are the head; the body begins behind them."""
    method: str
    """In upper case."""
    target: bytes
    """As it was sent."""
    path: str
    """ASGI's `path`: percent-decoded, as UTF-8."""
    raw_path: bytes
    """ASGI's `raw_path`: the target without query and, if it was absolute, without scheme and authority."""
    query_string: bytes
    http_version: str
    """`1.0` or `1.1`."""
    headers: list[tuple[bytes, bytes]]
    """Names in lower case, values without spaces and tabs around them; in order, one for each line."""
    content_length: int | None
    """How many bytes the body has, if the head says so. Without, and not chunked, there is no body (RFC 9112, 6.3)."""
    is_chunked: bool
    keeps_alive: bool
    """Whether another request may follow. After one of HTTP/1.0 the connection is always closed (RFC 9112, 9.3)."""
    expects_continue: bool
    """Whether the client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1)."""
    is_websocket: bool
    """Whether this is the opening handshake of a WebSocket (RFC 6455, 4.2.1). Other upgrades are ignored."""


def read_head(buffer: bytes | bytearray, *, max_size: int = 65_536) -> Head | None:
    """Read the head that a buffer begins with. Returns None if more bytes must come.

    The buffer stays as it is: the head takes the first `size` bytes of it. Raises `Refusal` as soon as no further bytes
    can help: with 400 for what is against the grammar or could be read in two ways, 414 for a target of more than 8,192
    bytes, 431 for more than 128 header lines or `max_size` bytes, 417 for an unknown expectation, 426 for an unknown
    version of WebSockets, 501 for an unknown method, CONNECT or an unknown transfer coding, 505 for another version.
    """
    end = buffer.find(b"\r\n\r\n", 0, max_size)
    if end < 0:
        _check_incomplete(buffer, max_size)
        return None
    raw = bytes(buffer[: end + 4])
    method, target, version = _read_request_line(raw)
    headers, ruled = _read_headers(raw)
    is_newer = version == "1.1"
    options = list_items(ruled.get(b"connection", b""))
    _check_host(ruled.get(b"host"), is_newer)
    origin = target if target[:1] == b"/" else _read_other_target(method, target, ruled)
    raw_path, _, query_string = origin.partition(b"?")
    path = raw_path.decode("ascii")
    return Head(
        end + 4,
        method,
        target,
        unquote(path) if "%" in path else path,
        raw_path,
        query_string,
        version,
        headers,
        _read_length(ruled),
        b"transfer-encoding" in ruled and _read_coding(ruled, is_newer),
        is_newer and b"close" not in options,
        b"expect" in ruled and _read_expectation(ruled) and is_newer,
        b"upgrade" in ruled and is_newer and b"upgrade" in options and _read_upgrade(method, ruled),
    )


def _check_incomplete(buffer: bytes | bytearray, max_size: int) -> None:
    """Refuse at once what no further bytes can make a head, so that nobody waits for a deadline."""
    if lines := buffer.count(b"\n"):
        _read_request_line(buffer)
        crs = buffer.count(b"\r") - buffer.endswith(b"\r")
        if not crs == buffer.count(b"\r\n") == lines:  # RFC 9112, 2.2
            raise Refusal(400)
        if lines - 1 > _MAX_HEADERS:
            raise Refusal(431)
    elif not _REQUEST_LINE_SO_FAR.fullmatch(buffer):
        raise Refusal(400)
    elif len(buffer) > _MAX_LINE:
        raise Refusal(414)
    if len(buffer) >= max_size:
        raise Refusal(431)


def _read_request_line(buffer: bytes | bytearray) -> tuple[str, bytes, str]:
    """Return method, target and version (RFC 9112, 3)."""
    line = _REQUEST_LINE.match(buffer)
    if line is None:
        raise Refusal(400)
    method, target, digits = line.groups()
    version = _VERSIONS.get(digits)
    if version is None:
        raise Refusal(505)
    if method == b"CONNECT":
        raise Refusal(501)
    if len(target) > _MAX_TARGET:
        raise Refusal(414)
    return method.decode("ascii"), target, version


@final
class _Lines:
    """Collects header lines while llhttp reads them."""

    __slots__ = ("headers", "ruled")

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.ruled: dict[bytes, bytes] = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one line; llhttp leaves white space behind the value.

        Several lines of a name are one list (RFC 9110, 5.3), and no rule for a single value admits a list.
        """
        name = name.lower()
        value = value.strip(b" \t")
        self.headers.append((name, value))
        if name in _RULED:
            self.ruled[name] = self.ruled[name] + b", " + value if name in self.ruled else value


def _read_headers(raw: bytes) -> tuple[list[tuple[bytes, bytes]], dict[bytes, bytes]]:
    """Return all headers of a whole head, and by name the values of those that are ruled."""
    count = raw.count(b"\n") - 2
    if count > _MAX_HEADERS:
        raise Refusal(431)
    lines = _Lines()
    try:
        httptools.HttpRequestParser(lines).feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass  # llhttp has read all of the head, and would hand over what follows
    except httptools.HttpParserInvalidMethodError:
        raise Refusal(501) from None
    except httptools.HttpParserError:
        raise Refusal(400) from None
    if len(lines.headers) != count:  # llhttp has not read the head that was cut out
        raise Refusal(400)
    return lines.headers, lines.ruled


def _check_host(host: bytes | None, is_newer: bool) -> None:
    """Refuse what is not one well-formed Host; HTTP/1.0 may have none (RFC 9112, 3.2)."""
    if is_newer if host is None else not _HOST.fullmatch(host):
        raise Refusal(400)


def _read_other_target(method: str, target: bytes, ruled: Mapping[bytes, bytes]) -> bytes:
    """Return path and query of a target that does not begin with a path (RFC 9112, 3.2.2 and 3.2.4)."""
    if target == b"*" and method == "OPTIONS":
        return target
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        raise Refusal(400)
    authority, path, query = absolute.groups(b"")
    if not _HOST.fullmatch(authority) or ruled.get(b"host", authority).lower() != authority.lower():
        raise Refusal(400)
    return (path or b"/") + query


def _read_length(ruled: Mapping[bytes, bytes]) -> int | None:
    """Return Content-Length (RFC 9110, 8.6). With Transfer-Encoding it is refused (RFC 9112, 6.1)."""
    if b"content-length" not in ruled:
        return None
    length = parse_length(ruled[b"content-length"])
    if length is None or b"transfer-encoding" in ruled:
        raise Refusal(400)
    return length


def _read_coding(ruled: Mapping[bytes, bytes], is_newer: bool) -> bool:
    """Return True for `chunked` (RFC 9112, 6.1 and 6.3): of other codings it must be the last, and they are unknown."""
    codings = list_items(ruled[b"transfer-encoding"])
    if not is_newer or codings[-1:] != [b"chunked"] or codings.count(b"chunked") > 1:
        raise Refusal(400)
    if len(codings) > 1:
        raise Refusal(501)
    return True


def _read_expectation(ruled: Mapping[bytes, bytes]) -> bool:
    """Return True for the only expectation there is (RFC 9110, 10.1.1)."""
    if ruled[b"expect"].lower() != b"100-continue":
        raise Refusal(417)
    return True


def _read_upgrade(method: str, ruled: Mapping[bytes, bytes]) -> bool:
    """Return whether a WebSocket is asked for; refuse a broken handshake (RFC 6455, 4.2.1 and 4.4)."""
    if ruled[b"upgrade"].lower() != b"websocket":
        return False
    key = ruled.get(b"sec-websocket-key", b"")
    has_body = b"transfer-encoding" in ruled or bool(_read_length(ruled))
    if method != "GET" or has_body or not _WEBSOCKET_KEY.fullmatch(key):
        raise Refusal(400)
    if ruled.get(b"sec-websocket-version") != b"13":
        raise Refusal(426)
    return True
