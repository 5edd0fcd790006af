"""Compressed streams: `Content-Encoding: gzip` (RFC 1952), for clients that take it, by one compressor for all.

Each write is a block of DEFLATE (RFC 1951) that refers to nothing before it, ended so that it can be read at once. So
one that goes to a thousand streams is compressed once, streams need no memory for it, and nothing that one visitor is
sent shows in the size of what another is. Around the blocks, each stream has a header and a trailer of its own. The
price is that what is alike in two events is not found: small events shrink little.
"""

from __future__ import annotations

import struct
import zlib
from typing import final

__all__ = ["Blocks", "Gzip"]

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""DEFLATE, no flags, no time, of no known system."""
_LAST_BLOCK = b"\x03\x00"
"""An empty one that says so."""
_MAX_BYTES = 1_000_000
"""So much of what was compressed last is kept, for the streams that are yet to be sent it."""


@final
class Blocks:
    """Makes the blocks."""

    def __init__(self) -> None:
        self._compress = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._made: dict[bytes, bytes] = {}
        self._bytes = 0

    def block(self, data: bytes) -> bytes:
        """The block of some bytes: the very same object while it is remembered."""
        made = self._made.get(data)
        if made is None:
            made = self._compress.compress(data) + self._compress.flush(zlib.Z_FULL_FLUSH)
            self._made[data] = made
            self._bytes += len(data) + len(made)
            while self._bytes > _MAX_BYTES:
                oldest = next(iter(self._made))
                self._bytes -= len(oldest) + len(self._made.pop(oldest))
        return made


@final
class Gzip:
    """The encoding of one stream."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._before = _HEADER
        self._checksum = 0
        self._size = 0

    def write(self, data: bytes) -> bytes:
        """What stands for some bytes; they can be read as soon as that has arrived."""
        before, self._before = self._before, b""
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        block = self._blocks.block(data)
        return before + block if before else block

    def end(self) -> bytes:
        """What stands at the end."""
        return self._before + _LAST_BLOCK + struct.pack("<LL", self._checksum, self._size % 2**32)
