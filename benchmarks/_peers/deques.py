"""A loop over queues, by hand: nothing is matched, counted or said; the rooms are a dict."""

from __future__ import annotations

from collections import deque
from typing import final

from ._event import MAX_FRAMES, event

__all__ = ["Deques"]

MAX_BYTES = 1_000_000


@final
class Queue:
    """Frames, and their size."""

    __slots__ = ("frames", "size")

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.size = 0


@final
class Deques:
    """Queues by number, and by room and number."""

    def __init__(self, count: int, room: int) -> None:
        self.count = count
        self._room = room
        self._queues: dict[int, Queue] = {}
        self._rooms: dict[int, dict[int, Queue]] = {}
        self.refill()

    async def to_all(self, times: int) -> None:
        """See `Crowd`."""
        for _ in range(times):
            self._send(self._queues)

    async def to_room(self, times: int) -> None:
        """See `Crowd`."""
        for _ in range(times):
            self._send(self._rooms[self.count // self._room // 2])

    def _send(self, queues: dict[int, Queue]) -> None:
        frame = event("0")
        for queue in queues.values():
            if len(queue.frames) < MAX_FRAMES and queue.size + len(frame) <= MAX_BYTES:
                queue.frames.append(frame)
                queue.size += len(frame)

    async def end(self, times: int) -> None:
        """See `Crowd`."""
        for number in range(times):
            del self._queues[number]
            del self._rooms[number // self._room][number]

    def refill(self) -> None:
        """See `Crowd`."""
        for number in range(self.count):
            if number not in self._queues:
                queue = self._queues[number] = Queue()
                self._rooms.setdefault(number // self._room, {})[number] = queue

    def drain(self) -> None:
        """See `Crowd`."""
        for queue in self._queues.values():
            queue.frames.clear()
            queue.size = 0
