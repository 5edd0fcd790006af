"""Groups whose frames a history keeps."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import final

from effects import Sink

from ._group import Member
from ._history import Audience, History
from ._store import ConnectionGroup

__all__ = ["kept"]


@contextmanager
def kept(
    history: History | None, group: ConnectionGroup, pattern: object, exclude: Sequence[object] = ()
) -> Generator[Sink]:
    """The group as a sink whose frames `history` keeps, if there is one, for as long as effects are run against it."""
    if history is None:
        yield group
        return
    audience = Audience.of(pattern, exclude)
    with history.sending(audience):
        yield _Kept(history, group, audience)


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
        return [_KeptMember(self._history, one) for one in self._group.members()]


@final
class _KeptMember:
    """One member of such a group, for what only it is sent: its name gets to know that there was something."""

    def __init__(self, history: History, member: Member) -> None:
        self._history = history
        self._member = member
        self._audience = Audience.of((member.scope, member.key))
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
