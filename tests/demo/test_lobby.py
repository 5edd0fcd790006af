"""The lobby's logic: actions are functions, and routes are data. No HTTP, no store, no server."""

from __future__ import annotations

import pytest

from demo import lobby_views as views
from demo.lobby import State, arrive, depart, is_in, is_room, join, leave, lobby, message
from demo.rooms import Message, Person, Room, Rooms
from effects import Dispatch, create_dispatch
from effects.testing import Recorder
from plugins.connections import ANY, Connections, own_key
from plugins.datastar import Datastar
from plugins.http import Http

TEA = {"pattern": [ANY, ["lobby", "tea", ANY]]}
TO_OTHERS = {**TEA, "exclude": ["s1", ANY]}


def with_people(**people: str) -> State:
    """A state in which these are in the room called tea."""
    return {"rooms": {"tea": Room({scope: Person(name, is_here=True) for scope, name in people.items()})}}


@pytest.fixture
def rooms() -> Rooms:
    """No rooms yet."""
    return Rooms()


@pytest.fixture
def dispatch(rooms: Rooms) -> Dispatch:
    """The lobby's dispatch, without a server."""
    return create_dispatch([Datastar(), Connections(), Http(), lobby], system={"rooms": rooms})


def test_joining_makes_a_member_and_shows_the_room() -> None:
    """To the caller; the others hear of it when the stream opens."""
    state = with_people(s2="Ben")
    assert join(state, "tea", "s1", "Ann", None, {}) == [
        ["lobby/admit", "tea", "s1", "Ann"],
        ["patch-session", {"name": "Ann", "rooms": {"tea": True}}],
        ["patch-elements", views.room("tea", state["rooms"], called="Ann")],
    ]


@pytest.mark.parametrize(
    ("people", "called", "member_of", "why"),
    [
        ({"s2": "ann"}, None, [], "Somebody in this room has that name."),
        ({}, "Ben", ["bar", "inn"], "You are Ben in bar, inn. Leave first."),
        ({"s1": "Ben"}, "Ben", ["tea"], "You are Ben in tea. Leave first."),
        ({}, "Ann", list("abcde"), "You are in a, b, c, d, e. Leave one of them first."),
    ],
)
def test_some_are_kept_out(people: dict[str, str], called: str | None, member_of: list[str], why: str) -> None:
    """With a reason that they can read."""
    said = join(with_people(**people), "tea", "s1", "Ann", called, dict.fromkeys(member_of, True))
    assert said == [["patch-signals", {"errors": {"name": why}}]]


@pytest.mark.parametrize(
    ("people", "called", "member_of"),
    [({"s1": "Ann"}, "Ann", ["tea"]), ({}, "Ann", ["bar"]), ({}, "Ben", []), ({"s2": "Ben"}, "Ben", ["tea"])],
)
def test_some_are_not(people: dict[str, str], called: str, member_of: list[str]) -> None:
    """Another tab of theirs, the same name elsewhere, whoever left before, and whoever has lost their name here."""
    said = join(with_people(**people), "tea", "s1", "Ann", called, dict.fromkeys(member_of, True))
    assert said[0] == ["lobby/admit", "tea", "s1", "Ann"]


def test_whoever_comes_is_announced_to_the_others_once() -> None:
    """Not to themselves, and not again with another tab."""
    assert arrive(with_people(), "tea", "s1", "Ann") == [
        ["lobby/enter", "tea", "s1", "Ann"],
        ["broadcast", TEA, ["lobby/show-people", "tea"]],
        ["broadcast", TO_OTHERS, ["patch-elements", views.notice("Ann", "joined")]],
    ]
    assert arrive(with_people(s1="Ann"), "tea", "s1", "Ann") == []


def test_who_has_lost_their_name_is_at_the_door_again() -> None:
    """It was free while the server had forgotten them."""
    state = with_people(s2="ann")
    door = views.door("tea", state["rooms"], called="Ann", why="Somebody in this room has that name.")
    assert arrive(state, "tea", "s1", "Ann") == [["patch-elements", door], ["close-sse"]]


def test_whoever_has_gone_is_announced_once() -> None:
    """By leaving, or by their last tab's end, whichever comes first."""
    assert depart(with_people(s1="Ann"), "tea", "s1") == [
        ["lobby/exit", "tea", "s1"],
        ["broadcast", TEA, ["lobby/show-people", "tea"]],
        ["broadcast", TO_OTHERS, ["patch-elements", views.notice("Ann", "left")]],
    ]
    away: State = {"rooms": {"tea": Room({"s1": Person("Ann")})}}
    assert depart(away, "tea", "s1") == depart(with_people(), "tea", "s1") == []


def test_leaving_ends_the_membership_and_every_stream_of_theirs() -> None:
    """All of their tabs are at the door again, and see where else they are."""
    state = with_people(s1="Ann")
    door = ["patch-elements", views.door("tea", state["rooms"], called="Ann", mine=["bar"])]
    assert leave(state, "tea", "s1", "Ann", {"bar": True, "tea": True}) == [
        ["patch-session", {"rooms": {"tea": None}}],
        ["lobby/depart", "tea", "s1"],
        ["lobby/forget", "tea", "s1"],
        ["with-connection", own_key(("lobby", "tea", "s1")), door, ["close-sse"]],
        door,
    ]
    assert "room=bar" in str(door[1])


async def test_a_message_is_kept_and_shown(recorder: Recorder, rooms: Rooms) -> None:
    """To everyone: what shows it sees what was kept just before."""
    assert message({"rooms": {}}, "tea", "Ann", "hi") == [
        ["lobby/say", "tea", "Ann", "hi"],
        ["lobby/show-messages", "tea"],
    ]
    recorder.runs("lobby/say", lambda ctx, *said: rooms.say(*said))
    (await recorder([["lobby/message", "tea", "Ann", "<b>"]])).raise_errors()
    shown = views.messages(Room(messages=(Message(1, "Ann", "<b>"),)))
    assert recorder.effects[-2:] == [["patch-elements", shown], ["patch-signals", {"last": 1}]]
    assert "&lt;b&gt;" in shown


def test_routes_are_data() -> None:
    """Whom a message reaches can be read off."""
    routes = {one.key: one.metadata["route"] for one in lobby.registrations if "route" in one.metadata}
    assert {key: str(route) for key, route in routes.items()} == {
        "lobby/join": "POST /lobby/<room>/join",
        "lobby/message": "POST /lobby/<room>/message",
        "lobby/leave": "POST /lobby/<room>/leave",
    }


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("tea", True),
        ("Tee & Kuchen", True),
        ("*", True),
        ("x" * 41, False),
        (" tea", False),
        ("", False),
        ("\u200b", False),
        ("a/b", False),
        ("..", False),
    ],
)
def test_a_room_can_have_any_short_name(name: str, possible: bool) -> None:
    """That somebody can see."""
    assert is_room(name) is possible


def test_a_member_is_whoever_has_joined_and_has_their_name_still(monkeypatch: pytest.MonkeyPatch, rooms: Rooms) -> None:
    """And has not left: a cookie of theirs may say otherwise."""
    monkeypatch.setattr("demo.lobby.rooms", rooms)
    ann = {"name": "Ann", "rooms": {"tea": True}}
    assert is_in("tea", ann, "s1")
    assert not is_in("bar", ann, "s1")
    assert not is_in("tea", {}, "s1")
    rooms.join("tea", "s2", "ANN")
    assert not is_in("tea", ann, "s1")
    rooms.leave("tea", "s2")
    assert is_in("tea", ann, "s1")
    rooms.leave("tea", "s1")
    assert not is_in("tea", ann, "s1")
