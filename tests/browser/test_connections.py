"""How many tabs may be live at once: six connections to a host over HTTP/1.1, and as many as one likes over HTTP/2."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from htpy import Element, button
from playwright.sync_api import expect

from plugins.datastar import at, attr
from tests.browser.serving import Certificate
from tests.browser.stage import Stage
from tests.browser.visitors import Visitors
from tests.browser.waiting import eventually

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One that nobody trusts."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    files = Certificate(folder / "chain.pem", folder / "key.pem")
    issued = trustme.CA().issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(files.chain)
    issued.private_key_pem.write_to_path(files.key)
    return files


def note_button(text: str) -> Element:
    """A button that posts."""
    return button("#note", attr.on("click", at.post(f"/note?text={text}")))["Note"]


def test_over_http_1_the_seventh_tab_of_a_browser_waits(stage: Stage, visitors: Visitors) -> None:
    """Everything of that browser does, posts too, until a tab is closed; other browsers do not notice."""
    stage.body = note_button("six")
    url = stage.serve().url
    ann = visitors.person()
    tabs = [stage.tab(ann) for _ in range(6)]
    assert stage.streams() == 6
    seventh = ann.new_page()
    with seventh.expect_request("**/"):
        seventh.evaluate("url => { setTimeout(() => location.href = url) }", url)
    with tabs[0].expect_request("**/note*"):
        tabs[0].click("#note")
    ben = stage.tab(visitors.person())
    ben.click("#note")
    eventually(lambda: bool(stage.noted))
    assert (stage.streams(), len(stage.noted), seventh.url) == (7, 1, "about:blank")
    tabs.pop().close()
    expect(seventh.locator("#live")).to_have_text("live")
    eventually(lambda: len(stage.noted) == 2)
    assert stage.streams() == 7


def test_over_http_2_eight_tabs_of_a_browser_are_live_and_the_eighth_can_post(
    stage: Stage, visitors: Visitors, certificate: Certificate
) -> None:
    """Over one connection, with a certificate."""
    stage.body = note_button("eight")
    stage.serve(certificate)
    ann = visitors.person(any_certificate=True)
    tabs = [stage.tab(ann) for _ in range(8)]
    assert stage.streams() == 8
    tabs[-1].click("#note")
    eventually(lambda: bool(stage.noted))
    protocol = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
    assert {tab.evaluate(protocol) for tab in tabs} == {"h2"}
    stage.cast(["patch-signals", {"_mark": 8}])
    for tab in tabs:
        expect(tab.locator("#mark")).to_have_text("8")


def test_over_http_2_a_stream_outlives_any_number_of_requests(
    stage: Stage, visitors: Visitors, certificate: Certificate
) -> None:
    """hypercorn would end the connection after so many, and the stream with it."""
    stage.body = note_button("many")
    stage.serve(certificate, max_requests=5)
    page = stage.page = stage.tab(visitors.person(any_certificate=True))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(20):
        with page.expect_response("**/note*"):
            page.click("#note")
    assert len(stage.noted) == 20
    assert [url for url in asked if "/stream" in url] == []
    stage.send(["patch-signals", {"text": "still here"}])
