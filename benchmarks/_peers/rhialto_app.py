"""Ours, as the README shows it.

Two things are not: comments on idle streams and the kernel's questions to silent clients are put off for hours. No
other server here has either, and each is idle while the others have their turn.
"""

from __future__ import annotations

from pydantic import BaseModel
from quart import Response, request
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import Registry, create_dispatch
from plugins.connections import ANY, Connections
from plugins.datastar import SSE_HEADERS, Datastar, html
from plugins.http import Http, Live

from ._event import elements, event
from ._served import hypercorn_trio

page = Registry("page")


@page.action("page/greet")
def greet(state: object, name: str) -> list[object]:
    """One patch, to whoever asked."""
    return [["patch-elements", html(elements(name))]]


@page.action("page/say")
def say(state: object, times: int, stamp: str) -> list[object]:
    """So many patches to everyone."""
    patch = ["patch-elements", html(elements(stamp))]
    return [["broadcast", {"pattern": [ANY, ["page", "home", ANY]]}, patch]] * times


class Greeting(BaseModel):
    """What the page sends."""

    name: str


dispatch = create_dispatch([Datastar(), Connections(), Http(), page])
app = QuartTrio(__name__)
app.secret_key = "not very"
live = Live(app, dispatch, heartbeat=36_000, peer_timeout=36_000)


@app.get("/")
async def home() -> str:
    """A page, which makes a session."""
    return "<p>hello"


@app.get("/sse")
async def stream() -> ResponseReturnValue:
    """A stream that stays open."""
    return await live.stream([["patch-elements", html(elements("0"))]], key=("page", "home", live.session_id))


@app.post("/say/<int:times>/<stamp>")
async def say_hello(times: int, stamp: str) -> ResponseReturnValue:
    """Broadcast."""
    return await live.reply([["page/say", times, stamp]])


@app.post("/greet")
async def greet_one() -> ResponseReturnValue:
    """Answer in one piece."""
    form = await live.signals(Greeting)
    return await live.reply([["page/greet", form.name]])


@app.post("/plain")
async def plain() -> Response:
    """The same answer from the same app, by hand."""
    form = Greeting.model_validate_json(await request.get_data())
    return Response(event(form.name), headers=dict(SSE_HEADERS))


if __name__ == "__main__":
    hypercorn_trio(app)
