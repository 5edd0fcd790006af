"""The demo: a page on which everybody sees every greeting, and a lobby with rooms. Read top to bottom.

The lobby's own logic is in `demo/lobby.py`. Run it with `make demo`, or `hypercorn -k trio demo.app:app`.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator
from quart import redirect, request, session, url_for
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from demo import lobby_views, settings, views
from demo.lobby import SCOPE, is_in, is_member, is_room, lobby, rooms
from demo.rooms import tidy
from effects import Context, Registry, create_dispatch
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live, PathParam, Session
from plugins.routes import blueprint

# What the greet page is about: plain functions and plain data, testable without any of what follows.

page = Registry("page")


class Board:
    """Holds whom was greeted last."""

    latest: str | None = None


@page.state("latest")
def latest(*, board: Board) -> str | None:
    """Return the name that was greeted last, for actions."""
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
dispatch = create_dispatch([Datastar(), Connections(), Http(), page, lobby], system={"board": board, "rooms": rooms})
app = QuartTrio(__name__)
app.secret_key = settings.secret_key()
live = Live(app, dispatch)


class Greeting(BaseModel):
    """The fields of the form."""

    name: str = Field(max_length=80)

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
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
    cleared = ["patch-signals", {"name": ""}]
    return await live.reply([["page/greet", form.name], cleared], otherwise=redirect(url_for("home"), 303))


# The lobby: its request/response routes come from the metadata of its actions; the stream is a handler.

app.register_blueprint(blueprint(live, lobby))


@app.get("/lobby")
async def lobby_page() -> ResponseReturnValue:
    name = tidy(request.args.get("room", ""))
    if not is_room(name):
        return redirect(url_for("lobby_page", room="tea"))
    if session.get("rooms") and is_in(name, session, live.session_id):
        content = lobby_views.room(name, rooms.now(), called=session["name"], mine=session["rooms"])
    else:
        why = "Somebody in this room has that name, or you have another elsewhere." if "refused" in request.args else ""
        called, mine = session.get("name", ""), session.get("rooms", {})
        content = lobby_views.door(name, rooms.now(), called=called, why=why, mine=mine)
    return str(lobby_views.page(content)), {"Cache-Control": "no-store"}  # or Back would show what was


@app.get("/lobby/<room>/sse")
async def lobby_stream(room: str) -> ResponseReturnValue:  # stays open, for members
    return await live.stream(
        [
            ["lobby/arrive", PathParam("room"), SCOPE, Session("name")],
            ["lobby/show-people", room],
            ["lobby/show-messages", room],
            ["patch-signals", {"connected": True}],
        ],
        key=("lobby", room, live.session_id),
        allow=is_member,
        on_close=[["lobby/depart", PathParam("room"), SCOPE]],
        grace=3,
    )


@app.get("/about")
async def about() -> str:
    return str(views.about())


settings.serve_client(app)
