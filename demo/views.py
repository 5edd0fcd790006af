"""The demo's HTML, built with htpy: text that goes in is escaped."""

from __future__ import annotations

from collections.abc import Mapping

from htpy import (
    Element,
    Node,
    Renderable,
    a,
    body,
    button,
    div,
    footer,
    form,
    h1,
    head,
    header,
    html,
    input,
    label,
    link,
    main,
    meta,
    nav,
    p,
    script,
    span,
    title,
)
from markupsafe import Markup

from demo.settings import client_url
from plugins.datastar import at, attr
from plugins.datastar import html as trusted

__all__ = ["State", "about", "greeting", "home"]

State = Mapping[str, object]

_LOST = (
    "evt.detail.el.id === 'stream' && ['retrying', 'error', 'finished'].includes(evt.detail.type)"
    " && ($connected = false)"
)


def greeting(name: object) -> Markup:
    """The one element that greetings are patched into. `Markup` is a str, so effects that hold it can be compared."""
    text = "Nobody has been greeted yet." if name is None else f"Hello, {name}"
    return trusted(str(div("#greeting.greeting", role="status", aria_live="polite")[text]))


def home(*, stream: str, greet: str, latest: str | None) -> Renderable:
    """The greet page. `stream` and `greet` are URLs."""
    return _page("Greet", "home")[
        div(
            attr.signals({"connected": False, "name": "", "errors": {"name": ""}}) | attr.on("datastar-fetch", _LOST),
        )[
            div("#stream", attr.init(at.get(stream, retry="always", request_cancellation="cleanup"))),
            p(".lead")["Whoever has this page open sees every greeting at once. Open it in a second window."],
            greeting(latest),
            form(attr.on("submit", at.post(greet)), action=greet, method="post")[
                label(for_="name")["Whom do you greet?"],
                div(".row")[
                    input(
                        attr.bind("name") | attr.attr({"aria-invalid": "$errors.name ? 'true' : 'false'"}),
                        id="name",
                        name="name",
                        required=True,
                        maxlength="80",
                        autocomplete="off",
                        aria_describedby="name-error",
                    ),
                    button(type="submit")["Greet"],
                ],
                p("#name-error.error", attr.text("$errors.name"), aria_live="polite"),
            ],
            p(".connection", attr.class_({"on": "$connected"}))[
                span(".dot", aria_hidden="true"),
                span(attr.text("$connected ? 'Connected' : 'Not connected'"))["Not live without JavaScript"],
            ],
        ]
    ]


def about() -> Renderable:
    """A plain page: no stream, no signals."""
    return _page("About", "about")[
        p(".lead")["Each greeting is one effect vector, dispatched once and fanned out to every open stream."],
        p[
            "The form posts to the server, an action says what should happen, and the interpreters of three plugins "
            "make it happen. With JavaScript off the same form posts, and the page shows the greeting when it loads."
        ],
    ]


def _page(name: str, current: str) -> _Page:
    return _Page(name, current)


class _Page:
    """The frame around every page: `_page("Title", "home")[content]`."""

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
                script(type="module", src=client_url()),
            ],
            body[
                header[
                    nav(aria_label="Main")[
                        _link("Greet", "/", current=self._current == "home"),
                        _link("About", "/about", current=self._current == "about"),
                    ]
                ],
                main[h1[self._name], content],
                footer["Effects as data, on trio."],
            ],
        ]


def _link(text: str, href: str, *, current: bool) -> Element:
    return a(href=href, aria_current="page" if current else None)[text]
