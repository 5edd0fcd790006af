"""Chooses the encoding of a stream among those that its client takes, and whether it gets its own compressor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Protocol, cast, final

from werkzeug.datastructures import Accept

from effects import MissingExtraError, RegistrationError

from .own import OWN, OwnEncoder
from .shared import SHARED

__all__ = ["Compression", "Compressor", "Encoder", "make_compressor"]

_PACKAGES = {"br": "brotli", "zstd": "zstandard", "gzip": "zlib"}


class Encoder(Protocol):
    """Compresses the writes of one stream."""

    @property
    def name(self) -> str:
        """The encoding's name in `Content-Encoding`."""
        ...

    def write(self, data: bytes) -> bytes:
        """Compress some bytes. The client can read them as soon as the result arrives."""
        ...

    def end(self) -> bytes:
        """Return the bytes that end the stream."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Compression:
    """How the streams of a `Live` are compressed.

    `memory` is the number of bytes that the compressors of single streams may take, all together. While enough is left,
    a new stream gets a compressor of its own, which finds what the events of the stream have in common. The stream
    gives the memory back when it ends. All other streams share one compressor, which takes no memory for each stream
    and compresses once what is sent to many of them. With 0, all streams share it. A compressor for brotli or zstd
    counts as 1.22 MB, one for gzip as 0.21 MB.

    `encodings` are the encodings that may be used: "br", "zstd" and "gzip". If a client has no preference, the first
    that it takes is used. By default these are all that are installed, in this order. "br" is only for streams with a
    compressor of their own.

    Raises `RegistrationError` for wrong settings and for those that would compress nothing, and `MissingExtraError` for
    an encoding that is not installed.
    """

    memory: int = 0
    encodings: Sequence[str] | None = None

    def __post_init__(self) -> None:
        names = self.encodings
        if names is not None:
            if not _are_different(names):
                raise RegistrationError(
                    "encodings names each encoding once: some of 'br', 'zstd' and 'gzip'", fix="leave it out for all"
                )
            for name in names:
                if not _is_installed(name):
                    raise MissingExtraError(
                        f"{name!r} needs the package {_PACKAGES[name]}, which is not installed", "compress"
                    )
            if self.memory == 0 and SHARED.keys().isdisjoint(names):
                raise RegistrationError(
                    "'br' cannot be shared, and there is no memory for compressors of single streams",
                    fix="write memory=64_000_000",
                )
        smallest = min(OWN[name].size for name in usable_encodings(self))
        memory = cast(object, self.memory)
        if not isinstance(memory, int) or isinstance(memory, bool) or (memory != 0 and memory < smallest):
            raise RegistrationError(
                f"memory is a number of bytes, {smallest:,} or more, or 0 for none", fix="write memory=64_000_000"
            )


def _are_different(names: object) -> bool:
    """Whether these are encodings: at least one, and each only once."""
    if not isinstance(names, (list, tuple)):
        return False
    encodings = cast("Sequence[object]", names)
    return bool(encodings) and all(encodings.count(name) == 1 and name in tuple(OWN) for name in encodings)


def usable_encodings(compression: Compression) -> Sequence[str]:
    """The encodings that may be used, the best first."""
    return tuple(filter(_is_installed, OWN) if compression.encodings is None else compression.encodings)


def _is_installed(name: str) -> bool:
    try:
        import_module(_PACKAGES[name])
    except ImportError:
        return False
    return True


@final
class Compressor:
    """Gives the streams of one `Live` their encoders."""

    def __init__(self, compression: Compression) -> None:
        self._names = usable_encodings(compression)
        self._shared = {name: partial(kind, kind.make_blocks()) for name, kind in SHARED.items() if name in self._names}
        self.free = compression.memory
        """Bytes that compressors of single streams may still take."""

    def encoder(self, accepted: Accept, exits: list[Callable[[], object]]) -> Encoder | None:
        """Return the encoder of a new stream, or None if its client takes no encoding that is there.

        A function is added to `exits`; it gives the memory back when it is called, at the end of the stream.
        """
        names = self._acceptable(accepted)
        for name in names:
            if OWN[name].size <= self.free:
                own = OwnEncoder(name)
                self.free -= own.size
                exits.append(partial(self._give_back, own))
                return own
        return next((self._shared[name]() for name in names if name in self._shared), None)

    def _acceptable(self, accepted: Accept) -> Sequence[str]:
        """The encodings that a client likes at least as well as none, the best liked first (RFC 9110, 12.5.3)."""
        least = accepted["identity"]
        acceptable = [name for name in self._names if accepted[name] > 0 and accepted[name] >= least]
        return sorted(acceptable, key=lambda name: accepted[name], reverse=True)  # those it likes alike in our order

    def _give_back(self, own: OwnEncoder) -> None:
        self.free += own.size
        own.close()


def make_compressor(compress: bool | Compression) -> Compressor | None:
    """Make the compressor for a setting of `Live`, or None if it is False."""
    if isinstance(compress, Compression):
        return Compressor(compress)
    if not isinstance(cast(object, compress), bool):
        raise RegistrationError("compress is True, False or a Compression", fix="compress=True")
    return Compressor(Compression()) if compress else None
