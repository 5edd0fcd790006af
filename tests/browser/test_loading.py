"""How a page loads the client."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from plugins.datastar import Client
from tests.browser.stage import Stage

pytestmark = pytest.mark.slow

CDN = "https://cdn.example/datastar.js"


def test_a_copy_of_its_own(stage: Stage, client_file: Path) -> None:
    """With the integrity of its bytes."""
    stage.script = Client.of_file(client_file, "/datastar.js")
    stage.show()


def test_a_copy_on_another_site(stage: Stage, client_file: Path) -> None:
    """Which lets anybody load it, as CDNs do."""
    integrity = Client.of_file(client_file, "/datastar.js").integrity
    stage.script = Client(CDN, integrity=integrity)
    person = stage.visitors.person()
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
    person.route(CDN, lambda route: route.fulfill(path=client_file, headers=headers))
    stage.serve()
    stage.tab(person)
    assert CDN in stage.asked


def test_a_file_that_was_changed_is_not_run(stage: Stage, client_file: Path, tmp_path: Path) -> None:
    """The page stays as the server sent it."""
    changed = tmp_path / "changed.js"
    changed.write_bytes(client_file.read_bytes() + b"\n")
    stage.script = Client.of_file(changed, "/datastar.js")
    stage.visitors.may_say("integrity")
    stage.serve()
    page = stage.visitors.person().new_page()
    with page.expect_console_message(lambda said: "integrity" in said.text):
        page.goto(stage.server.url)
    expect(page.locator("#live")).to_have_text("")
    assert stage.streams() == 0
