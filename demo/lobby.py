"""The lobby: rooms that people join, talk in and leave. Each route is metadata of the action that it dispatches.

The one thing that is not here is the stream that stays open, since routes are request/response: see `demo/app.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from pydantic import AfterValidator, BaseModel, Field
from quart import redirect, request, session, url_for
from quart.typing import ResponseReturnValue

from demo import lobby_views as views
from demo.rooms import Person, Room, Rooms, fold, tidy
from effects import Context, Placeholder, Registry
from plugins.connections import ANY, own_key
from plugins.http import PathParam, RequestData, Session, Signal
from plugins.routes import Route

__all__ = ["MAX_ROOMS_EACH", "SCOPE", "State", "is_in", "is_member", "is_room", "lobby", "rooms"]

MAX_ROOMS_EACH = 5
TAKEN = "Somebody in this room has that name."
SCOPE = Placeholder("connection/own-scope")

lobby = Registry("lobby")
rooms = Rooms()


class State(TypedDict):
    """The state that actions see."""

    rooms: Mapping[str, Room]


# What the forms send.


def _check_visible(text: str) -> str:
    if not fold(text).strip():
        raise ValueError("Type something first.")
    return text


class Join(BaseModel):
    """A name to join with."""

    name: Annotated[str, Field(max_length=40), AfterValidator(tidy), AfterValidator(_check_visible)]


class Said(BaseModel):
    """A message."""

    text: Annotated[str, Field(max_length=10_000), AfterValidator(_check_visible)]


# Who may.


def is_room(name: str) -> bool:
    """Whether a room can have that name: any short text that can be one segment of a path."""
    is_segment = "/" not in name and name not in {".", ".."}
    return name == tidy(name) and len(name) <= 40 and is_segment and bool(fold(name))


def is_in(room: str, visitor: Mapping[str, Any], scope: str) -> bool:
    """Whether a visitor, of whom we have the session, has joined a room, and neither left it nor lost their name."""
    if room not in visitor.get("rooms", {}) or rooms.has_left(room, scope):
        return False
    return rooms.now().get(room, Room()).is_called(scope, visitor["name"])


def may_join(data: RequestData) -> bool:
    """Whether the path names a room."""
    return is_room(data["path"]["room"])


def is_member(data: RequestData) -> bool:
    """Whether the visitor is in the room of the path."""
    return is_in(data["path"]["room"], data["session"], data["connection"].get("scope", ""))


def has_joined(data: RequestData) -> bool:
    """Whether the visitor has joined the room of the path, whatever has become of their name: they may leave it."""
    return data["path"]["room"] in data["session"].get("rooms", {})


# What is so, and how it changes.


@lobby.state("rooms")
def rooms_now(*, rooms: Rooms) -> Mapping[str, Room]:
    """All rooms, by name."""
    return rooms.now()


@lobby.effect("lobby/admit")
def admit(ctx: Context, room: str, scope: str, name: str, *, rooms: Rooms) -> None:
    """Somebody may come, and a name is theirs."""
    rooms.join(room, scope, name)


@lobby.effect("lobby/enter")
def enter(ctx: Context, room: str, scope: str, name: str, *, rooms: Rooms) -> None:
    """Somebody is here."""
    rooms.enter(room, scope, name)


@lobby.effect("lobby/exit")
def exit_room(ctx: Context, room: str, scope: str, *, rooms: Rooms) -> None:
    """Somebody is here no more."""
    rooms.exit(room, scope)


@lobby.effect("lobby/forget")
def forget(ctx: Context, room: str, scope: str, *, rooms: Rooms) -> None:
    """Somebody has left for good."""
    rooms.leave(room, scope)


@lobby.effect("lobby/say")
def say(ctx: Context, room: str, name: str, text: str, *, rooms: Rooms) -> None:
    """Keep what was said."""
    rooms.say(room, name, text)


# What is shown.


@lobby.action("lobby/show-people")
def show_people(state: State, room: str) -> list[object]:
    """Show who is here."""
    return [["patch-elements", views.people(_room(state, room).names)]]


@lobby.action("lobby/show-messages")
def show_messages(state: State, room: str) -> list[object]:
    """Show what was said."""
    now = _room(state, room)
    return [["patch-elements", views.messages(now)], ["patch-signals", {"last": now.last}]]


# What happens.


def joined() -> ResponseReturnValue:
    """Send a browser without JavaScript into the room, or back to its door."""
    room = (request.view_args or {})["room"]
    refused = None if room in session.get("rooms", {}) else "1"
    return redirect(url_for("lobby_page", room=room, refused=refused), 303)


@lobby.action(
    "lobby/join",
    route=Route(
        "/lobby/<room>/join",
        signals=Join,
        dispatch=[
            "lobby/join",
            PathParam("room"),
            SCOPE,
            Signal("name"),
            Session("name", default=None),
            Session("rooms", default={}),
        ],
        allow=may_join,
        otherwise=joined,
    ),
)
def join(
    state: State, room: str, scope: str, name: str, called: str | None, member_of: Mapping[str, object]
) -> list[object]:
    """Make somebody a member, and show them the room. Its stream, which they then open, says that they are here."""
    why = _refusal(state, room, scope, name, called, member_of)
    if why:
        return [["patch-signals", {"errors": {"name": why}}]]
    return [
        ["lobby/admit", room, scope, name],
        ["patch-session", {"name": name, "rooms": {room: True}}],
        ["patch-elements", views.room(room, state["rooms"], called=name, mine=member_of)],
    ]


@lobby.action("lobby/arrive")
def arrive(state: State, room: str, scope: str, name: str) -> list[object]:
    """Somebody has come, with the first of their tabs: tell everyone. A guest who lost the name is back at the door."""
    now = _room(state, room)
    if not now.is_called(scope, name):
        return [["patch-elements", views.door(room, state["rooms"], called=name, why=TAKEN)], ["close-sse"]]
    if now.people.get(scope) == Person(name, is_here=True):
        return []
    return [["lobby/enter", room, scope, name], *_tell(room, scope, name, "joined")]


@lobby.action(
    "lobby/message",
    route=Route(
        "/lobby/<room>/message",
        signals=Said,
        dispatch=["lobby/message", PathParam("room"), Session("name"), Signal("text")],
        target=[ANY, ["lobby", PathParam("room"), ANY]],
        reply=[["patch-signals", {"text": ""}]],
        allow=is_member,
    ),
)
def message(state: State, room: str, name: str, text: str) -> list[object]:
    """Say something to everyone in the room."""
    return [["lobby/say", room, name, text], ["lobby/show-messages", room]]


@lobby.action("lobby/depart")
def depart(state: State, room: str, scope: str) -> list[object]:
    """Somebody is here no more: tell everyone, unless they know already."""
    person = _room(state, room).people.get(scope)
    if person is None or not person.is_here:
        return []
    return [["lobby/exit", room, scope], *_tell(room, scope, person.name, "left")]


def at_the_door() -> ResponseReturnValue:
    """Send a browser without JavaScript to the door when it has left."""
    return redirect(url_for("lobby_page", room=(request.view_args or {})["room"]), 303)


@lobby.action(
    "lobby/leave",
    route=Route(
        "/lobby/<room>/leave",
        dispatch=["lobby/leave", PathParam("room"), SCOPE, Session("name"), Session("rooms")],
        allow=has_joined,
        otherwise=at_the_door,
    ),
)
def leave(state: State, room: str, scope: str, name: str, member_of: Mapping[str, object]) -> list[object]:
    """End a membership, and every stream that came of it: all tabs of theirs are at the door again."""
    mine = [one for one in member_of if one != room]
    door = ["patch-elements", views.door(room, state["rooms"], called=name, mine=mine)]
    return [
        ["patch-session", {"rooms": {room: None}}],
        ["lobby/depart", room, scope],
        ["lobby/forget", room, scope],
        ["with-connection", own_key(("lobby", room, scope)), door, ["close-sse"]],
        door,
    ]


def _room(state: State, room: str) -> Room:
    return state["rooms"].get(room, Room())


def _tell(room: str, scope: str, name: str, did: str) -> list[object]:
    """Tell the others what somebody did, and everyone who is here now: what was said of that before comes before."""
    everyone = [ANY, ["lobby", room, ANY]]
    return [
        ["broadcast", {"pattern": everyone}, ["lobby/show-people", room]],
        ["broadcast", {"pattern": everyone, "exclude": [scope, ANY]}, ["patch-elements", views.notice(name, did)]],
    ]


def _refusal(
    state: State, room: str, scope: str, name: str, called: str | None, member_of: Mapping[str, object]
) -> str:
    """Return the reason that keeps a guest out, in words for them; empty if there is none."""
    mine = sorted(other for other in member_of if other != room or _room(state, room).is_called(scope, called or ""))
    if mine and called != name:
        return f"You are {called} in {', '.join(mine)}. Leave first."
    if len({*mine, room}) > MAX_ROOMS_EACH:
        return f"You are in {', '.join(mine)}. Leave one of them first."
    if not _room(state, room).is_free(name, scope):
        return TAKEN
    return ""
