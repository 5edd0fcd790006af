"""An old stream ends late, while a newer one of the same key lives: over sockets, in every way there is."""

from __future__ import annotations

import pytest

from tests.browser.command import Command
from tests.faults.client import Raw, eventually, state, visit
from tests.faults.test_leaving import WAYS, Leave, closes
from tests.faults.test_slow import say

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("leave", WAYS, ids=lambda leave: leave.__name__)
async def test_an_old_stream_that_leaves_late_takes_nothing_from_a_newer_one(server: Command, leave: Leave) -> None:
    """The newer one is reached, once; nobody is announced as gone before it has gone, too."""
    cookie = await visit(server.port)
    old = await Raw.open(server.port, cookie)
    new = await Raw.open(server.port, cookie)
    await leave(old)
    assert (await eventually(server.port, lambda now: bool(now["open"] == 1)))["causes"] == {}
    await say(server.port, cookie, "once", 1)
    await say(server.port, cookie, "last", 1)
    await new.until(b'"said":"last"')
    assert new.read.count(b'"said":"once"') == 1
    await old.stream.aclose()
    assert (await state(server.port))["causes"] == {}
    await closes(new)
    assert (await eventually(server.port, lambda now: bool(now["causes"])))["causes"] == {"closed": 1}


async def test_an_old_stream_that_overflows_takes_nothing_from_a_newer_one(server: Command) -> None:
    """Its socket is broken, and only its."""
    cookie = await visit(server.port)
    old = await Raw.open(server.port, cookie)
    new = await Raw.open(server.port, cookie)
    for number in range(200):
        await say(server.port, cookie, str(number), 20_000)
        await new.until(f'"said":"{number}"'.encode())
    assert (await eventually(server.port, lambda now: bool(now["open"] == 1)))["causes"] == {}
    for raw in (old, new):
        await raw.stream.aclose()


async def test_many_generations_leave_the_newest(server: Command) -> None:
    """Each opens before the one before it has gone, as of a tab that is hidden and shown over and over."""
    cookie = await visit(server.port)
    old = await Raw.open(server.port, cookie)
    for number in range(50):
        new = await Raw.open(server.port, cookie)
        (old.reset if number % 2 else old.stream.socket.close)()
        old = new
    assert (await eventually(server.port, lambda now: bool(now["open"] == 1)))["causes"] == {}
    await say(server.port, cookie, "hello", 1)
    await old.until(b'"said":"hello"')
    await old.stream.aclose()
