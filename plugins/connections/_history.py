"""What was sent to names lately, kept for connections that come back: replay. Off unless `Connections` is given one.

One record for all names, with who was meant, not one for each: keeping a frame costs the same however many it reaches,
and is forgotten with the oldest. Whoever comes back is asked for by name and pattern again, for each frame. It gets
what it would have got had it stayed, or is told that this is not known any more; never a part.

What is not known: frames that were forgotten, what was sent to single connections, such as the copies that `each=True`
effects make for those who are there, and what is still sent by a broadcast that had begun before the connection was
there, or by what that has spawned.
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
"""So many connections that were cut off may come back to their place."""
_RETURN_CAUSES = frozenset({"overflow", "expired"})
"""Why connections end that nobody wanted to end."""


@final
class Audience(NamedTuple):
    """Who is meant."""

    pattern: Frozen
    exclude: Sequence[Frozen] = ()

    @classmethod
    def of(cls, pattern: object, exclude: Sequence[object] = ()) -> Self:
        """Whoever matches a pattern and none of those in `exclude`. Raises `PatternError` for what is no pattern."""
        return cls(freeze_pattern(pattern), tuple(map(freeze_pattern, exclude)))

    def has(self, name: Frozen) -> bool:
        """Whether a name is among them."""
        return matches(self.pattern, name) and not any(matches(pattern, name) for pattern in self.exclude)


@final
class _HistoryEntry(NamedTuple):
    """One frame, or None for something that cannot be sent again."""

    audience: Audience
    frame: bytes | None
    sent_at: float


@final
class Follower:
    """One connection's place in a history. Event ids say how far it has come, to nobody but the history.

    That remembers it for as long as the connection is there, and longer where that was cut off: so nobody claims a
    place that was not theirs. When somebody ended the connection on purpose, its ids are worth nothing any more.
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
        """Return the id of where the connection begins, to be sent right behind what it begins with."""
        return self._id_at(self.start)

    def progress(self) -> bytes | None:
        """Return the id of a connection that was sent all there is; None if it was sent that id already."""
        return None if self._last_told == self._history.length else self._id_at(self._history.length)

    def was_sent_alone(self) -> None:
        """Say that the connection was sent something by itself: if it has begun, later ones cannot be sent that."""
        if self._last_told >= 0:
            self._history.keep(Audience(self.frozen), None)

    def missed(self, last: str) -> Sequence[bytes] | None:
        """The frames since the id that an earlier connection of the same name got last; None where they are not known.

        Those that come after this one was made reach it by themselves.
        """
        token, _, number = last.rpartition(".")
        earlier = self._history.follower(token)
        if self.unknown or earlier is None or earlier.frozen != self.frozen or not number.isdecimal():
            return None
        place = int(number[:20])
        return self._history.between(place, self.start, self.frozen) if place >= earlier.start else None

    def cut_off(self) -> None:
        """Say that the client has gone, if the connection is open: it may come back."""
        self._is_cut_off = True

    def _id_at(self, place: int) -> bytes:
        self._last_told = place
        self._history.latest_told = max(self._history.latest_told, place)
        return self._encode_id(f"{self.token}.{place}")

    def _handle_end(self, connection: Connection) -> None:
        self._history.forget(self.token, may_return=self._is_cut_off or connection.cause in _RETURN_CAUSES)


@final
class History:
    """The latest frames sent to names, for `Connections(history=History())`: at most so many, so large, so old.

    Also for so long may connections that were cut off come back to their place. It belongs to the store in memory that
    the plugin is given, and knows what every dispatch sends that shares it. Who comes back to another process begins
    anew. Raises `RegistrationError` for bounds that are no numbers above 0.
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
        """How many frames were ever kept: the place of who has got them all."""
        self.latest_told = 0
        """The latest place that anybody was told."""

    def follow(self, connection: Connection, encode_id: Callable[[str], bytes] = str.encode) -> Follower:
        """Remember a connection's place, from now on. Call it as soon as the connection is stored.

        `encode_id` makes the frame that tells the client an event id.
        """
        self._forget_old_entries()
        follower = Follower(self, connection, encode_id)
        if connection.cause is None:
            self._followers[follower.token] = follower
            self._names[follower.frozen] += 1
        return follower

    def follower(self, token: str) -> Follower | None:
        """Whoever has this token."""
        self._forget_old_entries()
        return self._followers.get(token)

    def forget(self, token: str, *, may_return: bool) -> None:
        """Forget a follower, after a while if it may come back."""
        if may_return:
            self._departures.append((trio.current_time(), token))
        else:
            self._drop_follower(token)

    def may_return(self, name: object) -> bool:
        """Whether somebody is there under a name, or may come back."""
        self._forget_old_entries()
        return self._names[freeze_name(name)] > 0

    def is_sending_to(self, name: Frozen) -> bool:
        """Whether something is being sent to a name, by who does not know of later connections."""
        return any(audience.has(name) for audience in self._sender_audiences.values())

    def between(self, place: int, end: int, name: Frozen) -> Sequence[bytes] | None:
        """What was sent to a name from one place to another; None where that is not wholly known."""
        self._forget_old_entries()
        first = self.length - len(self._entries)
        if not first <= place <= end:
            return None
        entries = islice(self._entries, place - first, end - first)
        sent_frames = [entry.frame for entry in entries if entry.audience.has(name)]
        frames = [frame for frame in sent_frames if frame is not None]
        return frames if len(frames) == len(sent_frames) else None

    def revoke(self, audience: Audience) -> None:
        """Let none of an audience come back to their place."""
        for token in [token for token, follower in self._followers.items() if audience.has(follower.frozen)]:
            self._drop_follower(token)

    def keep(self, audience: Audience, frame: bytes | None) -> None:
        """Keep a frame, or that there was something which cannot be kept.

        Of that, once is enough for as long as nobody has been told a place behind it.
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
        """Say that as long as a sink is there, something may be sent to an audience as it was at the start."""
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
