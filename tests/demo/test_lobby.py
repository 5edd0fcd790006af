"""The lobby's logic: actions are functions, and routes are data. No HTTP, no store, no server."""

from __future__ import annotations

import pytest

from demo import lobby_views as views
from demo.lobby import MOST_ROOMS_EACH, State, arrive, depart, is_in, is_room, join, leave, lobby, message
from demo.rooms import Message, Room, Rooms
from effects import Dispatch, create_dispatch
from effects.testing import Recorder
from plugins.connections import ANY, Connections, own_key
from plugins.datastar import Datastar
from plugins.http import Http

TEA = {"pattern": [ANY, ["lobby", "tea", ANY]]}
TO_OTHERS = {**TEA, "exclude": ["s1", ANY]}


def with_people(**people: str) -> State:
    """A state in which these are in the room called tea."""
    return {"rooms": {"tea": Room(people)}}


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
    assert join(with_people(s2="Ben"), "tea", "s1", "Ann", None, {}) == [
        ["patch-session", {"name": "Ann", "rooms": {"tea": True}}],
        ["patch-elements", views.room("tea", {"tea": Room({"s2": "Ben"})})],
    ]


@pytest.mark.parametrize(
    ("people", "called", "member_of", "why"),
    [
        ({"s2": "ann"}, None, [], "Somebody in this room has that name."),
        ({}, "Ben", ["bar"], "You are Ben in another room. Leave that first."),
        ({}, "Ann", [str(number) for number in range(MOST_ROOMS_EACH)], "You are in 5 rooms already. Leave one first."),
    ],
)
def test_some_are_kept_out(people: dict[str, str], called: str | None, member_of: list[str], why: str) -> None:
    """With a reason that they can read."""
    said = join(with_people(**people), "tea", "s1", "Ann", called, dict.fromkeys(member_of, True))
    assert said == [["patch-signals", {"errors": {"name": why}}]]


@pytest.mark.parametrize(("called", "member_of"), [("Ben", ["tea"]), ("Ann", ["bar"]), ("Ben", [])])
def test_some_are_not(called: str, member_of: list[str]) -> None:
    """Another name in the one room they are in, the same name in another, and whoever left before."""
    said = join(with_people(s1="Ben"), "tea", "s1", "Ann", called, dict.fromkeys(member_of, True))
    assert said[0] == ["patch-session", {"name": "Ann", "rooms": {"tea": True}}]


def test_whoever_comes_is_announced_to_the_others() -> None:
    """Not to themselves."""
    assert arrive(with_people(), "tea", "s1", "Ann") == [
        ["lobby/enter", "tea", "s1", "Ann"],
        ["broadcast", TO_OTHERS, ["lobby/show-people", "tea"], ["patch-elements", views.notice("Ann joined.")]],
    ]


def test_of_two_who_come_at_once_with_one_name_the_second_is_at_the_door_again() -> None:
    """Both were let in while nobody had it."""
    state = with_people(s2="ann")
    door = views.door("tea", state["rooms"], called="Ann", why="Somebody in this room has that name.")
    assert arrive(state, "tea", "s1", "Ann") == [["patch-elements", door], ["close-sse"]]


def test_whoever_has_gone_is_announced_once() -> None:
    """By leaving, or by their last tab's end, whichever comes first."""
    assert depart(with_people(s1="Ann"), "tea", "s1") == [
        ["lobby/exit", "tea", "s1"],
        ["broadcast", TO_OTHERS, ["lobby/show-people", "tea"], ["patch-elements", views.notice("Ann left.")]],
    ]
    assert depart(with_people(), "tea", "s1") == []


def test_leaving_ends_the_membership_and_every_stream_of_theirs() -> None:
    """All of their tabs are at the door again."""
    state = with_people(s1="Ann")
    door = ["patch-elements", views.door("tea", state["rooms"], called="Ann")]
    assert leave(state, "tea", "s1", "Ann") == [
        ["patch-session", {"rooms": {"tea": None}}],
        ["lobby/depart", "tea", "s1"],
        ["with-connection", own_key(("lobby", "tea", "s1")), door, ["close-sse"]],
        door,
    ]


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
    """Who was away while somebody else took it has to choose another."""
    monkeypatch.setattr("demo.lobby.rooms", rooms)
    ann = {"name": "Ann", "rooms": {"tea": True}}
    assert is_in("tea", ann, "s1")
    assert not is_in("bar", ann, "s1")
    assert not is_in("tea", {}, "s1")
    rooms.enter("tea", "s2", "ANN")
    assert not is_in("tea", ann, "s1")
