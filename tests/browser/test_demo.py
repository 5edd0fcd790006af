"""The demo, as visitors see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demo.app import dispatch
from plugins.connections import Connections
from tests.browser.command import Command
from tests.browser.serving import Server
from tests.browser.visitors import AWAY, Visitors, connected, hide
from tests.browser.waiting import eventually

pytestmark = pytest.mark.slow

NOBODY = "Nobody has been greeted yet."


def greet(page: Page, name: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("Whom do you greet?").fill(name)
    page.get_by_role("button", name="Greet").click()


def shows(page: Page, text: str) -> None:
    """Wait until the page shows this greeting."""
    expect(page.locator("#greeting")).to_have_text(text)


def streams() -> int:
    """How many streams are open."""
    plugin = dispatch.plugin("connections")
    assert isinstance(plugin, Connections)
    return len(plugin.store)


def test_a_greeting_is_seen_in_every_window(demo: Server, visitors: Visitors) -> None:
    """Of two people; the form is empty again."""
    ann, ben = visitors.page(demo.url), visitors.page(demo.url)
    for page in (ann, ben):
        connected(page)
        shows(page, NOBODY)
    greet(ann, "Ben & <b>Ann</b>")
    for page in (ann, ben):
        shows(page, "Hello, Ben & <b>Ann</b>")
    expect(ann.get_by_label("Whom do you greet?")).to_have_value("")


def test_a_greeting_works_without_javascript(demo: Server, visitors: Visitors) -> None:
    """The form posts, and the page that comes back shows it; pages with JavaScript see it at once."""
    ann, ben = visitors.page(demo.url), visitors.page(demo.url, javascript=False)
    connected(ann)
    expect(ben.locator(".connection")).to_have_text("Not live without JavaScript")
    greet(ben, "Ann")
    shows(ben, "Hello, Ann")
    shows(ann, "Hello, Ann")


def test_a_message_says_what_does_not_fit_and_goes_away(demo: Server, visitors: Visitors) -> None:
    """Beside the field, which is marked as wrong until it fits."""
    page = visitors.page(demo.url)
    connected(page)
    field, message = page.get_by_label("Whom do you greet?"), page.locator("#name-error")
    greet(page, "   ")
    expect(message).to_have_text("Type a name first.")
    expect(field).to_have_attribute("aria-invalid", "true")
    greet(page, "Ann")
    shows(page, "Hello, Ann")
    expect(message).to_have_text("")
    expect(field).to_have_attribute("aria-invalid", "false")


def test_a_page_comes_back_by_itself_when_the_server_does(restartable: Command, visitors: Visitors) -> None:
    """It says that it is not connected meanwhile, and then shows what is so now: nobody has been greeted since."""
    page = visitors.page(restartable.url)
    connected(page)
    greet(page, "Ann")
    shows(page, "Hello, Ann")
    visitors.may_say(*AWAY)
    restartable.stop()
    expect(page.locator(".connection")).to_have_text("Not connected")
    restartable.start()
    connected(page)
    shows(page, NOBODY)
    greet(page, "Ben")
    shows(page, "Hello, Ben")


def test_a_tab_that_is_shown_again_shows_what_it_missed(demo: Server, visitors: Visitors) -> None:
    """A hidden tab closes its stream, which the server notices, and opens a new one when it is shown."""
    ann, ben = visitors.page(demo.url), visitors.page(demo.url)
    connected(ann)
    connected(ben)
    hide(ann, True)
    eventually(lambda: demo.call(streams) == 1)
    greet(ben, "Ann")
    shows(ben, "Hello, Ann")
    shows(ann, NOBODY)
    hide(ann, False)
    shows(ann, "Hello, Ann")
    assert demo.call(streams) == 2


def test_a_tab_that_is_closed_leaves_nothing_behind(demo: Server, visitors: Visitors) -> None:
    """Nor does one that goes to a page without a stream."""
    ann, ben = visitors.page(demo.url), visitors.page(demo.url)
    connected(ann)
    connected(ben)
    ann.close()
    ben.get_by_role("link", name="About").click()
    eventually(lambda: demo.call(streams) == 0)
    ben.go_back()
    connected(ben)
    assert demo.call(streams) == 1
