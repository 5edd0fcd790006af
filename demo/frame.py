"""The frame of all pages of the demo, and the sign that says whether a page is live."""

from __future__ import annotations

from htpy import (
    Element,
    Node,
    Renderable,
    a,
    body,
    div,
    footer,
    h1,
    head,
    header,
    html,
    link,
    main,
    meta,
    nav,
    p,
    span,
    title,
)

from demo.settings import client
from plugins.datastar import at, attr

__all__ = ["Page", "connection", "live", "opener"]

_LOST = (
    "evt.detail.el.id === 'stream' && ['retrying', 'error', 'finished'].includes(evt.detail.type)"
    " && ($connected = false)"
)


class Page:
    """The frame around every page: `Page("Title", "home")[content]`."""

    def __init__(self, name: str, current: str) -> None:
        self._name = name
        self._current = current

    def __getitem__(self, content: Node) -> Renderable:
        return html(lang="en")[
            head[
                meta(charset="utf-8"),
                meta(name="viewport", content="width=device-width, initial-scale=1"),
                meta(name="color-scheme", content="light dark"),
                title[f"{self._name} - rhialto"],
                link(rel="icon", href="data:,"),
                link(rel="stylesheet", href="/static/style.css"),
                client(),
            ],
            body[
                header[
                    nav(aria_label="Main")[
                        _link("Greet", "/", current=self._current == "home"),
                        _link("Lobby", "/lobby", current=self._current == "lobby"),
                        _link("About", "/about", current=self._current == "about"),
                    ]
                ],
                main[h1[self._name], content],
                footer["Effects as data, on trio."],
            ],
        ]


def live(content: Node) -> Element:
    """Wrap the live part of a page: it knows when its stream is lost."""
    return div(attr.signals({"connected": False}, "ifmissing") | attr.on("datastar-fetch", _LOST))[content]


def opener(stream: str, *, open_when_hidden: bool = False) -> Element:
    """Opens the stream at that URL, comes back to it, and leaves it when this element is gone. It does nothing else."""
    action = at.get(stream, retry="always", request_cancellation="cleanup", open_when_hidden=open_when_hidden)
    return div("#stream", attr.init(action))


def connection() -> Element:
    """Whether the page is live."""
    return p(".connection", attr.class_({"on": "$connected"}))[
        span(".dot", aria_hidden="true"),
        span(attr.text("$connected ? 'Connected' : 'Not connected'"))["Not live without JavaScript"],
    ]


def _link(text: str, href: str, *, current: bool) -> Element:
    return a(href=href, aria_current="page" if current else None)[text]
