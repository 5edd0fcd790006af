"""What every crowd of stored queues can do, so that the same is done with each."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Crowd"]


class Crowd(Protocol):
    """Queues in rooms, and ways to reach them."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    async def to_all(self, times: int) -> None:
        """Queue one frame for everyone, so many times."""
        ...

    async def to_room(self, times: int) -> None:
        """Queue one frame for those in one room, so many times."""
        ...

    async def end(self, times: int) -> None:
        """End so many of them, one after the other."""
        ...

    def refill(self) -> None:
        """Put others in the place of those that have ended."""
        ...

    def drain(self) -> None:
        """Empty all queues."""
        ...
