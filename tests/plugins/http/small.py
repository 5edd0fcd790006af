"""An app with one page and nothing else: each test adds the routes that it is about."""

from __future__ import annotations

from typing import Any

from quart.typing import TestClientProtocol
from quart_trio import QuartTrio

from effects import Context, Dispatch, Registry, create_dispatch
from plugins.connections import Connection, Connections, History, MemoryStore
from plugins.datastar import Datastar
from plugins.http import Http, Live

DATASTAR = {"Datastar-Request": "true"}


class Small:
    """An app, its dispatch and its log."""

    def __init__(
        self,
        *plugins: object,
        store: MemoryStore | None = None,
        history: History | None = None,
        debug: bool = False,
        **options: Any,
    ) -> None:
        self.log: list[object] = []
        self.store = MemoryStore() if store is None else store
        self.connections = Connections(self.store, history=history)
        registry = Registry("small")
        registry.effect("note")(self.note)
        registry.effect("fail")(self.fail)
        everything = [Datastar(), self.connections, Http(), registry, *plugins]
        self.dispatch: Dispatch = create_dispatch(everything, block=["rhialto.log"], debug=debug)
        self.app = QuartTrio(__name__)
        self.app.secret_key = "not very"
        self.live = Live(self.app, self.dispatch, **options)
        self.app.get("/")(self.home)

    async def home(self) -> str:
        """A page."""
        return "<p>"

    def note(self, ctx: Context, *what: object) -> None:
        """Keep what is told."""
        self.log.append(what[0] if len(what) == 1 else what)

    def fail(self, ctx: Context, secret: str = "a secret") -> None:
        """Fail."""
        raise ValueError(secret)

    async def visitor(self) -> TestClientProtocol:
        """A browser that has opened the page."""
        client = self.app.test_client()
        assert (await client.get("/")).status_code == 200
        return client

    def streams(self) -> list[Connection]:
        """Those that are open."""
        return list(self.store)
