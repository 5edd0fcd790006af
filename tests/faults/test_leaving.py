"""However a client leaves, it is noticed, and nothing of it is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio

from tests.browser.command import Command
from tests.faults.churn import churn
from tests.faults.client import H2, Raw, eventually, state, visit

pytestmark = pytest.mark.slow

Leave = Callable[[Raw], Awaitable[None]]


async def closes(raw: Raw) -> None:
    """FIN."""
    await raw.stream.aclose()


async def resets(raw: Raw) -> None:
    """RST."""
    raw.reset()


async def half_closes(raw: Raw) -> None:
    """FIN, and it goes on to read."""
    await raw.stream.send_eof()


async def asks_for_more_and_closes(raw: Raw) -> None:
    """A request that is pipelined behind the stream keeps hypercorn from seeing the end (fault E)."""
    await raw.stream.send_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await trio.sleep(0.1)
    await raw.stream.aclose()


WAYS: list[Leave] = [closes, resets, half_closes, asks_for_more_and_closes]


@pytest.mark.parametrize("leave", WAYS, ids=lambda leave: leave.__name__)
async def test_a_client_that_leaves_is_gone(server: Command, leave: Leave) -> None:
    """And whoever stays notices nothing."""
    cookie = await visit(server.port)
    async with (await Raw.open(server.port, cookie, "/sse/stays")).stream:
        before = await state(server.port)
        leaving = await Raw.open(server.port, cookie)
        assert (await state(server.port))["open"] == 2
        await leave(leaving)
        after = await eventually(server.port, lambda now: now["open"] == 1 and now["files"] == before["files"])
        assert after["causes"] == {"closed": 1}
        await leaving.stream.aclose()


@pytest.mark.parametrize("path", ["/sse/a", "/slow/a"])
async def test_a_client_that_leaves_before_the_first_byte_is_gone(server: Command, path: str) -> None:
    """Whatever was being done for it."""
    cookie = await visit(server.port)
    for _ in range(20):
        (await Raw.ask(server.port, cookie, path)).reset()
    await eventually(server.port, lambda now: now["open"] == 0 and now["files"] < 20)


async def test_a_stream_of_http2_that_is_reset_is_gone(server: Command) -> None:
    """The others on its connection stay."""
    cookie = await visit(server.port)
    client = await H2.connect(server.port)
    one, other = [await client.ask(f"/sse/{key}", cookie) for key in "ab"]
    await client.until(lambda: bool(client.read[one] and client.read[other]))
    client.protocol.reset_stream(one)
    await client.flush()
    await eventually(server.port, lambda now: bool(now["open"] == 1))
    await client.ask("/say/1/hello", cookie, "POST")
    await client.until(lambda: b"hello" in client.read[other])
    await client.stream.aclose()
    await eventually(server.port, lambda now: bool(now["open"] == 0))


async def test_a_stream_of_http2_outlives_a_thousand_requests(server: Command) -> None:
    """On its own connection (fault D)."""
    cookie = await visit(server.port)
    client = await H2.connect(server.port)
    stream = await client.ask("/sse/a", cookie)
    for _ in range(1_100):
        number = await client.ask("/state", cookie)
        await client.until(lambda number=number: number in client.ended)  # type: ignore[misc]
    await client.ask("/say/1/hello", cookie, "POST")
    await client.until(lambda: b"hello" in client.read[stream])
    assert not client.terminated
    await client.stream.aclose()


async def test_nothing_is_left_of_many_who_came_and_went(server: Command) -> None:
    """No task, no file, no key: the same numbers as before, however they left."""
    await churn(server.port, 20)  # what one stream needs, such as who waits for the server to stop, stays
    before = await eventually(server.port, lambda now: bool(now["open"] == 0))
    await churn(server.port, 400)
    after = await eventually(
        server.port, lambda now: now["open"] == 0 and (now["tasks"], now["files"]) <= (before["tasks"], before["files"])
    )
    assert sum(after["causes"].values()) > 200
