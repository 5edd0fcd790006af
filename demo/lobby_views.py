"""The lobby's HTML. Each function makes the one element that its patches replace, so sending it twice does no harm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from htpy import (
    Element,
    Renderable,
    a,
    bdi,
    button,
    div,
    form,
    h2,
    input,
    label,
    li,
    nav,
    ol,
    p,
    section,
    span,
    strong,
    textarea,
    ul,
)
from markupsafe import Markup

from demo.frame import Page, connection, live, opener
from demo.rooms import Room, fold
from plugins.datastar import at, attr
from plugins.datastar import html as trusted

__all__ = ["door", "messages", "notice", "page", "people", "room", "url"]

_MAX_LISTED = 12
_ALWAYS = ("garden", "tea", "workshop")
_FOCUS = "el.focus()"
_TO_THE_END = "el.scrollTop = el.scrollHeight"
_AT_THE_END = "$_end = el.scrollHeight - el.scrollTop - el.clientHeight < 40"
_SEND = "evt.key === 'Enter' && !evt.shiftKey && !evt.isComposing && (evt.preventDefault(), el.form.requestSubmit())"


def url(name: str, what: str) -> str:
    """The address of something in a room."""
    return f"/lobby/{quote(name, safe='')}/{what}"


def page(content: Markup) -> Renderable:
    """The page around the door, or around a room."""
    return Page("Lobby", "lobby")[live(content)]


def door(name: str, rooms: Mapping[str, Room], *, called: str = "", why: str = "", mine: Iterable[str] = ()) -> Markup:
    """In front of a room: which one, and who are you? `why` says what kept somebody out, `mine` where they are."""
    join = url(name, "join")
    return _markup(
        section("#lobby", attr.signals({"name": called, "errors": {"name": why}}))[
            p(".lead")["Choose a room and a name. What you say is seen by everyone in the room, at once."],
            _room_links(name, rooms, mine),
            form(attr.on("submit", at.post(join)), action=join, method="post")[
                label(for_="name")["Your name"],
                div(".row")[
                    input(
                        attr.bind("name")
                        | attr.attr({"aria-invalid": "$errors.name ? 'true' : 'false'"})
                        | attr.init(_FOCUS),
                        id="name",
                        name="name",
                        value=called,
                        required=True,
                        maxlength="40",
                        autocomplete="nickname",
                        aria_describedby="name-error",
                    ),
                    button(type="submit")["Join ", bdi[name]],
                ],
                p("#name-error.error", attr.text("$errors.name"), aria_live="polite")[why],
            ],
            form(".other", action="/lobby", method="get")[
                label(for_="other")["Or another room"],
                div(".row")[
                    input(id="other", name="room", required=True, maxlength="40", autocomplete="off"),
                    button(".quiet", type="submit")["Go there"],
                ],
            ],
        ]
    )


def room(name: str, rooms: Mapping[str, Room], *, called: str, mine: Iterable[str] = ()) -> Markup:
    """In a room, under a name: who is here, what was said, and something to say. `mine` are other rooms they are in."""
    state = rooms.get(name, Room())
    say, leave = url(name, "message"), url(name, "leave")
    return _markup(
        section(
            "#lobby",
            attr.signals({"connected": False, "text": "", "last": state.last, "_end": True, "errors": {"text": ""}}),
        )[
            opener(url(name, "sse"), open_when_hidden=True),  # who looks at another tab is still here
            _room_links(name, rooms, mine),
            div(".head")[
                h2[bdi[name]],
                form(attr.on("submit", at.post(leave)), action=leave, method="post")[
                    button(".quiet", type="submit")["Leave"]
                ],
            ],
            people(sorted({*state.names, called}, key=fold)),
            messages(state),
            notice(),
            form(attr.on("submit", at.post(say)), action=say, method="post")[
                label(for_="text")["Your message"],
                div(".row")[
                    textarea(
                        attr.bind("text")
                        | attr.attr({"aria-invalid": "$errors.text ? 'true' : 'false'"})
                        | attr.on("keydown", _SEND)
                        | attr.init(_FOCUS),
                        id="text",
                        name="text",
                        rows="2",
                        required=True,
                        maxlength="10000",
                        aria_describedby="text-error",
                    ),
                    button(type="submit")["Send"],
                ],
                p("#text-error.error", attr.text("$errors.text"), aria_live="polite"),
            ],
            connection(),
        ]
    )


def people(names: list[str]) -> Markup:
    """Render the list of guests."""
    items = (li[bdi[name]] for name in names)
    return _markup(ul("#people.people", aria_label="Who is here")[items if names else li(".nobody")["Nobody yet"]])


def messages(state: Room) -> Markup:
    """Render the messages. The last one, numbered `$last`, comes into sight, unless the guest reads older ones."""
    lines = (
        li(id=f"m{message.number}")[strong[bdi[message.name]], " ", span(dir="auto")[message.text]]
        for message in state.messages
    )
    scrolling = (
        attr.init(_TO_THE_END) | attr.on("scroll", _AT_THE_END) | attr.effect(f"$last && $_end && ({_TO_THE_END})")
    )
    return _markup(
        ol("#messages.messages", scrolling, role="log", aria_label="Messages", tabindex="0")[
            lines if state.messages else li(".nobody")["Nobody has said anything yet."]
        ]
    )


def notice(name: str = "", did: str = "") -> Markup:
    """Render the latest event."""
    return _markup(p("#notice.notice", role="status")[name and [bdi[name], f" {did}."]])


def _room_links(current: str, rooms: Mapping[str, Room], mine: Iterable[str]) -> Element:
    """Render the rooms where a guest may go: each is a page of its own."""
    busy = sorted((name for name, state in rooms.items() if state.names), key=lambda name: -len(rooms[name].names))
    names = sorted({*_ALWAYS, *mine, *busy[:_MAX_LISTED], current})
    return nav(".rooms", aria_label="Rooms")[
        (
            a(href=f"/lobby?{urlencode({'room': name})}", aria_current="page" if name == current else None)[bdi[name]]
            for name in names
        )
    ]


def _markup(element: Element) -> Markup:
    """As a str, so that effects that hold it can be compared."""
    return trusted(str(element))
