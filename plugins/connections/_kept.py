"""Groups whose frames a history keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from effects import Sink

from ._group import Member
from ._history import Audience, History
from ._store import ConnectionGroup, ConnectionStore, MemoryStore

__all__ = ["history_of", "kept"]


def kept(store: ConnectionStore, group: ConnectionGroup, pattern: object, exclude: Sequence[object] = ()) -> Sink:
    """The group, or a sink that sends to it and has the store's history, if there is one, keep what it sent."""
    history = history_of(store)
    if history is None:
        return group
    audience = Audience.of(pattern, exclude)
    sink = _Kept(history, group, audience)
    history.sending(sink, audience)
    return sink


def history_of(store: ConnectionStore) -> History | None:
    """Only a store in memory has one: others are sent to by processes that its history would not know of."""
    return store.history if isinstance(store, MemoryStore) else None


@final
class _Kept:
    """A sink that sends to another, and has a history keep what it sent."""

    def __init__(self, history: History, group: ConnectionGroup, audience: Audience) -> None:
        self._history = history
        self._group = group
        self._audience = audience

    def send(self, frame: bytes) -> None:
        """Send a frame, and keep it."""
        self._group.send(frame)
        self._history.keep(self._audience, frame)

    def close(self) -> None:
        """End all that are there; of those that are not, none may come back to its place."""
        self._group.close()
        self._history.revoke(self._audience)

    def members(self) -> Sequence[Sink]:
        """The single connections. Who is not there would have got something of their own: nobody knows what."""
        self._history.keep(self._audience, None)
        return [_KeptMember(self._history, member, self._audience) for member in self._group.members()]


@final
class _KeptMember:
    """One member of such a group, for what only it is sent: the history gets to know that there was something."""

    def __init__(self, history: History, member: Member, audience: Audience) -> None:
        self._history = history
        self._member = member
        self._audience = audience
        self.scope = member.scope
        self.key = member.key

    def send(self, frame: bytes) -> None:
        """Send a frame to this one."""
        self._member.send(frame)
        self._history.keep(self._audience, None)

    def close(self) -> None:
        """End this one."""
        self._member.close()

    def members(self) -> Sequence[Sink]:
        """This one."""
        return (self,)
