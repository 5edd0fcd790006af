"""A small app with every kind of route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio
from pydantic import BaseModel, field_validator, model_validator
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import Context, Dispatch, Placeholder, Registry, create_dispatch
from plugins.connections import ANY, Connections, MemoryStore
from plugins.datastar import Datastar
from plugins.http import Http, Live, PathParam, Session, Signal

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


class Greeting(BaseModel):
    """A form."""

    name: str

    @field_validator("name")
    @classmethod
    def _somebody(cls, name: str) -> str:
        if not name:
            raise ValueError("Say a name.")
        return name


class Person(BaseModel):
    """A part of a form."""

    age: int = 0


class Form(BaseModel):
    """A form with several fields."""

    name: str = "?"
    tags: list[str] = []
    size: int | float = 0
    person: Person = Person()

    @model_validator(mode="after")
    def _grown_up(self) -> Form:
        if self.person.age < 0:
            raise AssertionError("Not born yet.")
        return self


class Site:
    """A small app with every kind of route."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.store = MemoryStore()
        self.started = trio.Event()
        self.go_on = trio.Event()
        test = Registry("test")

        @test.effect("note")
        async def note(ctx: Context, text: object) -> None:
            self.log.append(str(text))

        @test.effect("wait")
        async def wait(ctx: Context) -> None:
            self.started.set()
            await self.go_on.wait()

        @test.placeholder("each", each=True)
        def each(data: object, member: object) -> str:
            return type(member).__name__

        @test.effect("fail")
        def fail(ctx: Context) -> None:
            raise ValueError("a secret")

        self.dispatch: Dispatch = create_dispatch(
            [Datastar(), Connections(self.store), Http(), test], block=["rhialto.log"]
        )
        self.app = QuartTrio(__name__)
        self.app.secret_key = "not very"
        self.live = Live(self.app, self.dispatch, max_frames=20)
        self._routes()

    def _routes(self) -> None:
        app, live = self.app, self.live

        @app.get("/")
        async def home() -> str:
            return "<p>"

        @app.get("/data")
        async def data() -> ResponseReturnValue:
            return {"not": "a page"}

        @app.get("/sse/<kind>")
        async def sse(kind: str) -> ResponseReturnValue:
            effects: dict[str, list[object]] = {
                "each": [["patch-signals", {"a": Placeholder("each")}]],
                "close": [["patch-signals", {}], ["close-sse"]],
                "ok": [["patch-signals", {"connected": True}]],
                "bad": [["fail"]],
                "slow": [["wait"]],
            }
            return await live.stream(effects[kind], key=("page", live.session_id))

        @app.get("/snapshot")
        async def snapshot() -> ResponseReturnValue:
            async def effects() -> list[object]:
                at_least_one = self.store.match([ANY, ANY])
                at_least_one[0].send(b"event: x\ndata: live\n\n")
                return [["patch-signals", {"state": "old"}]]

            return await live.stream(effects, key="snapshot")

        @app.get("/pass")
        async def passing() -> ResponseReturnValue:
            return await live.stream(lambda: [["patch-signals", {"n": 1}], ["wait"], ["patch-signals", {"n": 2}]])

        @app.get("/bulk/<kind>")
        async def bulk(kind: str) -> ResponseReturnValue:
            many = [["patch-signals", {"n": "x" * 10_000}] for _ in range(300)]
            return await live.stream(many, key="bulk" if kind == "keyed" else None)

        @app.get("/broken")
        async def broken() -> ResponseReturnValue:
            return await live.stream(lambda: [][0])

        @app.post("/form")
        async def form() -> ResponseReturnValue:
            return (await live.signals(Form)).model_dump()

        @app.post("/greet")
        async def greet() -> ResponseReturnValue:
            form = await live.signals(Greeting)
            say = ["broadcast", {"pattern": [ANY, ["page", ANY]]}, ["patch-signals", {"hello": form.name}]]
            return await live.reply([say, ["patch-signals", {"name": ""}]], otherwise=("plain", 303))

        @app.route("/note/<where>", methods=["GET", "POST", "DELETE", "QUERY"])
        async def note(where: str) -> ResponseReturnValue:
            values = [["note", Signal("a", "b")], ["note", PathParam("where")], ["note", Session("rhialto.id")]]
            return await live.reply(values)

        @app.post("/fail")
        async def fail() -> ResponseReturnValue:
            return await live.reply([["fail"], ["note", "still runs"]])

        @app.post("/wait")
        async def wait() -> ResponseReturnValue:
            return await live.reply([["wait"], ["note", "never"]])

        @app.post("/each")
        async def each() -> ResponseReturnValue:
            return await live.reply([["patch-signals", {"a": Placeholder("each")}]])

        @app.get("/pass/each")
        async def pass_each() -> ResponseReturnValue:
            return await live.stream([["patch-signals", {"a": Placeholder("each")}]])

        @app.route("/close", methods=["GET", "POST"])
        async def close() -> ResponseReturnValue:
            return await live.reply([["close-sse"], ["patch-signals", {}]])

    async def visitor(self) -> TestClientProtocol:
        """A browser that has opened the page."""
        client = self.app.test_client()
        assert (await client.get("/")).status_code == 200
        return client


@pytest.fixture
async def site() -> Site:
    """A site that is not serving yet."""
    return Site()
