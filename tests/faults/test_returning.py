"""A client that was cut off comes back to its place."""

from __future__ import annotations

import re

import pytest

from tests.browser.command import Command
from tests.faults.client import Raw, eventually, visit
from tests.faults.test_leaving import WAYS, Leave
from tests.faults.test_slow import say

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("leave", WAYS, ids=lambda leave: leave.__name__)
async def test_what_is_said_while_a_client_is_away_waits_for_it(server: Command, leave: Leave) -> None:
    """However it left: all of it, once, whether the server has noticed or not; and then what comes next."""
    cookie = await visit(server.port)
    first = await Raw.open(server.port, cookie, "/replay/a")
    await say(server.port, cookie, "before", 1)
    await first.until(b'"before"')
    await first.until(b".1\n\n")
    await leave(first)
    await say(server.port, cookie, "unnoticed", 1)
    await eventually(server.port, lambda now: bool(now["open"] == 0))
    await say(server.port, cookie, "meanwhile", 1)
    last = re.findall(rb"id: (\S+)\n", first.read)[-1].decode()
    again = await Raw.ask(server.port, cookie, "/replay/a", last=last)
    await again.until(b'"meanwhile"')
    await say(server.port, cookie, "afterwards", 1)
    await again.until(b'"afterwards"')
    assert re.findall(rb'"said":"(\w+)"', again.read) == [b"unnoticed", b"meanwhile", b"afterwards"]
    assert b'"open"' not in again.read
    for raw in (first, again):
        await raw.stream.aclose()
