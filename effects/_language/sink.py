"""The target of frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

__all__ = ["SINK_FIX", "Sink"]


SINK_FIX = "broadcast it, or dispatch it for a request; in tests: system={'sink': MemorySink()}"
"""The fix for a dispatch without a sink."""


@runtime_checkable
class Sink(Protocol):
    """One connection, or a group of them. Plugins that make frames write to it; plugins that hold connections provide
    it.

    A dispatch finds it as the system value `sink`.
    """

    def send(self, frame: bytes) -> None:
        """Queue one frame: in a group, on every member, in the same order for all. Never waits, and never raises for a
        member that is gone or full: such a member is closed, and the others never notice.
        """
        ...

    def close(self) -> None:
        """End the connection, or every connection of the group, once its queued frames are written. Never waits."""
        ...

    def members(self) -> Sequence[Sink]:
        """Return the single connections: a group's members as they were matched when it was made, or the connection
        itself.
        """
        ...
