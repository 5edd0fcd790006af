"""The greet page: everyone who has it open sees every greeting, live. Read top to bottom.

Run it with `make demo`, or `hypercorn -k trio demo.app:app`.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator
from quart import redirect, url_for
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from demo import settings, views
from effects import Context, Registry, create_dispatch
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live

# What the page is about: plain functions and plain data, testable without any of what follows.

page = Registry("page")


class Board:
    """Holds whom was greeted last."""

    latest: str | None = None


@page.state("latest")
def latest(*, board: Board) -> str | None:
    """Whom was greeted last, as actions see it."""
    return board.latest


@page.effect("page/remember")
def remember(ctx: Context, name: str, *, board: Board) -> None:
    """Keep a name, for pages that are opened or come back later."""
    board.latest = name


@page.action("page/show")
def show(state: views.State) -> list[object]:
    """Show the latest greeting to whoever asks."""
    return [["patch-elements", views.greeting(state["latest"])]]


@page.action("page/greet")
def greet(state: views.State, name: str) -> list[object]:
    """Greet a name on every open home page."""
    return [
        ["page/remember", name],
        ["broadcast", {"pattern": [ANY, ["page", "home", ANY]]}, ["patch-elements", views.greeting(name)]],
    ]


# The app: a dispatch made of plugins, and routes that feed it.

board = Board()
dispatch = create_dispatch([Datastar(), Connections(), Http(), page], system={"board": board})
app = QuartTrio(__name__)
app.secret_key = settings.secret_key()
live = Live(app, dispatch)


class Greeting(BaseModel):
    """What the form sends."""

    name: str = Field(max_length=80)

    @field_validator("name")
    @classmethod
    def _somebody(cls, name: str) -> str:
        if not name.strip():
            raise ValueError("Type a name first.")
        return name.strip()


@app.get("/")
async def home() -> str:
    return str(views.home(stream=url_for("home_stream"), greet=url_for("say_hello"), latest=board.latest))


@app.get("/sse/home")
async def home_stream() -> ResponseReturnValue:  # stays open: others broadcast to it
    return await live.stream(
        [["patch-signals", {"connected": True}], ["page/show"]], key=("page", "home", live.session_id)
    )


@app.post("/greet")
async def say_hello() -> ResponseReturnValue:  # dispatch, answer, close
    form = await live.signals(Greeting)
    cleared = ["patch-signals", {"name": "", "errors": {"name": ""}}]
    return await live.reply([["page/greet", form.name], cleared], otherwise=redirect(url_for("home"), 303))


@app.get("/about")
async def about() -> str:
    return str(views.about())


settings.serve_client(app)
