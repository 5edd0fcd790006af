"""The official SDK's helper for Quart, with an asyncio queue for each stream, on hypercorn's asyncio worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from datastar_py.quart import DatastarResponse, ServerSentEventGenerator, datastar_response
from datastar_py.sse import DatastarEvent
from pydantic import BaseModel
from quart import Quart, request

from ._event import MAX_FRAMES, elements
from ._served import hypercorn_asyncio

app = Quart(__name__)
clients: set[asyncio.Queue[DatastarEvent]] = set()


class Greeting(BaseModel):
    """What the page sends."""

    name: str


@app.get("/")
async def home() -> str:
    """A page."""
    return "<p>hello"


@app.get("/sse")  # type: ignore[type-var]  # quart does not know that a subclass of its Response is one
@datastar_response
async def stream() -> AsyncGenerator[DatastarEvent]:
    """A stream that stays open."""
    queue: asyncio.Queue[DatastarEvent] = asyncio.Queue(MAX_FRAMES)
    clients.add(queue)
    try:
        yield ServerSentEventGenerator.patch_elements(elements("0"))
        while True:
            yield await queue.get()
    finally:
        clients.discard(queue)


@app.post("/say/<int:times>/<stamp>")
async def say(times: int, stamp: str) -> tuple[str, int]:
    """Broadcast."""
    for _ in range(times):
        said = ServerSentEventGenerator.patch_elements(elements(stamp))
        for client in clients:
            with suppress(asyncio.QueueFull):
                client.put_nowait(said)
    return "", 204


@app.post("/greet")
async def greet() -> DatastarResponse:
    """Answer in one piece."""
    form = Greeting.model_validate_json(await request.get_data())
    return DatastarResponse(ServerSentEventGenerator.patch_elements(elements(form.name)))


if __name__ == "__main__":
    hypercorn_asyncio(app)
