"""The attributes of `attr` and `at` do in a page what they say."""

from __future__ import annotations

import json

import pytest
from htpy import button, div, form, p
from htpy import input as field
from playwright.sync_api import expect
from pydantic import BaseModel
from quart import request
from quart.typing import ResponseReturnValue

from plugins.datastar import at, attr
from tests.browser.stage import Stage

pytestmark = pytest.mark.slow


class Sent(BaseModel):
    """What an action sends."""

    user: str


def test_a_signal_and_a_field_are_bound_to_each_other(stage: Stage) -> None:
    """What is typed is shown, what is patched is in the field; names keep their capitals."""
    page = stage.show(
        field("#field", attr.signals({"userName": "Ann"}) | attr.bind("userName")),
        p("#shown", attr.text("$userName.toUpperCase()")),
    )
    expect(page.locator("#field")).to_have_value("Ann")
    page.fill("#field", "Ben")
    expect(page.locator("#shown")).to_have_text("BEN")
    stage.send(["patch-signals", {"userName": "Cy"}])
    expect(page.locator("#field")).to_have_value("Cy")


def test_elements_follow_signals(stage: Stage) -> None:
    """Shown or not, with classes and styles and attributes, computed or not."""
    page = stage.show(
        div(attr.signals({"open": False, "first": "Ann"}) | attr.computed({"fullName": "$first + ' Lee'"})),
        p("#shown", attr.show("$open"))["here"],
        p("#classes", attr.class_({"md:bold is-open": "$open", "closed": "!$open"})),
        p("#style", attr.style({"--gap": "$open ? '2px' : '1px'", "color": "$open ? 'red' : 'blue'"})),
        button("#button", attr.attr({"disabled": "!$open", "aria-label": "$fullName"})),
    )
    expect(page.locator("#shown")).to_be_hidden()
    expect(page.locator("#classes")).to_have_class("closed")
    expect(page.locator("#button")).to_be_disabled()
    stage.send(["patch-signals", {"open": True, "first": "Ben"}])
    expect(page.locator("#shown")).to_be_visible()
    expect(page.locator("#classes")).to_have_class("md:bold is-open")
    expect(page.locator("#style")).to_have_css("color", "rgb(255, 0, 0)")
    expect(page.locator("#style")).to_have_css("--gap", "2px")
    expect(page.locator("#button")).to_be_enabled()
    expect(page.locator("#button")).to_have_attribute("aria-label", "Ben Lee")


def test_events_are_handled_as_their_modifiers_say(stage: Stage) -> None:
    """Once, without the browser's own doing, elsewhere, and no further."""
    page = stage.show(
        div(attr.signals({"once": 0, "sent": 0, "outside": 0, "inner": 0, "around": 0, "far": 0})),
        button("#once", attr.on("click", "$once++", "once"))["once"],
        form("#form", attr.on("submit", "$sent++", "prevent"), action="/gone")[button["send"]],
        div(attr.on("click", "$around++"))[button("#inner", attr.on("click", "$inner++", "stop"))["inner"]],
        p("#here", attr.on("click", "$outside++", "outside"))["here"],
        div(attr.on("farCry", "$far++", "window")),
        p("#shown", attr.json_signals("terse", filter_signals={"include": "once|sent|outside|inner|around|far"})),
    )
    page.click("#once")
    page.click("#once")
    page.click("#form button")
    page.click("#inner")
    page.click("#here")
    page.evaluate("window.dispatchEvent(new CustomEvent('farCry'))")
    counted = {"once": 1, "sent": 1, "outside": 3, "inner": 1, "around": 0, "far": 1}
    expect(page.locator("#shown")).to_have_text(json.dumps(counted, separators=(",", ":")))


def test_a_debounced_event_happens_once_when_it_is_quiet(stage: Stage) -> None:
    """Of many strokes in one go, the last one counts."""
    page = stage.show(
        field("#field", attr.bind("text") | attr.on("input", "$seen += $text + ';'", "debounce.300ms")),
        p("#seen", attr.signals({"text": "", "seen": ""}) | attr.text("$seen")),
    )
    page.evaluate(
        """for (const text of ["a", "ab", "abc"]) {
            field.value = text;
            field.dispatchEvent(new Event("input"));
        }"""
    )
    expect(page.locator("#seen")).to_have_text("abc;")


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_action_sends_the_signals_that_its_filter_lets_through(stage: Stage, method: str) -> None:
    """By every method, with headers; the answer is applied."""

    @stage.app.route("/do", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def do() -> ResponseReturnValue:
        sent = await stage.live.signals(Sent)
        told = f"{request.method} {sent.user} {request.headers['X-Why']} {'secret' in await raw()}"
        return await stage.live.reply([["patch-signals", {"told": told}]])

    action = getattr(at, method)("/do", filter_signals={"include": "^user$"}, headers={"X-Why": "because"})
    page = stage.show(
        button("#do", attr.signals({"user": "Ann", "secret": 1, "told": ""}) | attr.on("click", action))["Do"],
        p("#told", attr.text("$told")),
    )
    page.click("#do")
    expect(page.locator("#told")).to_have_text(f"{method.upper()} Ann because False")


async def raw() -> str:
    """Everything that the current request brings, as text."""
    return request.full_path + str(await request.get_data())
