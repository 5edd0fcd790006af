"""The sink of an answer in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self, final

from effects import LifecycleError, Sink

__all__ = ["Buffer", "too_late"]


def too_late(what: str) -> LifecycleError:
    """The error for a frame that spawned work sends when `what`, its answer or stream, is over already."""
    return LifecycleError(
        f"something was sent after {what} was over, and reaches nobody",
        fix="spawned work has no answer of its own: broadcast it to a stream with a key",
    )


@final
class Buffer:
    """The sink of one answer: `with Buffer() as buffer` keeps frames until the whole dispatch is over."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._closed = False
        self._over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._over = True

    def send(self, frame: bytes) -> None:
        """Keep a frame, unless the buffer is closed. Raises `LifecycleError` once the dispatch is over."""
        if self._over:
            raise too_late("its answer")
        if not self._closed:
            self._frames.append(frame)

    def close(self) -> None:
        """Keep no further frames."""
        self._closed = True

    def members(self) -> Sequence[Sink]:
        """The one member: this buffer."""
        return (self,)

    def joined(self) -> bytes:
        """All frames that were kept, as one piece of bytes."""
        return b"".join(self._frames)
