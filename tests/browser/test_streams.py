"""When streams end, and whether the client comes back."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path

import pytest
from htpy import div, ul
from playwright.sync_api import Page, expect
from quart.typing import ResponseReturnValue

from plugins.connections import ANY, ConnectionLimits
from plugins.datastar import at, attr, html
from plugins.http import Compression
from tests.browser.stage import Stage
from tests.browser.visitors import Visitors, hide, hide_from_the_start
from tests.browser.waiting import eventually

pytestmark = pytest.mark.slow

ENDED = "evt.detail.el === el && evt.detail.type === 'finished' && ($ended = true)"


def show_second_stream(stage: Stage, opener: str) -> None:
    """Open a page with one more stream, and wait until that has ended."""
    stage.show(
        div(attr.signals({"ended": False, "text": ""})),
        div("#second", attr.on("datastar-fetch", ENDED) | attr.init(opener)),
        div("#text", attr.text("$text")),
        div("#ended", attr.text("$ended")),
    )
    expect(stage.page.locator("#ended")).to_have_text("true")


def test_a_stream_that_is_closed_has_shown_everything_and_does_not_come_back(stage: Stage) -> None:
    """`close-sse` ends it after what was sent before."""

    @stage.app.get("/second")
    async def second() -> ResponseReturnValue:
        return await stage.live.stream([["patch-signals", {"text": "all of it"}], ["close-sse"]], key=("second",))

    show_second_stream(stage, at.get("/second"))
    expect(stage.page.locator("#text")).to_have_text("all of it")
    assert len(stage.asked) == 1
    assert stage.streams() == 1


def test_who_is_refused_a_stream_stays_away(stage: Stage) -> None:
    """Even a page that would always come back."""

    @stage.app.get("/second")
    async def second() -> ResponseReturnValue:
        return await stage.live.stream([], key=("second",), allow=False)

    show_second_stream(stage, at.get("/second", retry="always"))
    assert len(stage.asked) == 1


def test_who_is_cut_off_comes_back(stage: Stage) -> None:
    """`close-sse` from elsewhere, to a page that always comes back: it gets what is sent afterwards."""
    stage.show()
    stage.page.evaluate("window.same = true")
    with stage.page.expect_request("**/stream*"):
        stage.cast(["close-sse"])
    eventually(lambda: stage.streams() == 1)
    assert stage.page.evaluate("window.same")
    stage.send(["patch-signals", {"text": "again"}])


def test_an_element_that_is_removed_ends_its_stream(stage: Stage) -> None:
    """If it was opened so: with `request_cancellation="cleanup"`."""
    stage.show()
    assert stage.streams() == 1
    stage.page.evaluate("document.querySelector('[data-init]').remove()")
    eventually(lambda: stage.streams() == 0)


def test_a_tab_that_is_hidden_has_no_stream_until_it_is_shown(stage: Stage) -> None:
    """So tabs in the background take no connection."""
    stage.show()
    hide(stage.page, True)
    eventually(lambda: stage.streams() == 0)
    hide(stage.page, False)
    eventually(lambda: stage.streams() == 1)
    stage.send(["patch-signals", {"text": "again"}])


def flicker(page: Page) -> None:
    """Hide a tab and show it again, quickly, several times."""
    for _ in range(5):
        hide(page, True)
        hide(page, False)


def received(stage: Stage, text: str) -> int:
    """Say something once, and how often the page has got it by the time it has got what is said next."""
    stage.cast(["patch-elements", html("<li>{}</li>").format(text), {"selector": "#log", "mode": "append"}])
    stage.send()
    return stage.page.locator("#log li", has_text=text).count()


def test_a_tab_that_is_hidden_and_shown_quickly_has_one_stream(stage: Stage) -> None:
    """None is lost, none is left over, and what is said arrives once."""
    stage.show(ul("#log"))
    for number in range(5):
        flicker(stage.page)
        stage.page.wait_for_timeout(100 * number)
        expect(stage.page.locator("#live")).to_have_text("live")  # until then the server may know an older one
        eventually(lambda: stage.streams() == 1)
        assert received(stage, f"said {number}") == 1


@pytest.fixture
def single(client_file: Path, servers: ExitStack, visitors: Visitors) -> Stage:
    """An app with one page, which has one stream at a time: a newer one takes the older one's place."""
    return Stage(client_file, servers, visitors, ConnectionLimits(key=1, evict=["key"]))


@pytest.mark.parametrize("wait", [0, 300, 900, 1_100])
def test_a_tab_that_is_hidden_and_shown_while_it_comes_back_has_one_stream(single: Stage, wait: int) -> None:
    """The client opens two then: the newer one takes the place of the older one, and that one does not come back."""
    single.show(ul("#log"))
    for number in range(2):
        single.cast(["close-sse"])
        single.page.wait_for_timeout(wait)
        flicker(single.page)
        single.page.wait_for_timeout(2_500)  # whoever comes back does so after a second
        assert single.streams() == 1
        assert received(single, f"said {number}") == 1


def test_a_tab_that_was_never_looked_at_has_a_stream(stage: Stage, visitors: Visitors) -> None:
    """It was opened in the background: that is no change which the client could notice."""
    stage.serve()
    stage.page = visitors.person().new_page()
    hide_from_the_start(stage.page)
    stage.page.goto(stage.server.url)
    expect(stage.page.locator("#live")).to_have_text("live")
    assert stage.streams() == 1


def test_a_stream_stays_open_in_a_hidden_tab_if_that_is_said(stage: Stage) -> None:
    """With `open_when_hidden`; the page's other stream does not."""

    @stage.app.get("/second")
    async def second() -> ResponseReturnValue:
        return await stage.live.stream([["patch-signals", {"text": "second"}]], key=("second",))

    stage.show(
        div(attr.signals({"text": ""}) | attr.init(at.get("/second", open_when_hidden=True))),
        div("#text", attr.text("$text")),
    )
    expect(stage.page.locator("#text")).to_have_text("second")
    assert stage.streams() == 2
    hide(stage.page, True)
    eventually(lambda: stage.streams() == 1)
    assert stage.server.call(lambda: [connection.key for connection in stage.store]) == [("second",)]


def test_a_tab_that_was_hidden_gets_what_it_missed(stage: Stage) -> None:
    """Of a stream with `replay`: its beginning is not sent again."""
    begun: list[str] = []

    @stage.app.get("/second")
    async def second() -> ResponseReturnValue:
        def effects() -> list[object]:
            begun.append("")
            return [["patch-signals", {"text": "the beginning"}]]

        return await stage.live.stream(effects, key=("second",), replay=True)

    stage.show(
        div(attr.signals({"text": ""}) | attr.init(at.get("/second", retry="always"))),
        div("#text", attr.text("$text")),
    )
    expect(stage.page.locator("#text")).to_have_text("the beginning")
    hide(stage.page, True)
    eventually(lambda: stage.streams() == 0)
    stage.server.run(stage.tell, [ANY, ["second"]], ["patch-signals", {"text": "missed"}])
    hide(stage.page, False)
    expect(stage.page.locator("#text")).to_have_text("missed")
    assert len(begun) == 1


@pytest.mark.parametrize(
    ("encoding", "memory"), [("br", 10_000_000), ("zstd", 10_000_000), ("gzip", 10_000_000), ("zstd", 0), ("gzip", 0)]
)
def test_a_compressed_stream_shows_each_event_as_it_comes(
    client_file: Path, servers: ExitStack, visitors: Visitors, encoding: str, memory: int
) -> None:
    """Small ones and large ones, to two tabs, of which one comes later."""
    stage = Stage(client_file, servers, visitors, compress=Compression(memory, [encoding]))
    stage.show(div(attr.signals({"text": ""})), div("#text", attr.text("$text")))
    expect(stage.page.locator("#text")).to_have_text("")
    for number, times in enumerate([1, 5_000, 1, 40_000, 40_000, 2]):
        text = f"{number} ‽" * times + ("".join(random.choices("abcdef", k=200_000)) if number == 4 else "")
        stage.cast(["patch-signals", {"text": text}])
        expect(stage.page.locator("#text")).to_have_text(text)
        if number == 2:
            later = stage.tab(visitors.person())
    expect(later.locator("#text")).to_have_text(text)
    with later.expect_response("**/stream*") as answer:
        later.reload()
    assert answer.value.headers["content-encoding"] == encoding
