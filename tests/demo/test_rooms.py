"""Rooms: plain data, bounded, and names that look the same are the same."""

from __future__ import annotations

import pytest

from demo import rooms as module
from demo.rooms import Message, Person, Room, Rooms, fold, tidy


def test_people_join_come_go_and_leave() -> None:
    """Each under the scope of a session; a room at one moment stays as it was."""
    rooms = Rooms()
    rooms.join("tea", "s1", "ann")
    rooms.enter("tea", "s1", "ann")
    before = rooms.now()["tea"]
    rooms.enter("tea", "s2", "Ben")
    rooms.exit("tea", "s1")
    rooms.exit("bar", "s1")
    assert (before.names, rooms.now()["tea"].names) == (["ann"], ["Ben"])
    assert rooms.now()["tea"].people["s1"] == Person("ann", is_here=False)
    rooms.leave("tea", "s1")
    assert list(rooms.now()["tea"].people) == ["s2"]


def test_who_joins_once_more_is_still_here() -> None:
    """With another tab at the door."""
    rooms = Rooms()
    rooms.enter("tea", "s1", "Ann")
    rooms.join("tea", "s1", "Ann")
    assert rooms.now()["tea"].names == ["Ann"]


def test_who_has_left_stays_out_until_they_join() -> None:
    """Whatever a cookie of theirs says; of so many it is known."""
    rooms = Rooms()
    rooms.join("tea", "s1", "Ann")
    assert not rooms.has_left("tea", "s1")
    rooms.leave("tea", "s1")
    assert rooms.has_left("tea", "s1")
    assert not rooms.has_left("bar", "s1")
    rooms.join("tea", "s1", "Ann")
    assert not rooms.has_left("tea", "s1")


def test_names_are_listed_as_people_would() -> None:
    """Whatever their case."""
    people = {str(number): Person(name, is_here=True) for number, name in enumerate(["ben", "Cy", "Ann"])}
    assert Room(people).names == ["Ann", "ben", "Cy"]


LOOK_ALIKES = [
    "Zo\u00e9",
    "ZO\u00c9",
    "Zoe\u0301",
    "Zoe\u200d\u0301",
    "\uff3ao\u00e9",
    "Zo\u200b\u00e9",
    "Zo\u00e9 \u200b",
    "\u202dZo\u00e9",
    "Zo\u00e9\ufe0f",
    "\u034fZo\u00e9",
    "Zo\u00e9\u180b",
    "Zo\u00e9\U000e0100",
    "Zo\u00e9\u2800",
    "Zo\u00e9\u3164",
]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_who_looks_like_another_is_another(name: str) -> None:
    """Here or away; to oneself, one's own name is one's own."""
    room = Room({"s1": Person("Zo\u00e9")})
    assert not room.is_free(name, "s2")
    assert room.is_free(name, "s1")
    assert room.is_free("Zoe", "s2")


def test_only_whoever_has_a_name_may_speak_under_it() -> None:
    """Who is not known may, as long as nobody has it."""
    room = Room({"s1": Person("Ann", is_here=True)})
    assert room.is_called("s1", "Ann")
    assert not room.is_called("s1", "Ben")
    assert not room.is_called("s2", "ANN")
    assert room.is_called("s2", "Ben")


def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last messages, and not too long altogether, as they will be sent."""
    monkeypatch.setattr(module, "MAX_MESSAGES", 3)
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    rooms = Rooms()
    for number in range(5):
        rooms.say("tea", "Ann", str(number))
    assert rooms.now()["tea"].messages == tuple(Message(number + 1, "Ann", str(number)) for number in (2, 3, 4))
    rooms.say("tea", "Ann", "<<")
    assert [message.text for message in rooms.now()["tea"].messages] == ["3", "4", "<<"]
    rooms.say("tea", "Ann", "\u20ac\u20ac")
    assert [message.text for message in rooms.now()["tea"].messages] == ["\u20ac\u20ac"]


def test_rooms_that_nobody_is_in_are_forgotten_the_longest_unused_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with people in them never are."""
    monkeypatch.setattr(module, "MAX_ROOMS", 3)
    rooms = Rooms()
    rooms.enter("tea", "s1", "Ann")
    for name in ("a", "b", "a", "c"):
        rooms.say(name, "Ann", "hi")
    assert list(rooms.now()) == ["tea", "a", "c"]


def test_of_those_who_are_away_and_of_those_who_left_so_many_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last ones."""
    monkeypatch.setattr(module, "MAX_AWAY", 2)
    monkeypatch.setattr(module, "MAX_LEFT", 2)
    rooms = Rooms()
    rooms.enter("tea", "here", "Zed")
    for number in range(4):
        rooms.join("tea", str(number), f"n{number}")
        rooms.leave("bar", str(number))
    assert list(rooms.now()["tea"].people) == ["here", "2", "3"]
    assert [rooms.has_left("bar", str(number)) for number in range(4)] == [False, False, True, True]


def test_spaces_and_what_nobody_sees_do_not_count() -> None:
    """A name that is nothing else is none."""
    assert tidy("  Ann \n Lee\x00\x1b ") == "Ann Lee"
    for name in ("\u200b\u202e", "\u3164", "\u2800 ", ""):
        assert fold(name) == ""
