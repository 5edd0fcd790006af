"""Groups whose frames a history keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from effects import Sink

from ._group import NamedSink
from ._history import Audience, History
from ._store import ConnectionGroup, ConnectionStore, MemoryStore

__all__ = ["history_of", "history_sink", "revoke"]


def history_sink(
    store: ConnectionStore, group: ConnectionGroup, pattern: object, exclude: Sequence[object] = ()
) -> Sink:
    """Return the group, or, if the store has a history, a sink that sends to the group and has it keep each frame."""
    history = history_of(store)
    if history is None:
        return group
    audience = Audience.of(pattern, exclude)
    sink = _HistorySink(history, group, audience)
    history.remember_sender(sink, audience)
    return sink


def history_of(store: ConnectionStore) -> History | None:
    """Return the history of a store in memory, if it has one.

    Other stores have none: other processes may send to them, and a history here would not know of that.
    """
    return store.history if isinstance(store, MemoryStore) else None


def revoke(store: ConnectionStore, pattern: object, exclude: Sequence[object] = ()) -> None:
    """Forget, in the store's history, the places of the connections that match: they were ended on purpose."""
    history = history_of(store)
    if history is not None:
        history.revoke(Audience.of(pattern, exclude))


@final
class _HistorySink:
    """A sink that sends to a group, and has a history keep each frame."""

    def __init__(self, history: History, group: ConnectionGroup, audience: Audience) -> None:
        self._history = history
        self._group = group
        self._audience = audience

    def send(self, frame: bytes) -> None:
        """Send a frame to the group, and keep it."""
        self._group.send(frame)
        self._history.keep(self._audience, frame)

    def close(self) -> None:
        """End all connections of the group. None that is away may come back to its place."""
        self._group.close()
        self._history.revoke(self._audience)

    def members(self) -> Sequence[Sink]:
        """Return the single connections. The history notes that each may get frames which cannot be kept."""
        self._history.keep(self._audience, None)
        return [_HistoryMember(self._history, member, self._audience) for member in self._group.members()]


@final
class _HistoryMember:
    """One member of such a group. The history notes that the member was sent a frame, but does not keep the frame."""

    def __init__(self, history: History, member: NamedSink, audience: Audience) -> None:
        self._history = history
        self._member = member
        self._audience = audience
        self.scope = member.scope
        self.key = member.key

    def send(self, frame: bytes) -> None:
        """Send a frame to this member alone."""
        self._member.send(frame)
        self._history.keep(self._audience, None)

    def close(self) -> None:
        """End this member."""
        self._member.close()

    def members(self) -> Sequence[Sink]:
        """Return this one member."""
        return (self,)
