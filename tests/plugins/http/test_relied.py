"""The program does without parts that the libraries below lack, and says so: each thing is taken away once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio
from quart_trio.asgi import TrioASGIHTTPConnection

from effects import create_dispatch
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live, _causes, _contained, _sending, _stack, _transport
from plugins.http._relied import _CURES, _PLACES, _is_met, find_cures
from plugins.http.testing import open_sse
from tests.plugins.http.test_stack import open_stream, read_to_the_end, serving, until, visit

NEEDS = sorted({need for cure in _CURES.values() for need in cure.needs})


@pytest.fixture(scope="module")
def tried() -> dict[str, dict[str, Any]]:
    """Return what came of serving without each thing that is relied on."""
    places = {need: _PLACES[need.partition("(")[0].partition(".")[0]] for need in NEEDS}
    done = subprocess.run(
        [sys.executable, "-m", "tests.plugins.http.newer"],
        cwd=Path(__file__).parents[3],
        input=json.dumps(places),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "stderr": done.stderr}


@pytest.mark.slow
@pytest.mark.parametrize("need", NEEDS)
def test_where_one_thing_is_called_otherwise_everything_goes_on(need: str, tried: dict[str, dict[str, Any]]) -> None:
    """A page, streams, broadcasts and the end; one line says what is missing and what is lost."""
    assert tried[need]["status"] == 0, tried["stderr"]
    (said,) = tried[need]["said"]
    assert f"has no {need}. Without that, " in said
    lost = {name for name, cure in _CURES.items() if need in cure.needs}
    while more := {name for name, cure in _CURES.items() if lost & set(cure.on)} - lost:
        lost |= more
    assert {name for name, cure in _CURES.items() if cure.lost in said} == lost


def test_everything_that_is_relied_on_is_there() -> None:
    """With the releases that are installed."""
    assert find_cures() == set(_CURES)


@pytest.mark.parametrize(
    ("need", "met"),
    [
        ("TCPServer", True),
        ("TCPServer.send_lock", True),
        ("TCPServer.run(self)", True),
        ("TCPServer.run(self, more)", False),
        ("TCPServer.send_lock(self)", False),
        ("TCPServer.nothing", False),
        ("Nothing", False),
        ("Nothing.run", False),
        ("nowhere", False),
    ],
)
def test_a_need_is_a_name_an_attribute_or_a_method(need: str, met: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is on a class, or only in its code."""
    monkeypatch.setitem(_PLACES, "Nothing", "hypercorn.trio.tcp_server")
    monkeypatch.setitem(_PLACES, "nowhere", "hypercorn.nowhere")
    assert _is_met(need) == met


def test_a_cure_goes_with_those_that_it_builds_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, however many apps there are."""
    monkeypatch.setitem(_PLACES, "ResponseBody", "quart.nowhere")
    find_cures.cache_clear()
    try:
        assert find_cures() == set(_CURES) - {"responses", "direct writes", "parking"}
        find_cures()
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "has no ResponseBody. Without that, an open stream keeps its request; " in caplog.text
    finally:
        find_cures.cache_clear()


@pytest.fixture(params=[*_CURES, "everything"])
def without(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cure taken away, one at a time, and all."""
    name = cast(str, request.param)
    left = frozenset() if name == "everything" else frozenset(_CURES) - {name}
    for module in (_causes, _contained, _sending, _stack, _transport):
        monkeypatch.setattr(module, "find_cures", lambda: left)
    if "responses" not in left:
        monkeypatch.delattr(_stack._Answering, "_send_response")


@pytest.mark.usefixtures("without")
async def test_without_a_cure_everything_goes_on() -> None:
    """A page, streams, broadcasts, who leaves, and the end."""
    async with serving(graceful=0.2) as server:
        leaving, staying = [await open_stream(server) for _ in range(2)]
        await server.dispatch([["broadcast", {"pattern": [ANY, "page"]}, ["patch-signals", {"n": 1}]]])
        for stream in (leaving, staying):
            await until(stream, b'"n":1')
        await leaving.aclose()
        await server.somebody_went.wait()
        assert server.gone == ["closed"]
        await visit(server)
        server.stop.set()
        await read_to_the_end(staying)
        await staying.aclose()
        await server.stopped.wait()


class Own(TrioASGIHTTPConnection):
    """A connection class as an app may have it."""

    async def _send_response(self, send: Any, response: Any) -> None:
        response.headers["X-Own"] = "yes"
        await super()._send_response(send, response)


@pytest.mark.parametrize("make", [Own, lambda app, scope: Own(app, scope)])
async def test_an_app_keeps_a_connection_class_of_its_own(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Or a function that makes one. What that costs is said once for each app."""
    app = QuartTrio(__name__)
    app.secret_key = "not very"
    app.asgi_http_class = make
    connections = Connections()
    dispatch = create_dispatch([Datastar(), connections, Http()])
    live = Live(app, dispatch)
    Live(app, create_dispatch([Connections()]))

    @app.get("/")
    async def home() -> str:
        return "<p>"

    @app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await live.stream([["patch-signals", {"n": 0}]], key="page")

    async with app.test_app():
        client = app.test_client()
        assert (await client.get("/")).headers["X-Own"] == "yes"
        async with open_sse(client, "/sse") as stream:
            assert stream.headers["X-Own"] == "yes"
            assert (await stream.event()).signals == {"n": 0}
            await dispatch([["broadcast", {"pattern": [ANY, "page"]}, ["patch-signals", {"n": 1}]]])
            assert (await stream.event()).signals == {"n": 1}
        assert len(connections.store) == 0
    (record,) = caplog.records
    assert record.getMessage().startswith("the app has an asgi_http_class of its own, ")
