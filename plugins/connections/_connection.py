"""One open stream: a queue that senders fill, and that one reader empties and writes out."""

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

`closed`: either side closed it. `expired`: nothing could be written to it for too long. `lapsed`: the time it was
allowed to last is over. `overflow`: it could not keep up. `replaced`: a newer connection took its place under the same
key. `size`: its scope or the store was full, and it was the oldest. `shutdown`: the server stops.
"""

_SEND_OPERATION = "a frame is sent to a connection"
_MAX_FIRST_FACTOR = 100
"""The bounds of `send_first` are this many times the bounds of `send`."""


@final
class Connection:
    """A bounded queue of frames under a name. Sending never waits; one task reads the queue out with `receive`.

    `max_frames` and `max_bytes` bound the frames that have not been read out, by number and by size in bytes. A frame
    that would cross a bound closes the connection with the cause `overflow`, and the queue is dropped, because its
    reader is too slow. An empty queue takes a frame of any size. Frames sent with `send_first` have bounds of their
    own, 100 times as wide.

    `when_full` is a function that takes the queued frames and returns fewer. It is called instead of closing. If its
    frames take at most half of the bounds, the connection goes on; otherwise, or if the function fails, the connection
    is closed as above.

    A connection that is `held` keeps the frames of `send` back until `release`, and delivers those of `send_first`.
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
        """Why the connection ended; None while it is open."""
        self.writes = 0
        """How many times received frames have been written. See `written`."""
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
        """The event that a task in `receive` waits for."""
        self._run: trio.lowlevel.TrioToken | None = None
        """The run of the reader that waits, or of whoever called `on_queued`; None if there is neither."""
        self._wants_wakeup = not held
        """Whether the next frame that others send has to wake the reader."""
        self._call_on_queued: Callable[[], object] | None = None
        """The function that is called to wake the reader; None for `wake`."""
        self._end_calls: list[Callable[[Connection], None]] = []

    def __repr__(self) -> str:
        return f"<Connection {self.key!r} {self.cause or 'open'}>"

    @property
    def queued(self) -> int:
        """The number of frames that `receive` would return now."""
        return len(self._first_frames) + (0 if self._is_held else len(self._frames))

    @property
    def waiting(self) -> bool:
        """Whether the reader lags: it has begun to read, and a frame is queued or is not written yet."""
        return self._in_flight or (self._has_begun and self.queued > 0)

    def on_end(self, call: Callable[[Connection], None]) -> None:
        """Have `call(connection)` called once, when the connection ends; at once if it has ended already.

        `call` must be quick and must not send, because it may run in the middle of a broadcast. An exception that it
        raises at the end is logged.
        """
        if self.cause is None:
            self._end_calls.append(call)
        else:
            call(self)

    def send(self, frame: bytes) -> None:
        """Queue one frame. Never waits. Does nothing if the connection has ended.

        Raises nothing but `LifecycleError`, and that only if the reader waits in another `trio.run`: send in that run.
        """
        self.offer(frame)

    def offer(self, frame: bytes) -> bool:
        """Queue one frame. Returns False if it was not queued: the connection has ended, or this frame ended it."""
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
            else:  # the body of `wake`, inlined: a broadcast pays for each call once per connection
                self._is_woken = True
                if self._wakeup is not None:
                    self._wakeup.set()
        return True

    def send_first(self, frame: bytes) -> None:
        """Queue one frame ahead of the held frames, for the opener of the connection. After `release`, as `send`."""
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
        """Whether these frames fit into the bounds of `send_first`."""
        return (
            len(frames) < self._max_frames * _MAX_FIRST_FACTOR
            and sum(map(len, frames)) <= self._max_bytes * _MAX_FIRST_FACTOR
        )

    def _merge(self, frame: bytes) -> bool:
        """Merge the queue and one more frame. Returns False if the result is still too large."""
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
        """Queue the held frames after those of `send_first`. From now on no frame is held."""
        self._is_held = False
        self._wants_wakeup = not self._frames
        if self._frames:
            self.wake()

    def close(self, cause: Cause = "closed") -> None:
        """End the connection. Queued frames are still read out. Only the first cause counts.

        Raises `LifecycleError` if it is called in another `trio.run` than that of its reader.
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
                _logger.exception("a function called at the end of a connection failed")

    def members(self) -> Sequence[Sink]:
        """Return this one connection."""
        return (self,)

    def on_queued(self, call: Callable[[], object]) -> None:
        """Have `call()` called, instead of `wake`, when others send to a reader that has taken everything so far.

        `call` must be quick and must not send. Soon after it, somebody has to `take` the frames or `wake` the reader.
        """
        self._call_on_queued, self._run = call, trio.lowlevel.current_trio_token()

    def wake(self) -> None:
        """Make `receive` return, even if nothing is queued."""
        self._is_woken = True
        if self._wakeup is not None:
            self._wakeup.set()

    def take(self) -> bytes:
        """Return all queued frames, joined, without waiting; b"" if there are none. Call `written` once they are."""
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
        """Say that the taken frames have been written. A connection that writes does not expire."""
        if self._in_flight:
            self._in_flight = False
            self.writes += 1

    async def receive(self) -> bytes:
        """Wait for frames, and return all that are queued, joined; b"" once the connection has ended and is empty.

        The next call says that the returned frames have been written. `receive` is always a checkpoint. When cancelled,
        it loses no frame. Only one task at a time may wait.
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
