"""One visitor against another: whatever is asked, whose stream it is is the server's to say."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from pydantic import BaseModel

from effects import Placeholder
from plugins.connections import ANY, own_key
from plugins.http import PathParam, Query, Signal
from plugins.http.testing import open_sse
from plugins.routes import Route, blueprint
from tests.plugins.http.small import DATASTAR, Small


class Wanted(BaseModel):
    """What an attacker may choose."""

    key: Any = None
    scope: Any = None


TELL = ["patch-signals", {"told": True}]


def served() -> Small:
    """An app whose keys are all chosen by browsers."""
    small = Small()
    chosen = [Signal("key"), Query("key", default="k"), PathParam("key")]
    plain = [
        Route(f"/tell{number}/<key>", signals=Wanted, dispatch=TELL, target=own_key(["room", key]))
        for number, key in enumerate(chosen)
    ]
    plain += [
        Route(
            f"/end{number}/<key>",
            signals=Wanted,
            dispatch=["disconnect", {"pattern": [Placeholder("connection/own-scope"), ["room", key]]}],
        )
        for number, key in enumerate(chosen)
    ]
    small.app.register_blueprint(blueprint(small.live, plain))

    @small.app.get("/sse/<key>")
    async def sse(key: str) -> Any:
        return await small.live.stream([], key=("room", key))

    @small.app.get("/scope")
    async def scope() -> Any:
        return small.live.session_id

    return small


@pytest.mark.parametrize("kind", ["tell", "end"])
@pytest.mark.parametrize("number", range(3))
async def test_nobody_reaches_or_ends_another_s_stream(
    kind: str, number: int, autojump_clock: trio.testing.MockClock
) -> None:
    """By its key, its scope, or both, in the path, the query, the signals or the headers."""
    small = served()
    async with small.app.test_app():
        ann, eve = await small.visitor(), await small.visitor()
        ann_s = await (await ann.get("/scope")).get_data(as_text=True)
        async with open_sse(ann, "/sse/k") as stream, open_sse(eve, "/sse/other"):
            keys: list[object] = ["k", "*", "ANY", ann_s, [ann_s, ["room", "k"]], ["room", "k"], {"scope": ann_s}, None]
            for key in keys:
                text = key if isinstance(key, str) else "k"
                sent = {"key": key, "scope": ann_s, "connection": {"scope": ann_s, "key": ["room", "k"]}}
                headers = {**DATASTAR, "Last-Event-ID": "1", "X-Scope": ann_s, "Cookie2": f"session={ann_s}"}
                answer = await eve.post(
                    f"/{kind}{number}/{text}", query_string={"key": text, "scope": ann_s}, json=sent, headers=headers
                )
                assert answer.status_code in {200, 500}
            assert len(small.streams()) == 2
            with trio.move_on_after(60) as quiet:
                await stream.event()
            assert quiet.cancelled_caught
            answer = await ann.post(f"/{kind}{number}/k?key=k", json={"key": "k"}, headers=DATASTAR)
            assert answer.status_code == 200
            if kind == "tell":
                assert (await stream.event()).signals == {"told": True}
            else:
                assert [event async for event in stream] == []


async def test_a_reconnect_is_as_good_as_a_first_request(autojump_clock: trio.testing.MockClock) -> None:
    """Nothing that a client says of the stream it had gives it another's."""
    small = served()
    async with small.app.test_app():
        ann, eve = await small.visitor(), await small.visitor()
        async with (
            open_sse(ann, "/sse/k") as stream,
            open_sse(eve, "/sse/k", headers={"Last-Event-ID": "7"}) as hers,
            hers.reconnect() as again,
        ):
            await small.dispatch([["broadcast", {"pattern": [small.streams()[0].scope, ANY]}, TELL]])
            assert (await stream.event()).signals == {"told": True}
            with trio.move_on_after(60) as quiet:
                await again.event()
            assert quiet.cancelled_caught
