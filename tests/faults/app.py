"""The app that faults are tried on: a page, streams, something to say to them, and a look inside the process."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import trio
from quart import request
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import Context, Placeholder, Registry, create_dispatch
from plugins.connections import ANY, Connections, History
from plugins.datastar import Datastar
from plugins.http import Http, Live

causes: Counter[str] = Counter()
GONE = [["gone", Placeholder("connection/cause")]]


connections = Connections(history=History(max_bytes=500_000))
faults = Registry("faults")


@faults.effect("gone")
def gone(ctx: Context, cause: str) -> None:
    """Count why streams ended."""
    causes[cause] += 1


dispatch = create_dispatch([Datastar(), connections, Http(), faults])
app = QuartTrio(__name__)
app.secret_key = "not very"
# The kernel would help in the end: here it must not have to.
live = Live(app, dispatch, heartbeat=float(os.environ.get("HEARTBEAT", "15")), max_bytes=300_000, peer_timeout=600)


@app.get("/")
async def home() -> str:
    """A page, which makes a session."""
    return "<p>hello"


@app.get("/sse/<key>")
async def sse(key: str) -> ResponseReturnValue:
    """A stream."""
    return await live.stream([["patch-signals", {"open": key}]], key=("page", key), on_close=GONE, grace=0)


@app.get("/replay/<key>")
async def replay(key: str) -> ResponseReturnValue:
    """A stream that goes on where it was cut off."""
    return await live.stream([["patch-signals", {"open": key}]], key=("page", key), replay=True)


@app.get("/slow/<key>")
async def slow(key: str) -> ResponseReturnValue:
    """A stream that takes its time to begin."""

    async def effects() -> list[object]:
        await trio.sleep(0.05)
        return []

    return await live.stream(effects, key=("page", key), on_close=GONE, grace=0)


@app.post("/say/<int:size>/<text>")
async def say(size: int, text: str) -> ResponseReturnValue:
    """Say something to all streams, in so many bytes."""
    said = ["patch-signals", {"said": text, "padding": "x" * size}]
    return await live.reply([["broadcast", {"pattern": [ANY, ["page", ANY]]}, said]])


@app.post("/pieces")
async def pieces() -> str:
    """Read a body piece by piece."""
    return str(sum([len(piece) async for piece in request.body]))


@app.get("/state")
async def state() -> dict[str, object]:
    """Answer with the counts of this process."""
    return {
        "open": len(connections.store),
        "causes": dict(causes),
        "tasks": trio.lowlevel.current_statistics().tasks_living,
        "files": len(os.listdir("/proc/self/fd")),
        "memory": _memory(),
    }


def _memory() -> int:
    """Bytes that the process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
