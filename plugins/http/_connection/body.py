"""The body of a request: data out of a buffer, by length or in chunks (RFC 9112, 6.3 and 7.1).

A body takes out of the buffer only what is its own, so that the next message begins where it ends. What no further
bytes can make a body is refused at once. Chunk extensions and trailers are checked, bounded and dropped.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, final

from .grammar import TOKEN, VALUE_BYTE
from .head import Head, Refusal

__all__ = ["ChunkedBody", "LengthBody", "make_body"]

_MAX_EXTENSIONS = 16_384
"""How many bytes the extensions of a body have at most."""
_MAX_TRAILERS = 8_192
"""How many bytes the trailers of a body have at most, with the empty line that ends them."""

_SIZE = rb"([0-9A-Fa-f]{1,16})(;%b{0,255})?" % VALUE_BYTE
"""RFC 9112, 7.1 and 7.1.1: no white space between a size and its extension."""
_FIELD = rb"%b:%b*" % (TOKEN, VALUE_BYTE)
_NO_TRAILER = rb"(?i:content-length|transfer-encoding|host):"
"""Framing and routing never stand in trailers (RFC 9110, 6.5.1)."""


class _Line(NamedTuple):
    """A line that stands between data."""

    whole: re.Pattern[bytes]
    so_far: re.Pattern[bytes]
    """Matches all that can still become one."""


_FIRST_SIZE: Final = _Line(re.compile(rb"%b\r\n" % _SIZE), re.compile(rb"(?:%b\r?)?" % _SIZE))
_NEXT_SIZE: Final = _Line(  # the CRLF behind the data is taken with it
    re.compile(rb"\r\n%b\r\n" % _SIZE), re.compile(rb"(?:\r(?:\n(?:%b\r?)?)?)?" % _SIZE)
)
_TRAILER: Final = _Line(
    re.compile(rb"(?!%b)(%b)?\r\n" % (_NO_TRAILER, _FIELD)),
    re.compile(rb"(?!%b)(?:%b\r?|%b|\r)?" % (_NO_TRAILER, _FIELD, TOKEN)),
)


@final
class LengthBody:
    """A body of a length that its head says (RFC 9112, 6.2)."""

    __slots__ = ("_left",)

    def __init__(self, length: int) -> None:
        self._left = length

    @property
    def is_whole(self) -> bool:
        """Whether all of it was taken."""
        return not self._left

    def take(self, buffer: bytearray, max_size: int) -> bytes:
        """Take at most `max_size` bytes of data out of a buffer. Returns b"" if there are none."""
        data = _cut(buffer, min(max_size, self._left))
        self._left -= len(data)
        return data


@final
class ChunkedBody:
    """A body in chunks, which says at its end that it ends (RFC 9112, 7.1)."""

    __slots__ = ("_extensions_left", "_left", "_line", "_total_left", "_trailers_left", "is_whole")

    def __init__(self, max_body: int | None = None) -> None:
        self.is_whole = False
        """Whether all of it was taken, with its trailers."""
        self._line = _FIRST_SIZE
        """The line before the next data."""
        self._left = 0
        """How many bytes of the current chunk are still to come."""
        self._total_left = max_body
        self._extensions_left = _MAX_EXTENSIONS
        self._trailers_left = _MAX_TRAILERS

    def take(self, buffer: bytearray, max_size: int) -> bytes:
        """Take at most `max_size` bytes of data out of a buffer. Returns b"" if there are none.

        Raises `Refusal` with 400 for what is against the grammar or over the limits of chunk sizes, extensions and
        trailers, and with 413 as soon as a chunk begins that makes the body too long.
        """
        pieces: list[bytes] = []
        while self._find_data(buffer) and max_size:
            piece = _cut(buffer, min(max_size, self._left))
            self._left -= len(piece)
            max_size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _find_data(self, buffer: bytearray) -> bool:
        """Take the lines before the next data. Returns whether there is any in the buffer."""
        while not self._left and not self.is_whole:
            line = self._line.whole.match(buffer)
            if line is None:
                self._check_incomplete(buffer)
                return False
            if self._line is _TRAILER:
                self._read_trailer(line)
            else:
                self._read_size(line)
            del buffer[: line.end()]
        return bool(self._left and buffer)

    def _check_incomplete(self, buffer: bytearray) -> None:
        """Refuse what no further bytes can make the line that comes next."""
        is_over = self._line is _TRAILER and len(buffer) >= self._trailers_left
        if is_over or not self._line.so_far.fullmatch(buffer):
            raise Refusal(400)

    def _read_size(self, line: re.Match[bytes]) -> None:
        """Begin a chunk; the last has no data."""
        size, extension = line.groups(b"")
        self._left = int(size, 16)
        self._line = _NEXT_SIZE if self._left else _TRAILER
        self._extensions_left -= len(extension)
        if self._extensions_left < 0:
            raise Refusal(400)
        if self._total_left is not None:
            self._total_left -= self._left
            if self._total_left < 0:
                raise Refusal(413)

    def _read_trailer(self, line: re.Match[bytes]) -> None:
        """Drop a trailer: none becomes a header (RFC 9110, 6.5). An empty line is the end."""
        self._trailers_left -= line.end()
        if self._trailers_left < 0:
            raise Refusal(400)
        self.is_whole = line[1] is None


def make_body(head: Head, max_body: int | None = None) -> LengthBody | ChunkedBody:
    """Return the reader of a request's body (RFC 9112, 6.3), of at most `max_body` bytes of data.

    Raises `Refusal` with 413 for a longer one: if its head says its length, before anything of it is read.
    """
    if head.is_chunked:
        return ChunkedBody(max_body)
    length = head.content_length or 0
    if max_body is not None and length > max_body:
        raise Refusal(413)
    return LengthBody(length)


def _cut(buffer: bytearray, size: int) -> bytes:
    """Take so many bytes out of a buffer, or all if it has fewer."""
    data = bytes(buffer[:size])
    del buffer[:size]
    return data
