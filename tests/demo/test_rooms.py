"""Rooms: plain data, bounded, and names that look the same are the same."""

from __future__ import annotations

import pytest

from demo import rooms as module
from demo.rooms import Message, Room, Rooms, fold, tidy


def test_people_come_and_go() -> None:
    """Each under the scope of a session; a room at one moment stays as it was."""
    rooms = Rooms()
    rooms.enter("tea", "s1", "ann")
    before = rooms.now()
    rooms.enter("tea", "s2", "Ben")
    rooms.leave("tea", "s1")
    rooms.leave("bar", "s1")
    assert before["tea"].names == ["ann"]
    assert rooms.now()["tea"].names == ["Ben"]


def test_names_are_listed_as_people_would() -> None:
    """Whatever their case."""
    assert Room({"1": "ben", "2": "Cy", "3": "Ann"}).names == ["Ann", "ben", "Cy"]


@pytest.mark.parametrize("name", ["Ann", "ANN", "\uff21nn", "A\u200bnn", "an\u202dn"])
def test_who_looks_like_another_is_another(name: str) -> None:
    """To somebody else; one's own name is one's own."""
    room = Room({"s1": "Ann"})
    assert room.has_another("s2", name)
    assert not room.has_another("s1", name)
    assert not room.has_another("s2", "Anna")


def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last messages, and not too long altogether."""
    monkeypatch.setattr(module, "MOST_MESSAGES", 3)
    monkeypatch.setattr(module, "MOST_CHARACTERS", 10)
    rooms = Rooms()
    for number in range(5):
        rooms.say("tea", "Ann", str(number))
    assert rooms.now()["tea"].messages == tuple(Message(number + 1, "Ann", str(number)) for number in (2, 3, 4))
    rooms.say("tea", "Ann", "x" * 9)
    assert [message.text for message in rooms.now()["tea"].messages] == ["4", "x" * 9]


def test_rooms_that_nobody_is_in_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with people in them never are."""
    monkeypatch.setattr(module, "MOST_ROOMS", 3)
    rooms = Rooms()
    rooms.enter("tea", "s1", "Ann")
    for number in range(5):
        rooms.say(f"room {number}", "Ann", "hi")
    assert list(rooms.now()) == ["tea", "room 3", "room 4"]


def test_spaces_do_not_count() -> None:
    """Nor does what nobody sees."""
    assert tidy("  Ann \n Lee ") == "Ann Lee"
    assert fold("\u200b\u202e") == ""
