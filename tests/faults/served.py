"""The app for faults under `serve`: `python -m tests.faults.served BIND`. OPTIONS, as JSON, is what is to be set."""

import json
import os
import sys
from collections.abc import AsyncGenerator
from functools import partial

import trio

from plugins.http import serve
from tests.faults.app import app, live


@app.get("/ready")
async def ready() -> tuple[str, int]:
    """Answer a load balancer."""
    return "", 200 if live.ready else 503


@app.get("/wait")
async def wait() -> AsyncGenerator[bytes]:
    """An answer that never comes to its end."""
    yield b"so far"
    await trio.sleep_forever()


if __name__ == "__main__":
    trio.run(partial(serve, live, sys.argv[1], **json.loads(os.environ.get("OPTIONS", "{}"))))
