"""A request that is too large is refused, over HTTP/1.1 and HTTP/2, and the server goes on as it was."""

from __future__ import annotations

from contextlib import suppress

import pytest
import trio

from tests.browser.command import Command
from tests.faults.client import H2, PATIENCE, Headers, Raw, connect, eventually, state, visit
from tests.faults.test_slow import say

pytestmark = pytest.mark.slow

MANY = 10_000
LARGE = 1_000_000
TIMES = 50

GET = "GET /{path} HTTP/1.1\r\nHost: a\r\n{headers}Connection: close\r\n\r\n"
TOO_LARGE = {
    "many headers": GET.format(path="state", headers="".join(f"X-{number}: y\r\n" for number in range(MANY))),
    "a large header": GET.format(path="state", headers=f"X: {'y' * LARGE}\r\n"),
    "a large URL": GET.format(path="state?" + "x" * LARGE, headers=""),
}
HTTP2: Headers = [(":method", "GET"), (":path", "/state"), (":authority", "a"), (":scheme", "http")]
TOO_LARGE_FOR_HTTP2: dict[str, Headers] = {
    "many headers": [*HTTP2, *((f"x-{number}", "y") for number in range(MANY))],
    "a large header": [*HTTP2, ("x", "y" * LARGE)],
    "a large URL": [(":path", "/state?" + "x" * LARGE), *(one for one in HTTP2 if one[0] != ":path")],
}
BROKEN: dict[str, Headers] = {
    "a method that is no ASCII": [(":method", b"G\xffT"), *HTTP2[1:]],
    "a path that is no ASCII": [(":path", b"/\xff"), *(one for one in HTTP2 if one[0] != ":path")],
    "a tunnel": [(":method", "CONNECT"), (":authority", "a")],
}


async def send(port: int, text: str) -> bytes:
    """Send this, as far as the server takes it, and what it answers before it closes."""
    raw = Raw(await connect(port))
    async with trio.open_nursery() as nursery:

        async def send_all() -> None:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):  # it has heard enough
                await raw.stream.send_all(text.encode())

        nursery.start_soon(send_all)
        return await raw.until_refused()


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_request_that_is_too_large_is_refused(server: Command, name: str) -> None:
    """Over HTTP/1.1: with 431, unless the connection is reset before that is read; a stream goes on."""
    cookie = await visit(server.port)
    stream = await Raw.open(server.port, cookie)
    answer = await send(server.port, TOO_LARGE[name])
    assert answer[:13] in {b"HTTP/1.1 431 ", b""}
    await say(server.port, cookie, "still-here", 1)
    await stream.until(b"still-here")
    await stream.stream.aclose()


async def test_what_is_refused_over_http2_is_not_kept(server: Command) -> None:
    """Neither in memory nor as open files."""
    said = [*HTTP2, *(("x", "y" * 60_000) for _ in range(15))]
    for _ in range(2):  # the first time, buffers find their size
        before = await state(server.port)
        for _ in range(TIMES):
            client = await H2.connect(server.port)
            await client.say(said)
            await client.until_refused()
    after = await eventually(server.port, lambda now: bool(now["files"] <= before["files"]))
    assert after["memory"] - before["memory"] < TIMES * LARGE / 10


@pytest.mark.parametrize("name", TOO_LARGE_FOR_HTTP2)
async def test_a_request_over_http2_that_is_too_large_ends_its_connection(server: Command, name: str) -> None:
    """No other one."""
    cookie = await visit(server.port)
    other = await H2.connect(server.port)
    stream = await other.ask("/sse/a", cookie)
    client = await H2.connect(server.port)
    await client.say(TOO_LARGE_FOR_HTTP2[name])
    await client.until_refused()
    await other.ask("/say/1/still-here", cookie, "POST")
    await other.until(lambda: b"still-here" in other.read[stream])
    await other.stream.aclose()


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_what_is_refused_is_not_kept(server: Command, name: str) -> None:
    """Neither in memory nor as open files."""
    await send(server.port, TOO_LARGE[name])  # buffers find their size
    before = await state(server.port)
    for _ in range(TIMES):
        await send(server.port, TOO_LARGE[name])
    after = await eventually(server.port, lambda now: bool(now["files"] <= before["files"]))
    assert after["memory"] - before["memory"] < TIMES * LARGE / 10


@pytest.mark.parametrize("name", BROKEN)
async def test_a_request_that_hypercorn_fails_over_ends_its_connection_only(server: Command, name: str) -> None:
    """Not the server (fault H)."""
    server.may_say = "hypercorn broke a connection off"
    cookie = await visit(server.port)
    stream = await Raw.open(server.port, cookie)
    client = await H2.connect(server.port)
    await client.say(BROKEN[name])
    await client.until_refused()
    await say(server.port, cookie, "still-here", 1)
    await stream.until(b"still-here")
    await stream.stream.aclose()


async def test_a_request_that_does_not_come_is_not_waited_for_long(server: Command) -> None:
    """However steadily a client sends a little more of it."""
    raw = Raw(await connect(server.port))
    await raw.stream.send_all(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
    with trio.fail_after(PATIENCE):
        with suppress(trio.BrokenResourceError):
            while True:
                await raw.stream.send_all(b"y")
                await trio.sleep(0.1)
    await raw.stream.aclose()
    await eventually(server.port, lambda now: bool(now["open"] == 0))


async def test_a_body_without_a_length_is_bounded(server: Command) -> None:
    """It is refused when it has become larger than the app's `MAX_CONTENT_LENGTH`."""
    cookie = await visit(server.port)
    asks = f"POST /say/1/a HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\nDatastar-Request: true\r\n"
    asks += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    before = await state(server.port)
    answer = await send(server.port, asks + f"{LARGE:x}\r\n{' ' * LARGE}\r\n" * 40 + "0\r\n\r\n")
    assert b"HTTP/1.1 413 " in answer
    after = await state(server.port)
    assert after["memory"] - before["memory"] < 40 * LARGE


async def test_a_body_that_is_read_in_pieces_is_bounded(server: Command) -> None:
    """As a whole, and not only what has not been read: it is refused, and not told as a shorter one."""
    asks = "POST /pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    before = await state(server.port)
    answer = await send(server.port, asks + f"{LARGE:x}\r\n{' ' * LARGE}\r\n" * 40 + "0\r\n\r\n")
    assert b"HTTP/1.1 413 " in answer
    after = await state(server.port)
    assert after["memory"] - before["memory"] < 40 * LARGE


@pytest.mark.parametrize("path", ["/sse/a", "/slow/a"])
async def test_a_body_that_nobody_reads_is_bounded(server: Command, path: str) -> None:
    """Such as one that is sent on and on while a stream is open."""
    cookie = await visit(server.port)
    raw = Raw(await connect(server.port))
    head = f"GET {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\nDatastar-Request: true\r\n"
    before = await state(server.port)
    await raw.stream.send_all(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
    with suppress(trio.BrokenResourceError):
        for _ in range(100):
            await raw.stream.send_all(f"{LARGE:x}\r\n{' ' * LARGE}\r\n".encode())
    after = await state(server.port)
    assert after["memory"] - before["memory"] < 40 * LARGE
    await raw.stream.aclose()
