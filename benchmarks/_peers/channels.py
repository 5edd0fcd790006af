"""One of trio's memory channels for each client; the rooms are a dict. A channel bounds frames, not bytes."""

from __future__ import annotations

from contextlib import suppress
from typing import final

import trio

from ._event import MAX_FRAMES, event

__all__ = ["Channels"]

Ends = tuple[trio.MemorySendChannel[bytes], trio.MemoryReceiveChannel[bytes]]


@final
class Channels:
    """Channels by number, and by room and number."""

    def __init__(self, count: int, room: int) -> None:
        self.count = count
        self._room = room
        self._channels: dict[int, Ends] = {}
        self._rooms: dict[int, dict[int, Ends]] = {}
        self.refill()

    async def to_all(self, times: int) -> None:
        """See `Crowd`."""
        for _ in range(times):
            self._send(self._channels)

    async def to_room(self, times: int) -> None:
        """See `Crowd`."""
        for _ in range(times):
            self._send(self._rooms[self.count // self._room // 2])

    def _send(self, channels: dict[int, Ends]) -> None:
        frame = event("0")
        for sender, _ in channels.values():
            with suppress(trio.WouldBlock):
                sender.send_nowait(frame)

    async def end(self, times: int) -> None:
        """See `Crowd`."""
        for number in range(times):
            sender, _ = self._channels.pop(number)
            del self._rooms[number // self._room][number]
            sender.close()

    def refill(self) -> None:
        """See `Crowd`."""
        for number in range(self.count):
            if number not in self._channels:
                ends: Ends = trio.open_memory_channel[bytes](MAX_FRAMES)
                self._channels[number] = ends
                self._rooms.setdefault(number // self._room, {})[number] = ends

    def drain(self) -> None:
        """See `Crowd`."""
        for _, receiver in self._channels.values():
            with suppress(trio.WouldBlock):
                while True:
                    receiver.receive_nowait()
