"""One compressor for all streams: what goes to a thousand of them is compressed once.

Each write is a block that refers to nothing before it. So streams need no memory, and nothing that one visitor is sent
shows in the size of what another is. The price is that what is alike in two events is not found: small events shrink
little.

For zstd (RFC 8878) a block is a frame, and decoders read any number of frames. For gzip (RFC 1952) it is a block of
DEFLATE (RFC 1951), ended so that it can be read at once, and each stream has a header and a trailer of its own: of
several gzip members, one after the other, browsers read the first only. So they do with brotli (RFC 7932), which has
nothing smaller that stands for itself: it cannot be shared.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import final

__all__ = ["SHARED", "Blocks", "Gzip", "Zstd"]

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""DEFLATE, no flags, no time, of no known system."""
_LAST_BLOCK = b"\x03\x00"
"""An empty one that says so."""
_MAX_BYTES = 1_000_000
"""So much of what was compressed last is kept, for the streams that are yet to be sent it."""


@final
class Blocks:
    """Makes the blocks of one encoding by `compress`, and remembers the last ones."""

    def __init__(self, compress: Callable[[bytes], bytes]) -> None:
        self._compress = compress
        self._blocks: dict[bytes, bytes] = {}
        self._bytes = 0

    def block(self, data: bytes) -> bytes:
        """The block of some bytes: the very same object while it is remembered."""
        block = self._blocks.get(data)
        if block is None:
            block = self._blocks[data] = self._compress(data)
            self._bytes += len(data) + len(block)
            while self._bytes > _MAX_BYTES:
                oldest = next(iter(self._blocks))
                self._bytes -= len(oldest) + len(self._blocks.pop(oldest))
        return block


@final
class Gzip:
    """One stream of gzip."""

    name: str = "gzip"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._header = _HEADER
        self._checksum = 0
        self._size = 0

    @staticmethod
    def make_blocks() -> Blocks:
        """For all streams of gzip."""
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return Blocks(lambda data: deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH))

    def write(self, data: bytes) -> bytes:
        """What stands for some bytes; they can be read as soon as that has arrived."""
        header, self._header = self._header, b""
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        block = self._blocks.block(data)
        return header + block if header else block

    def end(self) -> bytes:
        """What stands at the end."""
        return self._header + _LAST_BLOCK + struct.pack("<LL", self._checksum, self._size % 2**32)


@final
class Zstd:
    """One stream of zstd."""

    name: str = "zstd"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    @staticmethod
    def make_blocks() -> Blocks:
        """For all streams of zstd. Frames of this level have windows of 2 MB at most; browsers read 8 MB (RFC 9659)."""
        import zstandard

        return Blocks(zstandard.ZstdCompressor(level=3).compress)

    def write(self, data: bytes) -> bytes:
        """What stands for some bytes; they can be read as soon as that has arrived."""
        return self._blocks.block(data)

    def end(self) -> bytes:
        """Nothing: each frame ends by itself."""
        return b""


SHARED: Mapping[str, type[Gzip | Zstd]] = {"zstd": Zstd, "gzip": Gzip}
"""What can be shared."""
