"""A sink for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from .._language.sink import Sink

__all__ = ["MemorySink"]


@final
class MemorySink:
    """A sink that keeps its frames: give it to a dispatch as `system={"sink": MemorySink()}`.

    With `members`, it stands for a group of that many sinks, each of which keeps its own copy.
    """

    def __init__(self, *, members: int | None = None) -> None:
        self.frames: list[bytes] = []
        self.closed = False
        self._members: list[MemorySink] | None = None if members is None else [MemorySink() for _ in range(members)]

    @property
    def text(self) -> str:
        """All frames sent so far, as text."""
        return b"".join(self.frames).decode()

    def send(self, frame: bytes) -> None:
        """Keep one frame. A closed sink keeps nothing."""
        if not self.closed:
            self.frames.append(frame)
            for member in self._members or ():
                member.send(frame)

    def close(self) -> None:
        """Close the sink, and its members: they keep no more frames."""
        self.closed = True
        for member in self._members or ():
            member.close()

    def members(self) -> Sequence[Sink]:
        """Return the members of a group, or the sink itself."""
        return [self] if self._members is None else list(self._members)
