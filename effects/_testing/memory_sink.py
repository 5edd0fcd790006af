"""A sink for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from .._language.sink import Sink

__all__ = ["MemorySink"]


@final
class MemorySink:
    """A sink that keeps what it is sent: give it to a dispatch as `system={"sink": MemorySink()}`.

    With `members`, it stands for a group of that many sinks, each of which keeps its own copy.
    """

    def __init__(self, *, members: int | None = None) -> None:
        self.frames: list[bytes] = []
        self.closed = False
        self._members: list[MemorySink] | None = None if members is None else [MemorySink() for _ in range(members)]

    @property
    def text(self) -> str:
        """Everything sent so far, as text."""
        return b"".join(self.frames).decode()

    def send(self, frame: bytes) -> None:
        """Keep one frame; nothing once closed."""
        if not self.closed:
            self.frames.append(frame)
            for member in self._members or ():
                member.send(frame)

    def close(self) -> None:
        """Take nothing any more."""
        self.closed = True
        for member in self._members or ():
            member.close()

    def members(self) -> Sequence[Sink]:
        """The members of a group, or the sink itself."""
        return [self] if self._members is None else list(self._members)
