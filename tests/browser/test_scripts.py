"""`execute-script` and `redirect` in a real page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from plugins.datastar import js
from tests.browser.stage import Stage

pytestmark = pytest.mark.slow

TEXTS = {
    "quotes": "'single' \"double\" `back` \\' \\",
    "the end of a script": "</script><script>window.hacked = true</script>",
    "a comment": "<!--<script>",
    "the end of a page": "</body></head></html>",
    "separators": "one\u2028two\u2029three\u0085four\x0bfive\nsix\r\nseven",
    "an action": "@get('/hacked')",
    "a template": "${window.hacked = true}",
    "emoji": "\N{GRINNING FACE} \u05e9\u05dc\u05d5\u05dd",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_reaches_a_script_as_it_is(stage: Stage, kind: str) -> None:
    """Through `js`, whatever is in it."""
    page = stage.show()
    stage.send(["execute-script", f"window.said = {js(TEXTS[kind])}"])
    assert page.evaluate("window.said") == TEXTS[kind]
    assert page.evaluate("window.hacked") is None


def test_a_script_may_speak_of_scripts(stage: Stage) -> None:
    """In a string of its own, which does not end it."""
    page = stage.show()
    stage.send(["execute-script", "window.said = '</script>' + '<!-- <script>' + '</BODY>'.length"])
    assert page.evaluate("window.said") == "</script><!-- <script>7"


def test_a_script_leaves_no_element_behind(stage: Stage) -> None:
    """Unless it is to stay, with its attributes."""
    page = stage.show()
    stage.send(["execute-script", "window.first = 1", {"attributes": {"data-which": "first"}}])
    expect(page.locator("[data-which=first]")).to_have_count(0)
    stay = {"auto_remove": False, "attributes": {"data-which": 'a "second" one'}}
    stage.send(["execute-script", "window.second = document.currentScript.dataset.which", stay])
    expect(page.locator("[data-which*=second]")).to_have_count(1)
    assert page.evaluate("[window.first, window.second]") == [1, 'a "second" one']


@pytest.mark.parametrize(
    "url",
    [
        "/there",
        "there?name=Ann&name=Ben#end",
        "/there/Gr\u00fc\u00dfe \N{GRINNING FACE}?q=a b",
        "/there?q='+alert(1)+'",
        '/there?q="</script><script>alert(1)</script>',
        "/there?q=\\u0027;alert(1)//",
        "/there?q=%27%0a%C3%BC",
        "/there?q=one\u2028two",
        "/there?q=@get('/hacked')&${alert(1)}",
    ],
)
def test_a_redirect_leads_where_it_says(stage: Stage, url: str) -> None:
    """To the same address as a link with that URL, whatever is in it."""
    stage.app.get("/there")(there)
    stage.app.get("/there/<path:_rest>")(there)
    page = stage.show()
    meant = page.evaluate("url => new URL(url, location).href", url)
    stage.cast(["redirect", url])
    expect(page.locator("#there")).to_be_visible()
    assert page.url == meant
    assert len(stage.asked) == 1


async def there(_rest: str = "") -> str:
    """Return where redirects lead."""
    return '<link rel="icon" href="data:,"><p id="there">You are there.'
