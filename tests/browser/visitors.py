"""People at their browsers, and what went wrong there.

The client never tells the server what it could not do: a patch that found no place, or an expression that threw, shows
up in the console only. So whoever opens pages through `visiting` fails in the end if anything was said there that
nobody expected.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, WebError, expect

__all__ = ["AWAY", "PATIENCE", "Visitors", "connected", "hide", "hide_from_the_start", "visiting"]

PATIENCE = 20_000
"""How long to wait for what should happen, in milliseconds: long, for machines that have much else to do."""
AWAY = (
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET at .*connected%22%3Afalse",  # whoever comes back early waits in a queue that is dropped
    "Datastar failed to reach",  # as the client 1.0.1 says it
    "Failed to fetch",
)
"""What pages say while their server is away: `visitors.may_say(*AWAY)`."""
_HIDE = """hidden => {
    const say = (name, value) => Object.defineProperty(document, name, {value, configurable: true});
    say("hidden", hidden);
    say("visibilityState", hidden ? "hidden" : "visible");
    document.dispatchEvent(new Event("visibilitychange"));
}"""
_COMPLAINTS = frozenset({"error", "warning", "assert"})


@final
class Visitors:
    """Makes browser contexts, each a person with cookies of their own, and listens to all their pages."""

    def __init__(self, browser: Browser) -> None:
        self.complaints: list[str] = []
        """What was said so far: errors that nobody caught, errors and warnings of the console, dialogs."""
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._expected: list[str] = []

    def person(self, *, javascript: bool = True, any_certificate: bool = False) -> BrowserContext:
        """A new context: `person().new_page()` is a tab, and another `new_page()` a second tab of the same person."""
        context = self._browser.new_context(java_script_enabled=javascript, ignore_https_errors=any_certificate)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._heard)
        context.on("weberror", self._thrown)
        context.on("dialog", self._asked)
        self._contexts.append(context)
        return context

    def page(self, url: str, *, javascript: bool = True) -> Page:
        """A page that a new person has opened."""
        page = self.person(javascript=javascript).new_page()
        page.goto(url)
        return page

    def may_say(self, *patterns: str) -> None:
        """Expect messages, now and before: regular expressions, looked for in what is said. All else still fails."""
        self._expected += patterns

    def unexpected(self) -> list[str]:
        """Return what was said and not expected, up to now."""
        for page in (page for context in self._contexts for page in context.pages):
            page.evaluate("0")  # whatever the page said before this has arrived when the answer has
        return [said for said in self.complaints if not any(re.search(one, said) for one in self._expected)]

    def leave(self) -> None:
        """Close everything."""
        while self._contexts:
            self._contexts.pop().close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in _COMPLAINTS:
            self.complaints.append(f"console {message.type}: {message.text} at {message.location.get('url')}")

    def _thrown(self, error: WebError) -> None:
        self.complaints.append(f"not caught: {error.error}")

    def _asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@contextmanager
def visiting(browser: Browser) -> Generator[Visitors]:
    """Visitors for one test. Raises `AssertionError` at the end if something was said that they do not expect."""
    visitors = Visitors(browser)
    try:
        yield visitors
        unexpected = visitors.unexpected()
        assert not unexpected, "in the browser:\n" + "\n".join(unexpected)
    finally:
        visitors.leave()


def connected(page: Page) -> Page:
    """Wait until a page of the demo says that it is connected, and return it."""
    expect(page.locator(".connection")).to_have_text("Connected")
    return page


def hide(page: Page, hidden: bool) -> None:
    """Hide a tab, or show it again, as the page sees it. A browser without a screen never hides one."""
    page.evaluate(_HIDE, hidden)


def hide_from_the_start(page: Page) -> None:
    """Have a page that will be opened be one in the background, which nobody has looked at yet."""
    page.add_init_script(f"({_HIDE})(true)")
