"""Who is in which room, and what was said there: in memory, and bounded. Knows no effects and no web."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

__all__ = ["Message", "Room", "Rooms", "fold", "tidy"]

MOST_ROOMS = 100
MOST_MESSAGES = 50
MOST_CHARACTERS = 40_000
"""Of all messages in a room together: they are sent as one list, and a stream's queue is bounded."""


def tidy(text: str) -> str:
    """A name as it is shown: without spaces around it, and without several in a row."""
    return " ".join(text.split())


def fold(name: str) -> str:
    """A name as it is compared: two that look the same but for their case are the same."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cf", "Cc"})


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said: the how manieth message in its room, by whom, and what."""

    number: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room at one moment. It never changes: a change makes a new one."""

    people: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The names of those who are here, by the scopes of their sessions."""
    messages: tuple[Message, ...] = ()

    @property
    def last(self) -> int:
        """The number of the last message; 0 where there is none."""
        return self.messages[-1].number if self.messages else 0

    @property
    def names(self) -> list[str]:
        """Who is here, in alphabetical order."""
        return sorted(self.people.values(), key=fold)

    def has_another(self, scope: str, name: str) -> bool:
        """Whether somebody else who is here is called that."""
        return any(fold(theirs) == fold(name) for other, theirs in self.people.items() if other != scope)


class Rooms:
    """All rooms. There are only so many: those that nobody is in are forgotten, the oldest first."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}

    def now(self) -> Mapping[str, Room]:
        """The rooms at this moment, by name."""
        return dict(self._rooms)

    def enter(self, room: str, scope: str, name: str) -> None:
        """Somebody is here."""
        before = self._rooms.get(room, Room())
        self._keep(room, replace(before, people={**before.people, scope: name}))

    def leave(self, room: str, scope: str) -> None:
        """Somebody is here no more."""
        before = self._rooms.get(room, Room())
        self._keep(room, replace(before, people={one: name for one, name in before.people.items() if one != scope}))

    def say(self, room: str, name: str, text: str) -> None:
        """Keep what was said, and forget what was said long before."""
        before = self._rooms.get(room, Room())
        messages = [*before.messages, Message(before.last + 1, name, text)][-MOST_MESSAGES:]
        while sum(len(message.text) for message in messages) > MOST_CHARACTERS:
            del messages[0]
        self._keep(room, replace(before, messages=tuple(messages)))

    def _keep(self, name: str, room: Room) -> None:
        self._rooms[name] = room
        empty = [one for one, state in self._rooms.items() if not state.people and one != name]
        for one in empty[: max(0, len(self._rooms) - MOST_ROOMS)]:
            del self._rooms[one]
