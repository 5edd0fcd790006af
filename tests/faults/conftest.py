"""A server to try faults on: the plain `hypercorn` command, a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.command import Command, command


@pytest.fixture
def server() -> Iterator[Command]:
    """A running server, whose heartbeat is quick. It must stop cleanly."""
    with command("tests.faults.app:app", HEARTBEAT="0.3", PYTHONWARNINGS="error") as running:
        yield running
