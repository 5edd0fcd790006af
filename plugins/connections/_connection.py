"""One open stream, as those see it who send to it, and as the one sees it who writes it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, final

import trio

from effects import Sink

from ._keys import Frozen, freeze_name

__all__ = ["Cause", "Connection"]

Cause = Literal["closed", "expired", "overflow", "replaced", "size", "shutdown"]
"""Why a connection ended.

`closed`: by either side. `expired`: nothing could be written to it for too long. `overflow`: it could not keep up.
`replaced`: a newer one took its place under the same key. `size`: it gave way when its scope or the store was full.
`shutdown`: the server stops.
"""


@final
class Connection:
    """A bounded queue of frames under a name. Sending never waits; one task reads it out with `receive`.

    Bounds count frames and bytes that have not been read out. A frame that would cross one closes the connection with
    the cause `overflow`, and what was queued is dropped: its reader is too slow to be caught up with. An empty queue
    takes any frame, however large.
    """

    __slots__ = (
        "_bytes",
        "_endings",
        "_first",
        "_frames",
        "_held",
        "_in_flight",
        "_max_bytes",
        "_max_frames",
        "_wakeup",
        "cause",
        "frozen",
        "key",
        "scope",
        "writes",
    )

    def __init__(
        self, scope: object, key: object, *, max_frames: int = 1_000, max_bytes: int = 1_000_000, held: bool = False
    ) -> None:
        self.scope = scope
        self.key = key
        self.frozen: tuple[Frozen, Frozen] = freeze_name((scope, key))
        self.cause: Cause | None = None
        """Why it ended; None while it is open."""
        self.writes = 0
        """How often what was received has been written: reading on says so."""
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._first: list[bytes] = []
        self._frames: list[bytes] = []
        self._held = held
        self._in_flight = False
        self._bytes = 0
        self._wakeup = trio.Event()
        self._endings: list[Callable[[Connection], None]] = []

    def __repr__(self) -> str:
        return f"<Connection {self.key!r} {self.cause or 'open'}>"

    @property
    def queued(self) -> int:
        """How many frames `receive` would return now."""
        return len(self._first) + (0 if self._held else len(self._frames))

    @property
    def waiting(self) -> bool:
        """Whether there is something that has not been written yet: queued, or received and not read on since."""
        return self._in_flight or self.queued > 0

    def on_end(self, call: Callable[[Connection], None]) -> None:
        """Have `call(connection)` called once, when the connection ends: at once if it has. It must not raise."""
        if self.cause is None:
            self._endings.append(call)
        else:
            call(self)

    def send(self, frame: bytes) -> None:
        """Queue one frame. Does nothing on a connection that has ended; never waits, never raises."""
        self.offer(frame)

    def offer(self, frame: bytes) -> bool:
        """Queue one frame; False where it was not taken, because the connection has ended or ends of it."""
        if self.cause is not None or not frame:
            return self.cause is None
        self._bytes += len(frame)
        if self._frames and (len(self._frames) >= self._max_frames or self._bytes > self._max_bytes):
            self._first.clear()
            self._frames.clear()
            self.close("overflow")
            return False
        self._frames.append(frame)
        if not self._held:
            self._wakeup.set()
        return True

    def first(self, frame: bytes) -> None:
        """Queue one frame ahead of what is held. It does not count: it comes from whoever opened the connection."""
        if self.cause is None and frame:
            self._first.append(frame)
            self._wakeup.set()

    def release(self) -> None:
        """Let what was held follow what was sent first. From now on nothing is held."""
        self._held = False
        if self._frames:
            self._wakeup.set()

    def close(self, cause: Cause = "closed") -> None:
        """End the connection. What is queued is still read out. The first cause counts."""
        if self.cause is not None:
            return
        self.cause = cause
        self._wakeup.set()
        endings, self._endings = self._endings, []
        for call in endings:
            call(self)

    def members(self) -> Sequence[Sink]:
        """This one connection."""
        return (self,)

    async def receive(self) -> bytes:
        """Wait for frames, and return all that are queued, joined; b"" once the connection has ended and is empty.

        Calling it again says that what it returned has been written. Always a checkpoint. When cancelled, no frame is
        lost. One task at a time may wait.
        """
        if self._in_flight:
            self._in_flight = False
            self.writes += 1
        await self._wakeup.wait()
        joined = b"".join(self._first)
        self._first.clear()
        if not self._held:
            joined += b"".join(self._frames)
            self._frames.clear()
            self._bytes = 0
        if self.cause is None:
            self._wakeup = trio.Event()
        self._in_flight = bool(joined)
        return joined
