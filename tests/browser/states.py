"""Every page of the demo in every state that people see it in, to be looked at and measured.

`python -m tests.browser.states FOLDER` takes a picture of each, light and dark, wide and on a phone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.visitors import AWAY, Visitors, connected, visiting

__all__ = ["SCHEMES", "STATES", "State"]

State = Callable[[str, Visitors], Page]
"""A function of the demo's URL that brings a page into a state."""

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
LONG = "Donaudampfschifffahrtsgesellschaftskapitän"


def greet_empty(url: str, visitors: Visitors) -> Page:
    """Before the first greeting."""
    return connected(visitors.page(url))


def greet_long(url: str, visitors: Visitors) -> Page:
    """Somebody with a long name."""
    page = connected(visitors.page(url))
    page.get_by_label("Whom do you greet?").fill(LONG * 2)
    page.get_by_role("button", name="Greet").click()
    expect(page.locator("#greeting")).to_contain_text(LONG[:40])
    return page


def greet_error(url: str, visitors: Visitors) -> Page:
    """A message beside the field."""
    page = connected(visitors.page(url))
    page.get_by_label("Whom do you greet?").fill("  ")
    page.get_by_role("button", name="Greet").click()
    expect(page.locator("#name-error")).not_to_be_empty()
    return page


def greet_disconnected(url: str, visitors: Visitors) -> Page:
    """The stream is lost."""
    visitors.may_say("net::ERR_FAILED", *AWAY)
    page = visitors.person().new_page()
    page.route("**/sse/*", lambda route: route.abort())
    page.goto(url)
    expect(page.locator(".connection")).to_have_text("Not connected")
    return page


def greet_without_javascript(url: str, visitors: Visitors) -> Page:
    """Nothing is live."""
    return visitors.page(url, javascript=False)


def about(url: str, visitors: Visitors) -> Page:
    """Words alone."""
    return visitors.page(f"{url}/about")


def door(url: str, visitors: Visitors) -> Page:
    """Before joining."""
    return visitors.page(f"{url}/lobby")


def door_refused(url: str, visitors: Visitors) -> Page:
    """Somebody has that name."""
    _join(url, visitors, "Ann")
    page = visitors.page(f"{url}/lobby?room=tea")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#name-error")).not_to_be_empty()
    return page


def room_empty(url: str, visitors: Visitors) -> Page:
    """The first one in a room with a long name."""
    return _join(url, visitors, "Ann", LONG[:40])


def room_busy(url: str, visitors: Visitors) -> Page:
    """People, and what they say."""
    pages = [_join(url, visitors, name) for name in ("Ann", "Ben", "שולמית", LONG[:40])]
    texts = ["Hello!", "one\ntwo", "שלום לכולם", "<script>alert('no')</script>", "😀 " * 30, LONG * 6]
    for page, text in zip([*pages, *pages[:2]], texts, strict=True):
        page.get_by_label("Your message").fill(text)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_label("Your message")).to_have_value("")
    expect(pages[0].locator("#messages li")).to_have_count(len(texts))
    return pages[0]


def room_error(url: str, visitors: Visitors) -> Page:
    """A message that says nothing."""
    page = _join(url, visitors, "Ann")
    page.get_by_label("Your message").fill("  ")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#text-error")).not_to_be_empty()
    return page


def room_disconnected(url: str, visitors: Visitors) -> Page:
    """The stream is lost."""
    visitors.may_say("net::ERR_FAILED", *AWAY)
    page = _join(url, visitors, "Ann")
    page.route("**/sse*", lambda route: route.abort())
    page.reload()
    expect(page.locator(".connection")).to_have_text("Not connected")
    return page


def room_without_javascript(url: str, visitors: Visitors) -> Page:
    """Said by a form."""
    page = visitors.page(f"{url}/lobby?room=tea", javascript=False)
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="Join").click()
    page.get_by_label("Your message").fill("Hello")
    page.get_by_role("button", name="Send").click()
    return page


def focus(url: str, visitors: Visitors) -> Page:
    """A keyboard's way through the door."""
    page = visitors.page(f"{url}/lobby")
    page.get_by_label("Your name").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Join")).to_be_focused()
    return page


def _join(url: str, visitors: Visitors, name: str, room: str = "tea") -> Page:
    page = visitors.page(f"{url}/lobby?room={room}")
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    return connected(page)


STATES: Mapping[str, State] = {
    one.__name__: one
    for one in (
        greet_empty,
        greet_long,
        greet_error,
        greet_disconnected,
        greet_without_javascript,
        about,
        door,
        door_refused,
        room_empty,
        room_busy,
        room_error,
        room_disconnected,
        room_without_javascript,
        focus,
    )
}


def main(folder: Path) -> None:
    """Take a picture of each state, four ways."""
    from tests.browser import needed
    from tests.browser.command import command
    from tests.browser.conftest import FLAGS

    folder.mkdir(parents=True, exist_ok=True)
    client = str(needed.client_file())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needed.chromium(), args=FLAGS)
        for name, state in STATES.items():
            with (
                command("demo.app:app", SECRET_KEY=os.urandom(8).hex(), DATASTAR_URL=client) as server,
                visiting(browser) as visitors,
            ):
                page = state(server.url, visitors)
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    for width in (1280, 360):
                        page.set_viewport_size({"width": width, "height": 720})
                        page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
