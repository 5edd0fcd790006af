"""A compressor for a single stream: it finds what an event has in common with those before it.

A page that is sent again and again as a whole shrinks a hundred times. The price is memory, and that a frame for many
streams is compressed for each of them.

A compressor finds only what is in its window, so the window has to hold the page as it was sent last: 64 KB with
brotli, 256 KB with zstd, 32 KB with gzip. Each stream would have to pay for a larger one. Browsers read windows of zstd
up to 8 MB (RFC 9659).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple, Protocol, cast, final

__all__ = ["OWN", "OwnEncoder"]

_MAX_PIECE = 32_768
"""Bytes that are compressed at a time, since a compressor keeps the most memory that it ever needed."""


_Functions = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""A compressor: a function that compresses bytes completely, and one that makes the end."""


class _Kind(NamedTuple):
    """The memory that a compressor of an encoding takes at most, in bytes, and the function that makes it.

    The size is all that the compressor allocates, measured also after large events. In a new process less is resident,
    since some of it is hardly ever touched. In a process that has run for a while, memory that others have left is used
    again.
    """

    size: int
    make: Callable[[], _Functions]


class _Brotli(Protocol):
    def process(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...
    def finish(self) -> bytes: ...


def _make_brotli() -> _Functions:
    """A larger window makes the tables four times as large; with less quality, pages shrink six times less."""
    compressor = cast(_Brotli, import_module("brotli").Compressor(quality=5, lgwin=16))
    return lambda data: compressor.process(data) + compressor.flush(), compressor.finish


def _make_zstd() -> _Functions:
    """With a smaller window, blocks and tables take nearly as much; higher levels take twice that and find no more."""
    import zstandard

    settings = zstandard.ZstdCompressionParameters(compression_level=1, window_log=18)
    compressor = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    block, frame = zstandard.COMPRESSOBJ_FLUSH_BLOCK, zstandard.COMPRESSOBJ_FLUSH_FINISH
    return lambda data: compressor.compress(data) + compressor.flush(block), lambda: compressor.flush(frame)


def _make_gzip() -> _Functions:
    """The window is the largest that gzip has. With larger tables, no more is found."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 7)
    return lambda data: compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH), compressor.flush


OWN: Mapping[str, _Kind] = {
    "br": _Kind(1_220_000, _make_brotli),
    "zstd": _Kind(1_220_000, _make_zstd),
    "gzip": _Kind(210_000, _make_gzip),
}
"""All encodings, the best first."""


@final
class OwnEncoder:
    """The encoder of a stream with a compressor of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size, make = OWN[name]
        self._write, self._end = make()

    def write(self, data: bytes) -> bytes:
        """Compress some bytes. The client can read them as soon as the result arrives."""
        if len(data) <= _MAX_PIECE:
            return self._write(data)
        return b"".join([self._write(data[at : at + _MAX_PIECE]) for at in range(0, len(data), _MAX_PIECE)])

    def end(self) -> bytes:
        """Return the bytes that end the stream."""
        return self._end()

    def close(self) -> None:
        """Give the memory back, even if something still refers to this encoder. Nothing can be written any more."""
        del self._write, self._end
