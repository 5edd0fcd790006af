"""One browser for all tests of this folder, and visitors who complain about what goes wrong in their pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from demo.app import app, board
from demo.lobby import rooms
from tests.browser import needed
from tests.browser.command import Command, command
from tests.browser.serving import Server, serve
from tests.browser.stage import Stage
from tests.browser.visitors import PATIENCE, Visitors, visiting

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Chromium as root in a container, which calls nobody by itself."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. It ends with this folder: sync Playwright keeps an asyncio loop in the thread that tests run in."""
    executable = needed.chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session")
def client_file() -> Path:
    """The file of the browser client."""
    return needed.client_file()


@pytest.fixture(scope="session")
def patch(client_file: Path) -> int:
    """The last number of its version, 1.0.x."""
    return needed.client_patch(client_file)


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """Enter servers here, and they stop when all visitors have left, who would otherwise complain about it."""
    with ExitStack() as running:
        yield running


@pytest.fixture
def visitors(browser: Browser, servers: ExitStack) -> Iterator[Visitors]:
    """People at their browsers: fails if anything is said in a console that nobody expects."""
    with visiting(browser) as found:
        yield found


@pytest.fixture
def stage(client_file: Path, servers: ExitStack, visitors: Visitors) -> Stage:
    """An app with one page."""
    return Stage(client_file, servers, visitors)


@pytest.fixture
def demo(servers: ExitStack, client_file: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The demo, where nobody has been greeted yet, and nobody is in any room."""
    monkeypatch.setenv("DATASTAR_URL", str(client_file))
    monkeypatch.setattr(board, "latest", None)
    monkeypatch.setattr(rooms, "_rooms", {})
    monkeypatch.setattr(rooms, "_left", {})
    return servers.enter_context(serve(app))


@pytest.fixture
def restartable(servers: ExitStack, client_file: Path) -> Command:
    """The demo by the command that the README shows."""
    return servers.enter_context(command("demo.app:app", SECRET_KEY="not very", DATASTAR_URL=str(client_file)))
