"""One open stream, as those see it who send to it, and as the one sees it who writes it out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Literal, final

import trio

from effects import Sink, copy_data

from ._keys import Frozen, freeze_name
from ._merging import WhenFull, merge_frames
from ._run import check_run

__all__ = ["Cause", "Connection"]

_logger = logging.getLogger("plugins.connections")

Cause = Literal["closed", "expired", "lapsed", "overflow", "replaced", "size", "shutdown"]
"""Why a connection ended.

`closed`: by either side. `expired`: nothing could be written to it for too long. `lapsed`: it was allowed for so long.
`overflow`: it could not keep up. `replaced`: a newer one took its place under the same key. `size`: it gave way when
its scope or the store was full. `shutdown`: the server stops.
"""

_SEND_OPERATION = "a frame is sent to a connection"
_MAX_FIRST_FACTOR = 100
"""How many times what others may queue the opener of a connection may send `first`."""


@final
class Connection:
    """A bounded queue of frames under a name. Sending never waits; one task reads it out with `receive`.

    Bounds count frames and bytes that have not been read out. A frame that would cross one closes the connection with
    the cause `overflow`, and what was queued is dropped: its reader is too slow to be caught up with. An empty queue
    takes any frame, however large. What whoever opened it sends `first` has bounds of its own, 100 times as wide.

    With `when_full`, a function of frames that returns fewer, what is queued is merged by it instead. If less than half
    of what the bounds allow is left, the connection goes on; else, or if the function fails, it is closed all the same.
    """

    __slots__ = (
        "_bytes",
        "_call_on_queued",
        "_end_calls",
        "_first_bytes",
        "_first_frames",
        "_frames",
        "_has_begun",
        "_in_flight",
        "_is_held",
        "_is_woken",
        "_max_bytes",
        "_max_frames",
        "_run",
        "_wakeup",
        "_wants_wakeup",
        "_when_full",
        "cause",
        "frozen",
        "key",
        "scope",
        "writes",
    )

    def __init__(
        self,
        scope: object,
        key: object,
        *,
        max_frames: int = 1_000,
        max_bytes: int = 1_000_000,
        held: bool = False,
        when_full: WhenFull | None = None,
    ) -> None:
        self.scope = scope
        self.key = copy_data(key)
        self.frozen: tuple[Frozen, Frozen] = freeze_name((scope, key))
        self.cause: Cause | None = None
        """Why it ended; None while it is open."""
        self.writes = 0
        """How often what was received has been written: reading on says so."""
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._when_full = when_full
        self._first_frames: list[bytes] = []
        self._frames: list[bytes] = []
        self._is_held = held
        self._has_begun = False
        self._in_flight = False
        self._bytes = 0
        self._first_bytes = 0
        self._is_woken = False
        """Whether `receive` returns at once."""
        self._wakeup: trio.Event | None = None
        """What a task that is in `receive` waits for."""
        self._run: trio.lowlevel.TrioToken | None = None
        """The run of whoever is to be told of frames; None while that is nobody."""
        self._wants_wakeup = not held
        """Whether the next frame that others send is news to the reader."""
        self._call_on_queued: Callable[[], object] | None = None
        """What is called then; None for `wake`."""
        self._end_calls: list[Callable[[Connection], None]] = []

    def __repr__(self) -> str:
        return f"<Connection {self.key!r} {self.cause or 'open'}>"

    @property
    def queued(self) -> int:
        """How many frames `receive` would return now."""
        return len(self._first_frames) + (0 if self._is_held else len(self._frames))

    @property
    def waiting(self) -> bool:
        """Whether its reader lags: it has begun to read, and something is queued or was not written yet."""
        return self._in_flight or (self._has_begun and self.queued > 0)

    def on_end(self, call: Callable[[Connection], None]) -> None:
        """Have `call(connection)` called once, when the connection ends: at once if it has.

        It must be quick, and must not send: others may be in the middle of a broadcast. What it raises is logged.
        """
        if self.cause is None:
            self._end_calls.append(call)
        else:
            call(self)

    def send(self, frame: bytes) -> None:
        """Queue one frame. Does nothing on a connection that has ended; never waits.

        Raises `LifecycleError` only, and only where its reader waits in another `trio.run`: that one has to send.
        """
        self.offer(frame)

    def offer(self, frame: bytes) -> bool:
        """Queue one frame; False where it was not taken, because the connection has ended or ends of it."""
        if self.cause is not None or not frame:
            return self.cause is None
        if self._wants_wakeup and self._run is not None:
            check_run(self._run, _SEND_OPERATION)
        self._bytes += len(frame)
        frames = self._frames
        if frames and (self._bytes > self._max_bytes or len(frames) >= self._max_frames):
            if not self._merge(frame):
                self._overflow()
                return False
        else:
            frames.append(frame)
        if self._wants_wakeup:
            self._wants_wakeup = False
            if self._call_on_queued is not None:
                self._call_on_queued()
            else:  # as `wake`, without the call: it is what a broadcast costs
                self._is_woken = True
                if self._wakeup is not None:
                    self._wakeup.set()
        return True

    def send_first(self, frame: bytes) -> None:
        """Queue one frame ahead of what is held, for whoever opened the connection; as `send` once nothing is held."""
        if not self._is_held:
            self.offer(frame)
        elif self.cause is None and frame:
            check_run(self._run, _SEND_OPERATION)
            self._first_bytes += len(frame)
            if self._first_frames and (
                len(self._first_frames) >= self._max_frames * _MAX_FIRST_FACTOR
                or self._first_bytes > self._max_bytes * _MAX_FIRST_FACTOR
            ):
                self._overflow()
                return
            self._first_frames.append(frame)
            self.wake()

    def has_room_first(self, frames: Sequence[bytes]) -> bool:
        """Whether so much may be sent `first`."""
        return (
            len(frames) < self._max_frames * _MAX_FIRST_FACTOR
            and sum(map(len, frames)) <= self._max_bytes * _MAX_FIRST_FACTOR
        )

    def _merge(self, frame: bytes) -> bool:
        """Merge what is queued, with one frame more; False where that does not help."""
        merged = merge_frames(self._when_full, [*self._frames, frame], self._max_frames, self._max_bytes)
        if merged is None:
            return False
        self._frames, self._bytes = merged, sum(map(len, merged))
        return True

    def _overflow(self) -> None:
        self._first_frames.clear()
        self._frames.clear()
        self.close("overflow")

    def release(self) -> None:
        """Let what was held follow what was sent first. From now on nothing is held."""
        self._is_held = False
        self._wants_wakeup = not self._frames
        if self._frames:
            self.wake()

    def close(self, cause: Cause = "closed") -> None:
        """End the connection. What is queued is still read out. The first cause counts.

        Raises `LifecycleError` in another `trio.run` than that of its reader.
        """
        if self.cause is not None:
            return
        check_run(self._run, "a connection is closed")
        self.cause = cause
        self.wake()
        end_calls, self._end_calls = self._end_calls, []
        for call in end_calls:
            try:
                call(self)
            except Exception:
                _logger.exception("what was to be called at the end of a connection failed")

    def members(self) -> Sequence[Sink]:
        """This one connection."""
        return (self,)

    def on_queued(self, call: Callable[[], object]) -> None:
        """Have `call()` called, instead of `wake`, when others have sent something to a reader that has all there was.

        It must be quick, and must not send. Soon after, somebody has to `take` what is there, or to `wake` the reader.
        """
        self._call_on_queued, self._run = call, trio.lowlevel.current_trio_token()

    def wake(self) -> None:
        """Have `receive` return, even if there is nothing."""
        self._is_woken = True
        if self._wakeup is not None:
            self._wakeup.set()

    def take(self) -> bytes:
        """All that is queued, joined, without waiting; b"" where nothing is. Once it is written, say `written`."""
        payload = b""
        if self._first_frames:
            payload = b"".join(self._first_frames)
            self._first_frames.clear()
            self._first_bytes = 0
        if self._frames and not self._is_held:
            payload += b"".join(self._frames)
            self._frames.clear()
            self._bytes = 0
        self._wants_wakeup = self.cause is None and not self._is_held
        self._in_flight = self._in_flight or bool(payload)
        return payload

    def written(self) -> None:
        """Say that what was taken has been written: it counts as life."""
        if self._in_flight:
            self._in_flight = False
            self.writes += 1

    async def receive(self) -> bytes:
        """Wait for frames, and return all that are queued, joined; b"" once the connection has ended and is empty.

        Calling it again says that what it returned has been written. Always a checkpoint. When cancelled, no frame is
        lost. One task at a time may wait.
        """
        self._has_begun = True
        self.written()
        if self._is_woken:
            await trio.lowlevel.checkpoint()
        else:
            self._wakeup, self._run = trio.Event(), trio.lowlevel.current_trio_token()
            try:
                await self._wakeup.wait()
            finally:
                self._wakeup = None
                self._run = None if self._call_on_queued is None else self._run
        self._is_woken = self.cause is not None
        return self.take()
