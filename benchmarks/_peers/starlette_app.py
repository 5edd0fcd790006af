"""Starlette's StreamingResponse with an asyncio queue for each stream, on uvicorn with httptools and uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from ._event import MAX_FRAMES, event
from ._served import uvicorn_uvloop

HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
clients: set[asyncio.Queue[bytes]] = set()


class Greeting(BaseModel):
    """What the page sends."""

    name: str


async def home(request: Request) -> Response:
    """A page."""
    return HTMLResponse("<p>hello")


async def stream(request: Request) -> Response:
    """A stream that stays open."""
    return StreamingResponse(_events(), headers=HEADERS)


async def _events() -> AsyncGenerator[bytes]:
    queue: asyncio.Queue[bytes] = asyncio.Queue(MAX_FRAMES)
    clients.add(queue)
    try:
        yield event("0")
        while True:
            yield await queue.get()
    finally:
        clients.discard(queue)


async def say(request: Request) -> Response:
    """Broadcast."""
    for _ in range(request.path_params["times"]):
        frame = event(request.path_params["stamp"])
        for client in clients:
            with suppress(asyncio.QueueFull):
                client.put_nowait(frame)
    return Response(status_code=204)


async def greet(request: Request) -> Response:
    """Answer in one piece."""
    form = Greeting.model_validate_json(await request.body())
    return Response(event(form.name), headers=HEADERS)


app = Starlette(
    routes=[
        Route("/", home),
        Route("/sse", stream),
        Route("/say/{times:int}/{stamp}", say, methods=["POST"]),
        Route("/greet", greet, methods=["POST"]),
    ]
)

if __name__ == "__main__":
    uvicorn_uvloop(app)
