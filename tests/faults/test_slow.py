"""A client that does not read harms nobody but itself, and nothing of it stays."""

from __future__ import annotations

import pytest
import trio

from tests.browser.command import Command
from tests.faults.client import H2, Raw, eventually, state, visit

pytestmark = pytest.mark.slow

COUNT = 200
SIZE = 20_000


async def say(port: int, cookie: str, text: str, size: int = SIZE) -> None:
    """Have something said to all streams."""
    async with (await Raw.ask(port, cookie, f"/say/{size}/{text}", method="POST")).stream as stream:
        assert b"200" in bytes(await stream.receive_some())[:20]


async def test_others_never_notice_a_client_that_never_reads(server: Command) -> None:
    """They get all there is, in one order; it is cut off, and so is its socket."""
    cookie = await visit(server.port)
    before = await state(server.port)
    readers = [await Raw.open(server.port, cookie, f"/sse/{number}") for number in range(3)]
    stuck = await Raw.open(server.port, cookie, "/sse/stuck")
    last = f'"said":"{COUNT - 1}"'.encode()
    async with trio.open_nursery() as nursery:
        for reader in readers:
            nursery.start_soon(reader.until, last)
        for number in range(COUNT):
            await say(server.port, cookie, str(number))
    said = [f'"said":"{number}"'.encode() for number in range(COUNT)]
    for reader in readers:
        places = [reader.read.index(text) for text in said]
        assert places == sorted(places)
    with_readers = before["files"] + len(readers)
    after = await eventually(server.port, lambda now: now["open"] == 3 and now["files"] <= with_readers)
    assert after["causes"] == {"overflow": 1}
    for raw in (*readers, stuck):
        await raw.stream.aclose()


async def test_a_stream_of_http2_without_a_window_is_bounded(server: Command) -> None:
    """In memory; it is cut off, and the others on its connection go on (fault C)."""
    cookie = await visit(server.port)
    client = await H2.connect(server.port, window=0)
    stuck, other = [await client.ask(f"/sse/{key}", cookie) for key in "ab"]
    client.protocol.increment_flow_control_window(10_000_000, other)
    client.protocol.increment_flow_control_window(100_000_000)
    await client.flush()
    await client.until(lambda: b"open" in client.read[other])
    before = await state(server.port)
    for number in range(COUNT):
        await say(server.port, cookie, str(number))
        await client.until(lambda number=number: f'"said":"{number}"'.encode() in client.read[other])  # type: ignore[misc]
    after = await eventually(server.port, lambda now: bool(now["open"] == 1))
    assert after["causes"] == {"overflow": 1}
    assert client.read[stuck] == b""
    assert after["memory"] - before["memory"] < COUNT * SIZE
    await client.stream.aclose()
