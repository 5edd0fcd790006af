"""Replay: the frames sent lately, kept for connections that come back. Off unless `Connections` gets a `History`.

A history is one record for all names, not one for each name. An entry holds a frame and its audience, so keeping a
frame costs the same however many connections it reaches. The oldest entries are forgotten first. When a connection
comes back, its name is matched against the audience of each entry. It gets either all the frames that it would have got
had it stayed, or the answer that they are not known any more; it never gets a part of them.

Three kinds of frames are not known: frames that were forgotten; frames sent to single connections, such as the copies
that `each=True` effects make for the connections that are there; and frames still to come from a broadcast that began
before the connection was there, or from background work that such a broadcast spawned.
"""

from __future__ import annotations

import secrets
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple, Self, final
from weakref import WeakKeyDictionary

import trio

from effects import RegistrationError

from ._connection import Connection
from ._keys import Frozen, freeze_name, freeze_pattern, matches
from ._seconds import is_seconds

__all__ = ["Audience", "Follower", "History"]

_MAX_AWAY = 10_000
"""At most this many connections that were cut off may come back to their place."""
_RETURN_CAUSES = frozenset({"overflow", "expired"})
"""The causes of ends that nobody wanted: such a connection may come back."""


@final
class Audience(NamedTuple):
    """The names that a frame is for: those that match `pattern` and none of `exclude`."""

    pattern: Frozen
    exclude: Sequence[Frozen] = ()

    @classmethod
    def of(cls, pattern: object, exclude: Sequence[object] = ()) -> Self:
        """Make an audience from patterns as apps write them. Raises `PatternError` if one is invalid."""
        return cls(freeze_pattern(pattern), tuple(map(freeze_pattern, exclude)))

    def has(self, name: Frozen) -> bool:
        """Whether a name belongs to the audience."""
        return matches(self.pattern, name) and not any(matches(pattern, name) for pattern in self.exclude)


@final
class _HistoryEntry(NamedTuple):
    """One frame with its audience and time. The frame is None if it cannot be sent again."""

    audience: Audience
    frame: bytes | None
    sent_at: float


@final
class Follower:
    """One connection's place in a history. Its event ids tell the history, and nobody else, how far its client is.

    The history remembers a follower while its connection is there, and for a while after that if the connection was
    cut off. So a client cannot claim a place of somebody else. The ids of a connection that was ended on purpose are
    not valid any more.
    """

    __slots__ = ("_encode_id", "_history", "_is_cut_off", "_last_told", "frozen", "start", "token", "unknown")

    def __init__(self, history: History, connection: Connection, encode_id: Callable[[str], bytes]) -> None:
        self._history = history
        self._encode_id = encode_id
        self.token = secrets.token_urlsafe(12)
        self._is_cut_off = False
        self.frozen = connection.frozen
        self.start = history.length
        self.unknown = history.is_sending_to(connection.frozen)
        self._last_told = -1
        connection.on_end(self._handle_end)

    def first_id(self) -> bytes:
        """Return the id of the place where the connection begins. Send it right after missed frames or snapshot."""
        return self._id_at(self.start)

    def progress(self) -> bytes | None:
        """Return the id that says that everything was sent; None if that id was returned already."""
        return None if self._last_told == self._history.length else self._id_at(self._history.length)

    def was_sent_alone(self) -> None:
        """Say that a frame was sent to this connection alone: if the connection has begun, replay cannot repeat it."""
        if self._last_told >= 0:
            self._history.keep(Audience(self.frozen), None)

    def missed(self, last: str) -> Sequence[bytes] | None:
        """Return the frames sent since `last`, the last id of an earlier connection of the same name.

        Returns None if they are not known. Frames sent after this follower was made reach its connection anyway.
        """
        token, _, number = last.rpartition(".")
        earlier = self._history.follower(token)
        if self.unknown or earlier is None or earlier.frozen != self.frozen or not number.isdecimal():
            return None
        place = int(number[:20])
        return self._history.between(place, self.start, self.frozen) if place >= earlier.start else None

    def cut_off(self) -> None:
        """Say that the client has gone. If the connection is still open, it may come back."""
        self._is_cut_off = True

    def _id_at(self, place: int) -> bytes:
        self._last_told = place
        self._history.latest_told = max(self._history.latest_told, place)
        return self._encode_id(f"{self.token}.{place}")

    def _handle_end(self, connection: Connection) -> None:
        self._history.forget(self.token, may_return=self._is_cut_off or connection.cause in _RETURN_CAUSES)


@final
class History:
    """The latest frames sent to names, for `Connections(history=History())`.

    It keeps at most `max_frames` frames and `max_bytes` bytes, and each frame for at most `max_age` seconds. For
    `max_age` seconds a connection that was cut off may come back to its place, too. A history belongs to the
    `MemoryStore` of the plugin, and keeps what every dispatch that shares the store sends. A client that comes back to
    another process begins anew. Raises `RegistrationError` if a bound is not a number above 0.
    """

    def __init__(self, *, max_frames: int = 1_000, max_bytes: int = 10_000_000, max_age: float = 300.0) -> None:
        for name, bound in (("max_frames", max_frames), ("max_bytes", max_bytes), ("max_age", max_age)):
            if not is_seconds(bound) or bound <= 0:
                raise RegistrationError(f"{name} is a number above 0", fix="leave it out for the default")
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._entries: deque[_HistoryEntry] = deque()
        self._bytes = 0
        self._sender_audiences: WeakKeyDictionary[object, Audience] = WeakKeyDictionary()
        self._followers: dict[str, Follower] = {}
        self._names: Counter[Frozen] = Counter()
        self._departures: deque[tuple[float, str]] = deque()
        self.length = 0
        """The number of entries ever kept. It is the place of a connection that was sent everything."""
        self.latest_told = 0
        """The latest place of which any client was told."""

    def follow(self, connection: Connection, encode_id: Callable[[str], bytes] = str.encode) -> Follower:
        """Remember the place of a connection from now on. Call this as soon as the connection is stored.

        `encode_id` makes the frame that tells the client an event id.
        """
        self._forget_old_entries()
        follower = Follower(self, connection, encode_id)
        if connection.cause is None:
            self._followers[follower.token] = follower
            self._names[follower.frozen] += 1
        return follower

    def follower(self, token: str) -> Follower | None:
        """Return the follower that has this token; None if there is none."""
        self._forget_old_entries()
        return self._followers.get(token)

    def forget(self, token: str, *, may_return: bool) -> None:
        """Forget a follower at once; if it may come back, after at most `max_age` seconds."""
        if may_return:
            self._departures.append((trio.current_time(), token))
        else:
            self._drop_follower(token)

    def may_return(self, name: object) -> bool:
        """Whether a followed connection of this name is there or may come back."""
        self._forget_old_entries()
        return self._names[freeze_name(name)] > 0

    def is_sending_to(self, name: Frozen) -> bool:
        """Whether a sink that exists, and so does not reach later connections, may still send to a name."""
        return any(audience.has(name) for audience in self._sender_audiences.values())

    def between(self, place: int, end: int, name: Frozen) -> Sequence[bytes] | None:
        """Return the frames sent to a name from `place` up to `end`; None if not all of them are known."""
        self._forget_old_entries()
        first = self.length - len(self._entries)
        if not first <= place <= end:
            return None
        entries = islice(self._entries, place - first, end - first)
        sent_frames = [entry.frame for entry in entries if entry.audience.has(name)]
        frames = [frame for frame in sent_frames if frame is not None]
        return frames if len(frames) == len(sent_frames) else None

    def revoke(self, audience: Audience) -> None:
        """Forget all followers of an audience, so that none of them comes back to its place."""
        for token in [token for token, follower in self._followers.items() if audience.has(follower.frozen)]:
            self._drop_follower(token)

    def keep(self, audience: Audience, frame: bytes | None) -> None:
        """Keep a frame; None stands for a frame that cannot be sent again.

        A second None in a row for the same audience is left out, if no client was told a place after the first.
        """
        if frame is None and self._entries and self.latest_told < self.length:
            last = self._entries[-1]
            if last.frame is None and last.audience is audience:
                return
        self._entries.append(_HistoryEntry(audience, frame, trio.current_time()))
        self._bytes += len(frame or b"")
        self.length += 1
        self._forget_old_entries()

    def remember_sender(self, sink: object, audience: Audience) -> None:
        """Say that `sink` may send to an audience, as it was at the start, for as long as the sink exists."""
        self._sender_audiences[sink] = audience

    def _forget_old_entries(self) -> None:
        oldest = trio.current_time() - self._max_age
        while self._entries and (
            len(self._entries) > self._max_frames or self._bytes > self._max_bytes or self._entries[0].sent_at < oldest
        ):
            self._bytes -= len(self._entries.popleft().frame or b"")
        while self._departures and (len(self._departures) > _MAX_AWAY or self._departures[0][0] < oldest):
            self._drop_follower(self._departures.popleft()[1])

    def _drop_follower(self, token: str) -> None:
        follower = self._followers.pop(token, None)
        if follower is not None:
            self._names[follower.frozen] -= 1
            if not self._names[follower.frozen]:
                del self._names[follower.frozen]
