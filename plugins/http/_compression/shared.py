"""One compressor for all streams: a frame for a thousand streams is compressed once.

Each write is a block that refers to nothing before it. So streams need no memory, and the size of a stream shows
nothing of what other visitors are sent. The price is that a block does not make use of what two events have in common:
small events shrink little.

For zstd (RFC 8878) a block is a frame, and decoders read any number of frames. For gzip (RFC 1952) it is a block of
DEFLATE (RFC 1951), flushed so that it can be read at once. Each gzip stream has a header and a trailer of its own,
because browsers read only the first of several gzip members. They also read only the first of several brotli streams
(RFC 7932), and brotli has no smaller unit that stands for itself: it cannot be shared.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import final

__all__ = ["SHARED", "Blocks", "Gzip", "Zstd"]

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""DEFLATE, no flags, no time, unknown system."""
_LAST_BLOCK = b"\x03\x00"
"""An empty block that is marked as the last."""
_MAX_BYTES = 1_000_000
"""Bytes of recent writes and their blocks that are remembered, for the streams that are yet to get them."""


@final
class Blocks:
    """Makes the blocks of one encoding with `compress`, and remembers the last ones."""

    def __init__(self, compress: Callable[[bytes], bytes]) -> None:
        self._compress = compress
        self._blocks: dict[bytes, bytes] = {}
        self._bytes = 0

    def block(self, data: bytes) -> bytes:
        """Return the block for some bytes: the very same object as long as it is remembered."""
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
    """The encoder of one gzip stream."""

    name: str = "gzip"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._header = _HEADER
        self._checksum = 0
        self._size = 0

    @staticmethod
    def make_blocks() -> Blocks:
        """Make the blocks of all gzip streams."""
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return Blocks(lambda data: deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH))

    def write(self, data: bytes) -> bytes:
        """Compress some bytes. The client can read them as soon as the result arrives."""
        header, self._header = self._header, b""
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        block = self._blocks.block(data)
        return header + block if header else block

    def end(self) -> bytes:
        """Return the bytes that end the stream."""
        return self._header + _LAST_BLOCK + struct.pack("<LL", self._checksum, self._size % 2**32)


@final
class Zstd:
    """The encoder of one zstd stream."""

    name: str = "zstd"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    @staticmethod
    def make_blocks() -> Blocks:
        """Make the blocks of all zstd streams.

        Frames of this level have windows of at most 2 MB; browsers read windows up to 8 MB (RFC 9659).
        """
        import zstandard

        return Blocks(zstandard.ZstdCompressor(level=3).compress)

    def write(self, data: bytes) -> bytes:
        """Compress some bytes. The client can read them as soon as the result arrives."""
        return self._blocks.block(data)

    def end(self) -> bytes:
        """Return nothing: each frame ends by itself."""
        return b""


SHARED: Mapping[str, type[Gzip | Zstd]] = {"zstd": Zstd, "gzip": Gzip}
"""The encodings that can be shared."""
