"""A compressor of its own for a stream: it finds what an event has in common with those before it.

A page that is patched as a whole again and again shrinks a hundred times. The price is memory, and that what goes to
many is compressed for each of them.

What is found is what is within the window, so that has to hold the page as it was sent last: of 64 KB with brotli, of
256 KB with zstd, of 32 KB with gzip. Larger ones would be paid for by each stream. Browsers read windows of zstd up to
8 MB (RFC 9659).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple, Protocol, cast, final

__all__ = ["OWN", "Own"]

_PIECE = 32_768
"""So many bytes are compressed at a time: compressors keep the room that they needed most."""


_Pair = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""A compressor: what makes of some bytes all that stands for them, and what makes the end."""


class _Kind(NamedTuple):
    """What a compressor of an encoding takes at most, in bytes, and how it is made.

    That is all that it allocates, measured after large events, too. Of a new process, less is resident: some of it is
    hardly ever touched. In one that has run for a while, memory that others have left is used again.
    """

    size: int
    make: Callable[[], _Pair]


class _Brotli(Protocol):
    def process(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...
    def finish(self) -> bytes: ...


def _brotli() -> _Pair:
    """With a larger window, tables are four times as large; with less quality, pages shrink six times less."""
    one = cast(_Brotli, import_module("brotli").Compressor(quality=5, lgwin=16))
    return lambda data: one.process(data) + one.flush(), one.finish


def _zstd() -> _Pair:
    """With a smaller window, blocks and tables take nearly as much; higher levels take twice that and find no more."""
    import zstandard

    settings = zstandard.ZstdCompressionParameters(compression_level=1, window_log=18)
    one = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    block, frame = zstandard.COMPRESSOBJ_FLUSH_BLOCK, zstandard.COMPRESSOBJ_FLUSH_FINISH
    return lambda data: one.compress(data) + one.flush(block), lambda: one.flush(frame)


def _gzip() -> _Pair:
    """The largest window there is. With larger tables, no more is found."""
    one = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 7)
    return lambda data: one.compress(data) + one.flush(zlib.Z_SYNC_FLUSH), one.flush


OWN: Mapping[str, _Kind] = {
    "br": _Kind(1_220_000, _brotli),
    "zstd": _Kind(1_220_000, _zstd),
    "gzip": _Kind(210_000, _gzip),
}
"""All encodings, the best first."""


@final
class Own:
    """One stream with a compressor of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size, make = OWN[name]
        self._write, self._end = make()

    def write(self, data: bytes) -> bytes:
        """What stands for some bytes; they can be read as soon as that has arrived."""
        if len(data) <= _PIECE:
            return self._write(data)
        return b"".join([self._write(data[at : at + _PIECE]) for at in range(0, len(data), _PIECE)])

    def end(self) -> bytes:
        """What stands at the end."""
        return self._end()

    def close(self) -> None:
        """Give the memory back, whoever still holds this. Nothing can be written any more."""
        del self._write, self._end
