"""Anything that a browser sends: it is refused clearly or stays a value, and the streams of others go on."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from effects import Context, Registry, create_dispatch
from plugins.connections import ANY, Connections, own_key
from plugins.datastar import Datastar
from plugins.http import Http, PathParam, Query, Session, Signal
from plugins.http.testing import open_sse
from plugins.routes import Route
from tests.plugins.http.small import DATASTAR, Small

JSON = {**DATASTAR, "Content-Type": "application/json"}


class Anything(BaseModel):
    """Signals of any kind."""

    text: object = None


BODIES: dict[str, tuple[bytes, int]] = {
    "lists within lists": (b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "objects within objects": (b'{"text":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", 400),
    "many lists": (b'{"text":' + b"[" * 300 + b"]" * 300 + b"}", 200),
    "as deep as may be": (b'{"text":' + b"[" * 399 + b"]" * 399 + b"}", 200),
    "one deeper": (b'{"text":' + b"[" * 400 + b"]" * 400 + b"}", 400),
    "many names": (json.dumps({f"text{number}": number for number in range(50_000)}).encode(), 200),
    "a long text": (b'{"text":"' + b"x" * 900_000 + b'"}', 200),
    "a long name": (b'{"' + b"x" * 900_000 + b'":1}', 200),
    "no number": (b'{"text":NaN}', 400),
    "no end": (b'{"text":-Infinity}', 400),
    "a number that is too large": (b'{"text":1e400}', 400),
    "a number that takes long": (b'{"text":' + b"9" * 100_000 + b"}", 400),
    "one name twice": (b'{"text":1,"text":2}', 200),
    "half a character": (b'{"text":"\\ud800"}', 200),
    "no character": (b'{"text":"\\u0000"}', 200),
    "no UTF-8": (b'{"text":"\xff\xfe"}', 400),
    "a mark before it": (b'\xef\xbb\xbf{"text":1}', 200),
    "nothing": (b"null", 400),
    "a name of every object": (b'{"__proto__":{"text":1}}', 200),
    "compressed": (gzip.compress(b'{"text":"' + b"x" * 1_000_000 + b'"}'), 400),
    "too much": (b'{"text":"' + b"x" * 1_000_000 + b'"}', 413),
    "cut off": (b'{"text":"', 400),
}


@pytest.mark.parametrize("name", BODIES)
async def test_what_a_browser_never_sends_is_refused_or_harmless(name: str) -> None:
    """It is never a 500, and whoever listens goes on listening."""
    small = Small()

    @small.app.post("/echo")
    async def echo() -> Any:
        said = ["broadcast", {"pattern": [ANY, "k"]}, ["patch-signals", {"said": Signal("text")}]]
        return await small.live.reply([said], signals=Anything)

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([], key="k")

    body, status = BODIES[name]
    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as stream:
            assert (await ann.post("/echo", data=body, headers=JSON)).status_code == status
            if status == 200:
                await stream.event()
            assert (await ann.post("/echo", json={"text": "fine"}, headers=DATASTAR)).status_code == 200
            assert (await stream.event()).signals == {"said": "fine"}


IN_QUERY: dict[str, tuple[str, int]] = {
    "lists within lists": ('{"text":' + "[" * 100_000 + "]" * 100_000 + "}", 400),
    "one deeper than may be": ('{"text":' + "[" * 400 + "]" * 400 + "}", 400),
    "as deep as may be": ('{"text":' + "[" * 399 + "]" * 399 + "}", 200),
    "a number that takes long": ('{"text":' + "9" * 100_000 + "}", 400),
    "many names": (json.dumps({f"text{number}": number for number in range(20_000)}), 200),
    "a long text": ('{"text":"' + "x" * 900_000 + '"}', 200),
    "too much": ('{"text":"' + "x" * 1_000_000 + '"}', 413),
}


@pytest.mark.parametrize("name", IN_QUERY)
async def test_what_a_browser_never_sends_in_a_url_is_refused_or_harmless(name: str) -> None:
    """As in a body."""
    small = Small()

    @small.app.get("/echo")
    async def echo() -> Any:
        return await small.live.reply([["note", Signal("text", default=None)]])

    async with small.app.test_app():
        text, status = IN_QUERY[name]
        client = small.app.test_client()
        answer = await client.get("/echo", query_string={"datastar": text}, headers=DATASTAR)
        assert answer.status_code == status


async def test_how_deep_signals_may_be_is_said() -> None:
    """To whoever sent them."""
    small = Small()

    @small.app.post("/echo")
    async def echo() -> Any:
        return await small.live.reply([])

    body = BODIES["one deeper"][0]
    answer = await small.app.test_client().post("/echo", data=body, headers=JSON)
    assert (await answer.get_json())["detail"] == "The signals are nested more than 400 deep."


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("count", "status"), [(1_000, 204), (1_001, 413)])
async def test_a_form_has_at_most_so_many_fields(method: str, count: int, status: int) -> None:
    """In its body, and in its query."""
    small = Small()

    @small.app.route("/form", methods=["GET", "POST"])
    async def form() -> Any:
        return await small.live.reply([])

    fields = {f"f{number}": "x" for number in range(count)}
    sent: dict[str, Any] = {"query_string": fields} if method == "GET" else {"form": fields}
    answer = await small.app.test_client().open("/form", method=method, headers={"Origin": "http://localhost"}, **sent)
    assert answer.status_code == status


@pytest.mark.parametrize("cookie", ["", "x", "eyJyaGlhbHRvLmlkIjoieCJ9.aaaa.bbbb", "a" * 4_000, "\u00e9"])
async def test_a_cookie_that_the_server_did_not_sign_is_none(cookie: str) -> None:
    """Its visitor has no session: no stream, and nobody's scope."""
    small = Small()

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([], key="k")

    @small.app.post("/who")
    async def who() -> Any:
        return await small.live.reply([["note", Session("rhialto.id", default="nobody")]])

    client: Any = small.app.test_client()
    client.set_cookie("localhost", "session", cookie)
    assert (await client.get("/sse", headers=DATASTAR)).status_code == 204
    assert (await client.post("/who", headers=DATASTAR)).status_code == 200
    assert small.log == ["nobody"]


hostile = st.recursive(
    st.sampled_from(
        ["*", "ANY", "REST", "broadcast", "note", "http/signal", "connection/own-scope", "rhialto.id", "", "__proto__"]
    )
    | st.none()
    | st.booleans()
    | st.integers(-9, 9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["key", "args", "pattern", "a"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=settings().max_examples * 3 // 5)
@given(hostile, st.sampled_from(["*", "ANY", "broadcast", "..", "%2A"]))
def test_a_value_is_never_anything_else(value: object, text: str) -> None:
    """No effect, placeholder, wildcard or markup, through whichever placeholder it comes in."""
    kept: list[object] = []
    keep = Registry("keep")

    @keep.effect("keep")
    def keep_it(ctx: Context, *what: object) -> None:
        kept.extend(what)

    @keep.action("act")
    def act(state: object, *what: object) -> list[object]:
        return [["keep", *what], ["with-connection", own_key("k"), ["keep", *what]]]

    dispatch = create_dispatch([Datastar(), Connections(), Http(), keep], block=["rhialto.log"])
    given_as = [Signal("v"), Session("v"), Query("v"), PathParam("v")]
    routes = [
        Route("/<v>", signals=_Signals, dispatch=["keep", *given_as]),
        Route("/<v>", signals=_Signals, dispatch=["act", *given_as]),
        Route("/<v>", signals=_Signals, dispatch=["keep", *given_as], target=[ANY, ["room", PathParam("v"), ANY]]),
    ]
    sent = json.loads(json.dumps(value))
    data = {"signals": {"v": sent}, "session": {"v": sent}, "query": {"v": text}, "path": {"v": text}}
    data["connection"] = {"scope": "s"}

    async def run() -> None:
        for route in routes:
            result = await dispatch(route.effects, data=data)
            assert result.errors == ()

    trio.run(run)
    assert kept == [sent, sent, text, text] * 3
    assert all(type(one) in {str, list, dict, int, bool, type(None)} for one in kept)


class _Signals(BaseModel):
    v: object


def _names() -> list[str]:
    """All that effects, placeholders and state are registered under, and what patterns are written with."""
    dispatch = Small().dispatch
    return [*sorted(one.key for one in dispatch.registrations), "*", "ANY", "REST", "<ANY>", "?", "Placeholder"]


texts = st.sampled_from(_names())
values = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2), max_leaves=6
)


@settings(max_examples=settings().max_examples * 2 // 5, deadline=None)
@given(values, texts)
def test_a_value_stays_a_value_wherever_it_is_sent(value: object, text: str) -> None:
    """In a body, a query, a form, a path, a session and headers: it arrives as it was, and reaches nobody it names."""
    small = Small()
    note = ["note", Signal("v", default=None), Query("v", default=None), Session("v", default=None)]
    told = ["with-connection", own_key(["room", Signal("v", default=None)]), ["patch-signals", {"told": True}]]

    @small.app.post("/keep")
    async def keep() -> Any:
        return await small.live.reply([["patch-session", {"v": Signal("v")}]])

    @small.app.route("/note/<path:place>", methods=["GET", "POST"])
    async def noted(place: str) -> Any:
        return await small.live.reply([note, ["note", PathParam("place")], told])

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([], key=["room", "nobody's"])

    async def run() -> None:
        async with small.app.test_app():
            ann = await small.visitor()
            said = {"v": value}
            async with open_sse(ann, "/sse") as stream:
                assert (await ann.post("/keep", json=said, headers=DATASTAR)).status_code == 200
                headers = {**DATASTAR, "Last-Event-ID": text, "X-Scope": text, "Accept-Language": text}
                where = f"/note/{quote(text)}"
                await ann.post(where, json=said, headers=headers)
                await ann.get(where, query_string={"datastar": json.dumps(said)}, headers=headers)
                plain = {**headers, "Datastar-Request": "no", "Origin": "http://localhost"}
                await ann.post(where, form={"v": text}, headers=plain)
                await ann.get(where, query_string={"v": text}, headers=plain)
                await small.dispatch([["broadcast", {"pattern": [ANY, ANY]}, ["patch-signals", {"last": True}]]])
                assert (await stream.event()).signals == {"last": True}

    trio.run(run)
    assert small.log == [
        (value, None, value), text,
        (value, None, value), text,
        (text, None, value), text,
        (text, text, value), text,
    ]  # fmt: skip
