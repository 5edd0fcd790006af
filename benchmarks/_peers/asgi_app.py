"""No framework: an ASGI callable with a memory channel of trio for each stream, on hypercorn's trio worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import trio
from pydantic import BaseModel

from ._event import MAX_FRAMES, event
from ._served import hypercorn_trio

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
clients: set[trio.MemorySendChannel[bytes]] = set()


class Greeting(BaseModel):
    """What the page sends."""

    name: str


async def app(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Route by hand."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    _, route, *rest = scope["path"].split("/")
    match route:
        case "sse":
            await _stream(receive, send)
        case "say":
            _say(int(rest[0]), rest[1])
            await _answer(send, 204, b"")
        case "greet":
            form = Greeting.model_validate_json(await _body(receive))
            await _answer(send, 200, event(form.name))
        case _:
            await _answer(send, 200, b"<p>hello")


async def _live(receive: Receive, send: Send) -> None:
    for kind in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{kind}.complete"})


async def _stream(receive: Receive, send: Send) -> None:
    sender, receiver = trio.open_memory_channel[bytes](MAX_FRAMES)
    clients.add(sender)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_leave, receive, nursery.cancel_scope)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": event("0"), "more_body": True})
            while True:
                await send({"type": "http.response.body", "body": await receiver.receive(), "more_body": True})
    finally:
        clients.discard(sender)


async def _leave(receive: Receive, scope: trio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _say(times: int, stamp: str) -> None:
    for _ in range(times):
        frame = event(stamp)
        for client in clients:
            with suppress(trio.WouldBlock):
                client.send_nowait(frame)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [*HEADERS, (b"content-length", str(len(body)).encode())] if status == 200 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    hypercorn_trio(app)
