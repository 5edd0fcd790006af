"""Which encoding a stream has, of those that its client takes, and whether its compressor is its own."""

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
    """What the writes of one stream go through."""

    @property
    def name(self) -> str:
        """As `Content-Encoding` has it."""
        ...

    def write(self, data: bytes) -> bytes:
        """What stands for some bytes; they can be read as soon as that has arrived."""
        ...

    def end(self) -> bytes:
        """What stands at the end."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Compression:
    """How the streams of a `Live` are compressed.

    `memory` is what compressors of streams' own may take, in bytes, all together. While there is some left, a new
    stream gets one, which finds what its events have in common; it gives it back when it ends. Other streams share one
    compressor, which takes nothing for each: with 0 all do. One of brotli or zstd is counted as 1.22 MB, of gzip as
    0.21 MB. What is sent through one that is shared is compressed once for all.

    `encodings` are those that may be used: "br", "zstd" and "gzip", in order of preference where the client has none;
    by default all that are installed, in this order. "br" is for streams with a compressor of their own only.

    Raises `RegistrationError` for what would compress nothing, and `MissingExtraError` for encodings that are asked for
    and not installed.
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
                    "'br' cannot be shared, and there is no memory for streams' own", fix="write memory=64_000_000"
                )
        smallest = min(OWN[name].size for name in usable_encodings(self))
        memory = cast(object, self.memory)
        if not isinstance(memory, int) or isinstance(memory, bool) or (memory != 0 and memory < smallest):
            raise RegistrationError(
                f"memory is a number of bytes, {smallest:,} or more, or 0 for none", fix="write memory=64_000_000"
            )


def _are_different(names: object) -> bool:
    """Whether these are encodings, at least one, each once."""
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
    """Gives the streams of one `Live` what they write through."""

    def __init__(self, compression: Compression) -> None:
        self._names = usable_encodings(compression)
        self._shared = {name: partial(kind, kind.make_blocks()) for name, kind in SHARED.items() if name in self._names}
        self.free = compression.memory
        """So many bytes may still be taken by compressors of streams' own."""

    def encoder(self, accepted: Accept, exits: list[Callable[[], object]]) -> Encoder | None:
        """What a new stream writes through; None where its client takes nothing that there is.

        `exits` are called when the stream is over: what it has taken is given back then.
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
        """What a client takes, and likes at least as well as nothing: what it likes best first (RFC 9110, 12.5.3)."""
        least = accepted["identity"]
        acceptable = [name for name in self._names if accepted[name] > 0 and accepted[name] >= least]
        return sorted(acceptable, key=lambda name: accepted[name], reverse=True)  # of those it likes alike, our best

    def _give_back(self, own: OwnEncoder) -> None:
        self.free += own.size
        own.close()


def make_compressor(compress: bool | Compression) -> Compressor | None:
    """What a setting stands for."""
    if isinstance(compress, Compression):
        return Compressor(compress)
    if not isinstance(cast(object, compress), bool):
        raise RegistrationError("compress is True, False or a Compression", fix="compress=True")
    return Compressor(Compression()) if compress else None
