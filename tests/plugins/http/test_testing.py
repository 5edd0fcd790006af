"""`plugins.http.testing`: the stream that tests read with."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import trio
import trio.testing
from quart import Response, request
from quart_trio import QuartTrio

from plugins.http.testing import SSEStream, open_sse


def app(written: list[int] | None = None) -> QuartTrio:
    """One that answers, one that raises, one that says more than anybody reads."""
    written = [] if written is None else written
    quart = QuartTrio(__name__)
    quart.config["PROPAGATE_EXCEPTIONS"] = True

    @quart.get("/ok")
    async def ok() -> Response:
        return Response(b"event: a\ndata: x\n\ndata: y\n\n", 201)

    @quart.get("/count")
    async def count() -> Response:
        last = request.headers.get("Last-Event-ID", "")

        async def chunks() -> AsyncGenerator[bytes]:
            for number in range(1, 1_000):
                written.append(number)
                yield f"id: {number}\ndata: {last}\n\n".encode()

        return Response(chunks(), headers={"Content-Type": "text/event-stream"})

    @quart.post("/raise")
    async def fail() -> Response:
        raise LookupError("no")

    return quart


async def test_a_response_that_ends_can_be_read_to_its_end() -> None:
    """By iterating, or with `event` until it raises."""
    async with open_sse(app().test_client(), "/ok") as stream:
        assert stream.status == 201
        assert [event.data async for event in stream] == ["x", "y"]
        assert stream.body == b"event: a\ndata: x\n\ndata: y\n\n"
        with pytest.raises(trio.EndOfChannel, match="the response has ended: 201, b'event: a"):
            await stream.event()
        await stream.drop()
        await stream.drop()


async def test_what_the_app_raises_comes_out() -> None:
    """As itself, without the nurseries around it."""
    with pytest.raises(LookupError, match="no"):
        async with open_sse(app().test_client(), "/raise", method="POST"):
            pass


async def test_what_the_test_raises_comes_out_as_itself() -> None:
    """So that `pytest.raises` around it sees it."""
    with pytest.raises(ZeroDivisionError):
        async with open_sse(app().test_client(), "/ok"):
            raise ZeroDivisionError


async def test_a_stream_that_is_stalled_makes_the_app_wait_until_it_is_resumed() -> None:
    """As a client whose buffers are full."""
    written: list[int] = []
    async with open_sse(app(written).test_client(), "/count") as stream:
        await stream.event()
        stream.stall()
        await trio.testing.wait_all_tasks_blocked()
        stopped = len(written)
        await trio.testing.wait_all_tasks_blocked()
        assert len(written) == stopped < 20
        stream.resume()
        for _ in range(100):
            await stream.event()
        assert len(written) > stopped


async def read_out(stream: SSEStream) -> None:
    """Read for ever."""
    while True:
        await stream.event()


@pytest.mark.parametrize("stalled", [True, False])
async def test_a_stream_that_is_dropped_is_let_go(stalled: bool) -> None:
    """Whether it was read or not."""
    async with open_sse(app().test_client(), "/count") as stream:
        await stream.event()
        if stalled:
            stream.stall()
            await trio.testing.wait_all_tasks_blocked()
        await stream.drop()
        with pytest.raises(trio.ClosedResourceError):
            await read_out(stream)


async def test_a_client_that_comes_back_says_what_it_has_read() -> None:
    """With the same request."""
    async with open_sse(app().test_client(), "/count") as stream:
        assert (await stream.event()).data == ""
        await stream.drop()
        async with stream.reconnect() as again:
            event = await again.event()
            assert (event.id, event.data) == ("1", "1")


async def test_a_client_that_has_read_no_id_says_none() -> None:
    """Nor does a browser."""
    async with open_sse(app().test_client(), "/ok") as stream, stream.reconnect() as again:
        assert "Last-Event-ID" not in again._request.headers
        assert again.retry is None


async def test_a_stalled_stream_that_has_ended_is_left_all_the_same() -> None:
    """The app waits in its last send."""
    quart, finish = app(), trio.Event()

    @quart.get("/ending")
    async def ending() -> Response:
        async def chunks() -> AsyncGenerator[bytes]:
            yield b"data: 1\n\n"
            await finish.wait()
            yield b"data: 2\n\n"

        return Response(chunks(), headers={"Content-Type": "text/event-stream"})

    async with open_sse(quart.test_client(), "/ending") as stream:
        await stream.event()
        stream.stall()
        finish.set()
        await trio.testing.wait_all_tasks_blocked()
        await stream.drop()
        assert [event async for event in stream] == []
