"""`patch-elements` and `remove-elements` do to the page what they say."""

from __future__ import annotations

import pytest
from htpy import div, li, p, ul
from playwright.sync_api import expect

from plugins.datastar import fragment, html
from tests.browser.stage import Stage

pytestmark = pytest.mark.slow

BEFORE = '<ul id="list"><li id="one">1</li><li id="two">2</li></ul>'
NEW = html('<li id="new">N</li>')

MODES = {
    "outer": ("#two", '<ul id="list"><li id="one">1</li><li id="new">N</li></ul>'),
    "inner": ("#two", '<ul id="list"><li id="one">1</li><li id="two"><li id="new">N</li></li></ul>'),
    "replace": ("#two", '<ul id="list"><li id="one">1</li><li id="new">N</li></ul>'),
    "prepend": ("#list", '<ul id="list"><li id="new">N</li><li id="one">1</li><li id="two">2</li></ul>'),
    "append": ("#list", '<ul id="list"><li id="one">1</li><li id="two">2</li><li id="new">N</li></ul>'),
    "before": ("#two", '<ul id="list"><li id="one">1</li><li id="new">N</li><li id="two">2</li></ul>'),
    "after": ("#one", '<ul id="list"><li id="one">1</li><li id="new">N</li><li id="two">2</li></ul>'),
    "remove": ("#one", '<ul id="list"><li id="two">2</li></ul>'),
}


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_puts_elements_where_it_says(stage: Stage, mode: str) -> None:
    """All eight, by selector."""
    selector, after = MODES[mode]
    page = stage.show(div("#here")[html(BEFORE)])
    stage.send(["patch-elements", None if mode == "remove" else NEW, {"selector": selector, "mode": mode}])
    assert page.locator("#here").inner_html() == after


def test_elements_find_their_place_by_their_ids(stage: Stage) -> None:
    """Several at once, as one fragment; what is in between stays."""
    page = stage.show(div("#here")[p("#a")["a"], p("#b")["b"], p("#c")["c"]])
    stage.send(["patch-elements", fragment(p("#c")["C"], p("#a")["A"])])
    assert page.locator("#here").inner_text().split() == ["A", "b", "C"]


def test_a_fragment_is_appended_in_its_order(stage: Stage) -> None:
    """Rows of a list."""
    page = stage.show(ul("#list")[li["1"]])
    rows = fragment(*(li[str(number)] for number in (2, 3, 4)))
    stage.send(["patch-elements", rows, {"selector": "#list", "mode": "append"}])
    assert page.locator("#list li").all_inner_texts() == ["1", "2", "3", "4"]


def test_a_morph_keeps_what_the_visitor_is_doing(stage: Stage) -> None:
    """The element stays the same one, with its text and its focus, where `replace` would make a new one."""
    page = stage.show(html('<form id="form"><input id="text"><b>old</b></form>'))
    page.fill("#text", "half a sen")
    stage.send(["patch-elements", html('<form id="form"><input id="text"><b>new</b></form>')])
    expect(page.locator("#form b")).to_have_text("new")
    assert page.input_value("#text") == "half a sen"
    assert page.evaluate("document.activeElement.id") == "text"


def test_elements_of_all_that_match_are_removed(stage: Stage) -> None:
    """And nothing else."""
    page = stage.show(ul("#list")[li(".old")["1"], li["2"], li(".old")["3"]])
    stage.send(["remove-elements", "#list .old"])
    assert page.locator("#list li").all_inner_texts() == ["2"]


@pytest.mark.parametrize(
    ("namespace", "around", "new", "uri"),
    [
        ("svg", '<svg id="here"></svg>', '<circle id="new" r="5"/>', "http://www.w3.org/2000/svg"),
        ("mathml", '<math id="here"></math>', '<mi id="new">x</mi>', "http://www.w3.org/1998/Math/MathML"),
    ],
)
def test_elements_belong_to_their_namespace(stage: Stage, namespace: str, around: str, new: str, uri: str) -> None:
    """Or the browser would not draw them."""
    page = stage.show(html(around))
    options = {"selector": "#here", "mode": "append", "namespace": namespace}
    stage.send(["patch-elements", html(new), options])
    assert page.locator("#here > #new").evaluate("element => element.namespaceURI") == uri


def test_a_change_may_be_animated(stage: Stage) -> None:
    """With a view transition, patched and removed; the browser makes the change a little later."""
    page = stage.show(p("#a")["a"], p("#b")["b"])
    stage.send(["patch-elements", p("#a")["A"], {"use_view_transition": True}])
    expect(page.locator("#a")).to_have_text("A")
    stage.send(["remove-elements", "#b", {"use_view_transition": True}])
    expect(page.locator("#b")).to_have_count(0)


def test_a_patch_without_a_place_is_found_out(stage: Stage) -> None:
    """The client says so on the console, and there only."""
    page = stage.show()
    with page.expect_console_message(lambda said: "PatchElementsNoTargetsFound" in said.text):
        stage.send(["patch-elements", p("#nowhere")["?"]])
    stage.visitors.may_say("PatchElementsNoTargetsFound")
