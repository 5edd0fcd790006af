"""Any QuartTrio app: whatever stands beside live pages works, and they work wherever they are put."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from jinja2 import DictLoader
from quart import Blueprint, Response, render_template_string, url_for, websocket
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import ArgumentError, create_dispatch
from plugins.connections import ANY, BroadcastResult, Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live, template
from plugins.http.testing import open_sse
from tests.plugins.http.conftest import Greeting
from tests.plugins.http.small import DATASTAR, Small


async def test_routes_may_be_in_a_blueprint_with_a_prefix() -> None:
    """They are ordinary handlers."""
    small = Small()
    rooms = Blueprint("rooms", __name__, url_prefix="/rooms")

    @rooms.get("/<name>/sse")
    async def sse(name: str) -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"room": name}]], key=("room", name))

    @rooms.post("/<name>")
    async def say(name: str) -> ResponseReturnValue:
        return await small.live.reply([["broadcast", {"pattern": [ANY, ["room", name]]}, ["patch-signals", {"n": 1}]]])

    small.app.register_blueprint(rooms)
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/rooms/blue/sse") as stream:
            assert (await stream.event()).signals == {"room": "blue"}
            assert (await ann.post("/rooms/blue", headers=DATASTAR)).status_code == 200
            assert (await stream.event()).signals == {"n": 1}


async def test_signals_that_do_not_fit_are_answered_in_blueprints_too() -> None:
    """Whichever of several `Live` objects was asked for them."""
    app = QuartTrio("x")
    app.secret_key = "not very"
    lives = [
        Live(app, create_dispatch([Datastar(), Connections()]), on_invalid=[["patch-signals", {"live": number}]])
        for number in range(2)
    ]
    forms = Blueprint("forms", __name__)

    @forms.post("/<int:number>")
    async def form(number: int) -> ResponseReturnValue:
        await lives[number].signals(Greeting)
        return ""

    app.register_blueprint(forms)
    async with app.test_app():
        for number in range(2):
            answer = await app.test_client().post(f"/{number}", json={}, headers=DATASTAR)
            assert f'{{"live":{number}}}'.encode() in await answer.get_data(as_text=False)


async def test_ordinary_routes_and_errors_stand_beside_it() -> None:
    """Untouched: an app that never asks for anything live is as it was."""
    small = Small()

    @small.app.get("/json")
    async def plain() -> ResponseReturnValue:
        return {"plain": True}

    @small.app.get("/stream")
    async def stream() -> Response:
        async def chunks() -> Any:
            yield b"1"
            yield b"2"

        return Response(chunks())

    @small.app.errorhandler(404)
    async def missing(error: Exception) -> ResponseReturnValue:
        return "our own page", 404

    async with small.app.test_app():
        client = small.app.test_client()
        assert await (await client.get("/json")).get_json() == {"plain": True}
        assert await (await client.get("/stream")).get_data() == b"12"
        assert await (await client.get("/nowhere")).get_data() == b"our own page"


async def test_websockets_stand_beside_it() -> None:
    """And may dispatch to the same streams."""
    small = Small()

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([], key="k")

    @small.app.websocket("/ws")
    async def ws() -> None:
        said = await websocket.receive()
        await small.dispatch([["broadcast", {"pattern": [ANY, "k"]}, ["patch-signals", {"said": said}]]])
        await websocket.send("done")

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as stream, ann.websocket("/ws") as socket:
            await socket.send("hello")
            assert await socket.receive() == "done"
            assert (await stream.event()).signals == {"said": "hello"}


async def test_jinja_templates_are_elements() -> None:
    """What goes in is escaped."""
    small = Small()
    small.app.jinja_env.loader = DictLoader({"row.html": "<li id=row>{{ name }}</li>", "row.txt": "{{ name }}"})

    @small.app.post("/row")
    async def row() -> ResponseReturnValue:
        return await small.live.reply([["patch-elements", await template("row.html", name="<script>")]])

    @small.app.post("/text")
    async def text() -> ResponseReturnValue:
        with pytest.raises(ArgumentError, match="not escaped"):
            await template("row.txt", name="<script>")
        return "refused"

    async with small.app.test_app():
        client = small.app.test_client()
        answer = await (await client.post("/row", headers=DATASTAR)).get_data(as_text=True)
        assert "elements <li id=row>&lt;script&gt;</li>\n" in answer
        assert await (await client.post("/text")).get_data(as_text=True) == "refused"


@pytest.mark.parametrize("autoescape", [True, False])
async def test_an_app_that_escapes_all_templates_or_none_is_believed(autoescape: bool) -> None:
    """Whatever their names are."""
    small = Small()
    small.app.jinja_env.autoescape = autoescape
    small.app.jinja_env.loader = DictLoader({"row.txt": "{{ name }}"})
    async with small.app.app_context():
        if autoescape:
            assert await template("row.txt", name="<") == "&lt;"
        else:
            with pytest.raises(ArgumentError):
                await template("row.txt", name="<")


async def test_pages_may_be_jinja_templates() -> None:
    """A page makes the session, whoever rendered it."""
    small = Small()

    @small.app.get("/page")
    async def page() -> str:
        return await render_template_string("<p>{{ url_for('page') }}</p>")

    answer = await small.app.test_client().get("/page")
    assert await answer.get_data() == b"<p>/page</p>"
    assert "set-cookie" in answer.headers


def prefixed(app: Any, prefix: str) -> Any:
    """Put an app under a prefix as a server or a proxy does, and tell the app."""

    async def call(scope: dict[str, Any], receive: Any, send: Any) -> None:
        scope["root_path"] = prefix
        await app(scope, receive, send)

    return call


async def test_an_app_may_live_under_a_prefix() -> None:
    """As ASGI says it, `root_path`: URLs have it, sessions and streams work."""
    small = Small()

    @small.app.get("/where")
    async def where() -> str:
        return url_for("sse")

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"url": url_for("sse")}]], key="k")

    small.app.asgi_app = prefixed(small.app.asgi_app, "/live")  # type: ignore[method-assign]
    async with small.app.test_app():
        client = small.app.test_client()
        assert "set-cookie" in (await client.get("/live/")).headers
        async with open_sse(client, "/live/sse") as stream:
            assert (await stream.event()).signals == {"url": "/live/sse"}


async def test_several_apps_and_dispatches_in_one_process_know_nothing_of_each_other() -> None:
    """Each has its own connections, unless they share a store on purpose."""
    one, two = Small(), Small()
    shared = Small(store=one.store)
    for small in (one, two, shared):
        small.app.get("/sse")(_streaming(small))
    tell = [["broadcast", {"pattern": [ANY, "k"]}, ["patch-signals", {"n": 1}]]]
    async with (
        one.app.test_app(),
        two.app.test_app(),
        open_sse(await one.visitor(), "/sse") as stream,
        open_sse(await two.visitor(), "/sse") as other,
    ):
        async with shared.app.test_app():
            await shared.dispatch(tell)
            assert (await stream.event()).signals == {"n": 1}
        (told,) = (await two.dispatch(tell)).results
        assert told.value == BroadcastResult(matched=1, queued=1)
        assert (await other.event()).signals == {"n": 1}
        assert len(one.streams()) == len(two.streams()) == 1


def _streaming(small: Small) -> Any:
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([], key="k")

    return sse


async def test_a_dispatch_serves_only_one_app_at_a_time() -> None:
    """The second one says so when it starts."""
    dispatch = create_dispatch([Datastar(), Connections(), Http()])
    apps = [QuartTrio("one"), QuartTrio("two")]
    for app in apps:
        app.secret_key = "not very"
        Live(app, dispatch)
    async with apps[0].test_app(), trio.open_nursery() as apps[1].nursery:
        with pytest.raises(Exception, match="running already"):
            await apps[1].startup()


async def test_tools_find_the_dispatch_of_an_app() -> None:
    """In its extensions, without knowing what ties them together."""
    small = Small()
    live = small.app.extensions["rhialto"]
    assert live is small.live
    assert [one.key for one in live.dispatch.describe(kind="effect", plugin="http")] == ["patch-session"]
