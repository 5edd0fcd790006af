"""How the apps are served: one process, its port as an argument, access logs off."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, cast

import trio
from hypercorn.asyncio import serve as serve_on_asyncio
from hypercorn.config import Config
from hypercorn.trio import serve as serve_on_trio

__all__ = ["hypercorn_asyncio", "hypercorn_trio", "uvicorn_uvloop"]

BACKLOG = 1_024
KEEP = 3_600
"""Seconds that a connection may be idle: each is, while the others have their turn."""


def hypercorn_trio(app: object) -> None:
    """Serve until the process is told to end."""
    trio.run(serve_on_trio, cast(Any, app), _config())


def hypercorn_asyncio(app: object) -> None:
    """The same on asyncio."""
    asyncio.run(serve_on_asyncio(cast(Any, app), _config()))


def uvicorn_uvloop(app: object) -> None:
    """The same with uvicorn, at its fastest."""
    import uvicorn

    uvicorn.run(
        cast(Any, app),
        port=_port(),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP,
    )


def _config() -> Config:
    config = Config()
    config.bind = [f"127.0.0.1:{_port()}"]
    config.backlog = BACKLOG
    config.loglevel = "WARNING"
    config.keep_alive_max_requests = 10**9
    config.keep_alive_timeout = KEEP
    return config


def _port() -> int:
    return int(sys.argv[1])
