"""QuartTrio by hand: an async generator and a memory channel of trio for each stream, on hypercorn's trio worker."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress

import trio
from pydantic import BaseModel
from quart import Response, request
from quart_trio import QuartTrio

from ._event import MAX_FRAMES, event
from ._served import hypercorn_trio

HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
app = QuartTrio(__name__)
clients: set[trio.MemorySendChannel[bytes]] = set()


class Greeting(BaseModel):
    """What the page sends."""

    name: str


@app.get("/")
async def home() -> str:
    """A page."""
    return "<p>hello"


@app.get("/sse")
async def stream() -> Response:
    """A stream that stays open."""
    response = Response(_events(), headers=HEADERS)
    response.timeout = None
    return response


async def _events() -> AsyncGenerator[bytes]:
    sender, receiver = trio.open_memory_channel[bytes](MAX_FRAMES)
    clients.add(sender)
    try:
        yield event("0")
        while True:
            yield await receiver.receive()
    finally:
        clients.discard(sender)


@app.post("/say/<int:times>/<stamp>")
async def say(times: int, stamp: str) -> tuple[str, int]:
    """Broadcast."""
    for _ in range(times):
        frame = event(stamp)
        for client in clients:
            with suppress(trio.WouldBlock):
                client.send_nowait(frame)
    return "", 204


@app.post("/greet")
async def greet() -> Response:
    """Answer in one piece."""
    form = Greeting.model_validate_json(await request.get_data())
    return Response(event(form.name), headers=HEADERS)


if __name__ == "__main__":
    hypercorn_trio(app)
