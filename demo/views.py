"""The greet page's HTML, built with htpy: text that goes in is escaped."""

from __future__ import annotations

from collections.abc import Mapping

from htpy import Renderable, button, div, form, fragment, input, label, p
from markupsafe import Markup

from demo.frame import Page, connection, live, opener
from plugins.datastar import at, attr
from plugins.datastar import html as trusted

__all__ = ["State", "about", "greeting", "home"]

State = Mapping[str, object]


def greeting(name: object) -> Markup:
    """The one element that greetings are patched into. `Markup` is a str, so effects that hold it can be compared."""
    text = "Nobody has been greeted yet." if name is None else f"Hello, {name}"
    return trusted(str(div("#greeting.greeting", role="status", aria_live="polite")[text]))


def home(*, stream: str, greet: str, latest: str | None) -> Renderable:
    """The greet page. `stream` and `greet` are URLs."""
    return Page("Greet", "home")[
        live(
            div(attr.signals({"name": "", "errors": {"name": ""}}))[
                opener(stream),
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
                connection(),
            ]
        )
    ]


def about() -> Renderable:
    """A plain page: no stream, no signals."""
    return Page("About", "about")[
        fragment[
            p(".lead")["Each greeting is one effect vector, dispatched once and fanned out to every open stream."],
            p[
                "The form posts to the server, an action says what should happen, and the interpreters of three "
                "plugins make it happen. With JavaScript off the same form posts, and the page shows the greeting "
                "when it loads."
            ],
            p["The lobby's routes are not written as handlers: each is metadata of the action that it dispatches."],
        ]
    ]
