"""The guests and the messages of each room: in memory, and bounded. This module knows no effects and no web."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from markupsafe import escape

__all__ = ["Message", "Person", "Room", "Rooms", "fold", "tidy"]

MAX_ROOMS = 100
MAX_AWAY = 100
"""In each room: of so many who are not here now, the name is kept."""
MAX_LEFT = 10_000
MAX_MESSAGES = 50
MAX_BYTES = 200_000
"""The size of all messages in a room together, as HTML: they are sent as one list, and a stream's queue is bounded."""

_UNSEEN = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
"""Fillers and joiners that Unicode does not count among the formats."""


def tidy(text: str) -> str:
    """A name as it is shown: without control characters, without spaces around it or several in a row."""
    return " ".join("".join(" " if sign.isspace() else sign for sign in text if _is_shown(sign)).split())


def fold(name: str) -> str:
    """A name as it is compared: empty where nothing can be seen of it.

    Two that differ in case, in width or in what nobody sees are the same. Letters of another script that look alike
    are not.
    """
    seen = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not _is_unseen(sign))
    return tidy(unicodedata.normalize("NFKC", seen).casefold())


def _is_shown(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cs"}


def _is_unseen(sign: str) -> bool:
    is_variation = "VARIATION SELECTOR" in unicodedata.name(sign, "")
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} or is_variation or sign in _UNSEEN


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has joined: their name, and whether they are here now, with the room open."""

    name: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its number in its room, its author, and its text."""

    number: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room at one moment. It never changes: a change makes a new one."""

    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    """Those who have joined, by the scopes of their sessions. Their names are theirs, also while they are away."""
    messages: tuple[Message, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the guests, in alphabetical order."""
        return sorted((person.name for person in self.people.values() if person.is_here), key=fold)

    @property
    def last(self) -> int:
        """The number of the last message; 0 where there is none."""
        return self.messages[-1].number if self.messages else 0

    def is_free(self, name: str, scope: str) -> bool:
        """Whether nobody but the one with that scope is called that."""
        return all(fold(person.name) != fold(name) for other, person in self.people.items() if other != scope)

    def is_called(self, scope: str, name: str) -> bool:
        """Whether whoever has that scope may speak under a name: it is theirs, or nobody's."""
        mine = self.people.get(scope)
        return self.is_free(name, scope) if mine is None else mine.name == name


class Rooms:
    """All rooms. There are only so many: those that nobody is in are forgotten, the longest unused first."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._left: dict[tuple[str, str], None] = {}

    def now(self) -> Mapping[str, Room]:
        """The rooms at this moment, by name."""
        return dict(self._rooms)

    def has_left(self, room: str, scope: str) -> bool:
        """Whether somebody has left a room for good, whatever an old cookie of theirs may say."""
        return (room, scope) in self._left

    def join(self, room: str, scope: str, name: str) -> None:
        """Somebody may come, under a name that is theirs from now on."""
        self._left.pop((room, scope), None)
        before = self._rooms.get(room, Room()).people.get(scope)
        self._put(room, scope, Person(name, is_here=before is not None and before.is_here))

    def enter(self, room: str, scope: str, name: str) -> None:
        """Somebody is here."""
        self._put(room, scope, Person(name, is_here=True))

    def exit(self, room: str, scope: str) -> None:
        """Somebody is here no more, and may come back."""
        before = self._rooms.get(room, Room()).people.get(scope)
        if before is not None:
            self._put(room, scope, replace(before, is_here=False))

    def leave(self, room: str, scope: str) -> None:
        """Somebody has left for good: their name is free."""
        before = self._rooms.get(room, Room())
        self._keep(room, replace(before, people={other: who for other, who in before.people.items() if other != scope}))
        self._left[room, scope] = None
        if len(self._left) > MAX_LEFT:
            del self._left[next(iter(self._left))]

    def say(self, room: str, name: str, text: str) -> None:
        """Keep what was said, and forget what was said long before."""
        before = self._rooms.get(room, Room())
        messages = [*before.messages, Message(before.last + 1, name, text)][-MAX_MESSAGES:]
        while sum(len(escape(message.text).encode()) for message in messages) > MAX_BYTES:
            del messages[0]
        self._keep(room, replace(before, messages=tuple(messages)))

    def _put(self, room: str, scope: str, person: Person) -> None:
        before = self._rooms.get(room, Room())
        people = {other: who for other, who in before.people.items() if other != scope} | {scope: person}
        away = [other for other, who in people.items() if not who.is_here]
        for other in away[: max(0, len(away) - MAX_AWAY)]:
            del people[other]
        self._keep(room, replace(before, people=people))

    def _keep(self, name: str, room: Room) -> None:
        self._rooms.pop(name, None)
        self._rooms[name] = room
        unused = [other for other, state in self._rooms.items() if not state.names and other != name]
        for other in unused[: max(0, len(self._rooms) - MAX_ROOMS)]:
            del self._rooms[other]
