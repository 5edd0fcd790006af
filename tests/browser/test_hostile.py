"""Text of a visitor stays text, through whichever door it enters a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from htpy import Element, button, p, span
from playwright.sync_api import expect

from plugins.datastar import at, attr, fragment, html, js
from tests.browser.hostile import NASTY
from tests.browser.stage import Stage
from tests.browser.waiting import eventually

pytestmark = pytest.mark.slow

Door = tuple[Element, list[object] | None]
"""What the page has from the beginning, and an effect that comes later."""


def by_elements(name: str, text: str) -> Door:
    """Patched in as content and as an attribute."""
    return p(id=name), ["patch-elements", p(id=name, title=text)[text]]


def by_trusted_format(name: str, text: str) -> Door:
    """Formatted into HTML that is trusted."""
    element = html('<p id="{}" title="{}">{}</p>').format(name, text, text)
    return p(id=name), ["patch-elements", fragment(element)]


def by_patched_signal(name: str, text: str) -> Door:
    """In a signal that an element shows."""
    shown = attr.text("$late.text") | attr.attr({"title": "$late.text"})
    return p(attr.signals({"late": {"text": ""}}) | shown, id=name), ["patch-signals", {"late": {"text": text}}]


def by_signal_of_the_page(name: str, text: str) -> Door:
    """In a signal that the page begins with."""
    return p(attr.signals({"early": text}) | attr.text("$early") | attr.attr({"title": "$early"}), id=name), None


def by_expression(name: str, text: str) -> Door:
    """In an expression, as a value."""
    return p(attr.text(js(text)) | attr.attr({"title": f"[{js(text)}][0]"}), id=name), None


def by_script(name: str, text: str) -> Door:
    """In a script that the page is made to run."""
    return p(id=name), ["execute-script", f"const it = {name}; it.textContent = it.title = {js(text)}"]


DOORS: list[Callable[[str, str], Door]] = [
    by_elements,
    by_trusted_format,
    by_patched_signal,
    by_signal_of_the_page,
    by_expression,
    by_script,
]


@pytest.mark.parametrize("kind", NASTY)
def test_text_stays_text(stage: Stage, kind: str) -> None:
    """Through every door it is shown exactly, nothing of it has run, and the page still works."""
    text = NASTY[kind]
    doors = {door.__name__: door(door.__name__, text) for door in DOORS}
    stage.show(*(element for element, _ in doors.values()))
    stage.send(*(effect for _, effect in doors.values() if effect is not None))
    stage.send(["patch-elements", span("#works", attr.text("1 + 1")), {"selector": "body", "mode": "append"}])
    expect(stage.page.locator("#works")).to_have_text("2")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")  # which is how HTML ends them
    for name in doors:
        shown = lines if name in {"by_elements", "by_trusted_format"} else text
        found = stage.page.evaluate(f"[{name}.textContent, {name}.title, {name}.childElementCount]")
        assert (name, found) == (name, [shown, shown, 0])
    assert_nothing_ran(stage)


@pytest.mark.parametrize("kind", NASTY)
def test_text_in_the_url_of_an_action_stays_there(stage: Stage, kind: str) -> None:
    """The server gets what it would from a link with that URL, and the signal beside it as it is."""
    text = NASTY[kind]
    url = f"/note?text={text}"
    page = stage.show(button("#send", attr.signals({"text": text}) | attr.on("click", at.post(url)))["Send"])
    meant = page.evaluate("url => new URL(url, location).searchParams.get('text')", url)
    page.click("#send")
    eventually(lambda: bool(stage.noted))
    ((query, signals),) = stage.noted
    assert query["text"] == meant
    assert signals == {"text": text}
    assert_nothing_ran(stage, but="/note")


def assert_nothing_ran(stage: Stage, but: str = "none") -> None:
    """No script, and no request that the page does not make by itself. Dialogs and errors are the visitors' to find."""
    assert stage.page.evaluate("[window.hacked, ({}).hacked]") == [None, None]
    assert [asked for asked in stage.asked if not asked.startswith(but)] == []
