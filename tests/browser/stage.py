"""An app with one page, for tests that say what is in it and which effects reach it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import final

from htpy import Node, body, div, head, html, link, meta, output
from playwright.sync_api import BrowserContext, Page, Request, expect
from quart import Response, request, send_file
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import create_dispatch
from plugins.connections import ANY, ConnectionLimits, Connections, History, MemoryStore
from plugins.datastar import Attributes, Client, Datastar, at, attr
from plugins.http import Compression, Http, Live
from tests.browser.serving import Certificate, Server, serve
from tests.browser.visitors import Visitors

__all__ = ["Stage"]

_OPENER = at.get("/stream", retry="always", request_cancellation="cleanup")
_HIDDEN = attr.on("visibilitychange", "$_live = $_live && !document.hidden", "document")
_OWN = frozenset({"/", "/datastar.js", "/stream", "data:,"})


@final
class Stage:
    """The page is at `/`, its stream at `/stream`; `/note` keeps what is posted there. Add routes of your own to `app`.

    `show(*elements)` serves it and opens the page with these; `send(*effects)` broadcasts to it. The page says `live`
    from when its stream begins until it is hidden, and again when the stream that it opens once it is shown begins.
    """

    def __init__(
        self,
        client: Path,
        servers: ExitStack,
        visitors: Visitors,
        limits: ConnectionLimits | None = None,
        *,
        compress: bool | Compression = False,
    ) -> None:
        self.app = QuartTrio("stage")
        self.app.secret_key = "not very"
        self.store = MemoryStore(limits)
        self.dispatch = create_dispatch([Datastar(), Connections(self.store, history=History()), Http()])
        self.live = Live(self.app, self.dispatch, compress=compress)
        self.asked: list[str] = []
        """Where the page's requests went, without those that every page of the stage makes."""
        self.noted: list[tuple[dict[str, str], object]] = []
        """The query and the signals of each post to `/note`."""
        self.root = Attributes()
        """The attributes of the page's first element."""
        self.script = Client("/datastar.js")
        self.body: Node = None
        self._client = client
        self._servers = servers
        self.visitors = visitors
        self._marks = count(1)
        self._add_routes()

    def serve(self, certificate: Certificate | None = None, *, max_requests: int = 1_000) -> Server:
        """Serve it until the test's visitors have left. The arguments are those of `serve`."""
        self.server = self._servers.enter_context(serve(self.app, certificate=certificate, max_requests=max_requests))
        return self.server

    def show(self, *elements: Node) -> Page:
        """Serve it, and have somebody open the page with these elements; returns when its stream is open."""
        self.body = elements
        self.serve()
        self.page = self.tab(self.visitors.person())
        return self.page

    def tab(self, person: BrowserContext) -> Page:
        """Open the page in one more tab of a person, and return when its stream is open. Serve it first."""
        page = person.new_page()
        page.on("request", self._ask)
        page.goto(self.server.url)
        expect(page.locator("#live")).to_have_text("live")
        return page

    def send(self, *effects: Sequence[object]) -> None:
        """Broadcast effects to the page, and wait until it has got them. Raises what failed."""
        mark = next(self._marks)
        self.cast(*effects, ["patch-signals", {"_mark": mark}])
        expect(self.page.locator("#mark")).to_have_text(str(mark))

    def cast(self, *effects: Sequence[object]) -> None:
        """Broadcast effects that the page does not outlive. Raises what failed."""
        self.server.run(self.tell, [ANY, ["stage"]], *effects)

    def streams(self) -> int:
        """How many streams are open."""
        return self.server.call(len, self.store)

    async def tell(self, pattern: Sequence[object], *effects: Sequence[object]) -> None:
        """Broadcast effects to whom a pattern matches, in the server's own thread. Raises what failed."""
        (await self.dispatch([["broadcast", {"pattern": pattern}, *effects]])).raise_errors()

    def _add_routes(self) -> None:
        self.app.get("/")(self._home)
        self.app.get("/datastar.js")(self._datastar)
        self.app.get("/stream")(self._stream)
        self.app.post("/note")(self._note)

    def _ask(self, request: Request) -> None:
        where = request.url.removeprefix(self.server.url)
        if where.partition("?")[0] not in _OWN:
            self.asked.append(where)

    async def _home(self) -> str:
        return str(
            html(self.root)[
                head[meta(charset="utf-8"), link(rel="icon", href="data:,"), self.script],
                body[
                    div(attr.signals({"_live": False, "_mark": 0})),
                    div(attr.init(_OPENER)),
                    output("#live", attr.text("$_live ? 'live' : 'not yet'") | _HIDDEN),
                    output("#mark", attr.text("$_mark")),
                    self.body,
                ],
            ]
        )

    async def _datastar(self) -> Response:
        return await send_file(self._client, mimetype="text/javascript")

    async def _stream(self) -> ResponseReturnValue:
        return await self.live.stream([["patch-signals", {"_live": True}]], key=("stage",))

    async def _note(self) -> ResponseReturnValue:
        self.noted.append((request.args.to_dict(), await request.get_json()))
        return await self.live.reply([])
