"""A server in a thread of its own, since sync Playwright and trio cannot share one.

`with serve(app) as server` is a whole server life: startup, a free port, shutdown. An app may be served again
afterwards. `server.call(function)` runs something where the app lives, so that tests can look at its state.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar, final

import hypercorn.trio
import trio
from hypercorn import Config
from quart_trio import QuartTrio

__all__ = ["Certificate", "Server", "serve"]

T = TypeVar("T")

_LONGEST = 30.0
"""How long starting and stopping may take, in seconds. Both take a fraction of one."""


class Certificate(NamedTuple):
    """The files of a certificate and of its key."""

    chain: Path
    key: Path


@final
class Server:
    """A running server."""

    def __init__(self, app: QuartTrio, config: Config) -> None:
        self.url = ""
        """Where it is, without a slash at the end."""
        self._app = app
        self._config = config
        self._stop = trio.Event()
        self._token: trio.lowlevel.TrioToken | None = None
        self._failed: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def call(self, function: Callable[..., T], *args: object) -> T:
        """Call a function where the app lives, and return what it returns."""
        return trio.from_thread.run_sync(function, *args, trio_token=self._token)

    def run(self, function: Callable[..., Awaitable[T]], *args: object) -> T:
        """Run an async function where the app lives, and return what it returns."""
        return trio.from_thread.run(function, *args, trio_token=self._token)

    def start(self) -> None:
        """Start, and wait until it can be reached. Raises what keeps it from starting."""
        self._thread.start()
        assert self._ready.wait(_LONGEST), "the server does not start"
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        """Stop, as SIGTERM would, and wait for the end. Raises what went wrong in the server."""
        if self._thread.is_alive():
            self.call(self._stop.set)
        self._thread.join(_LONGEST)
        assert not self._thread.is_alive(), "the server does not stop"
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        try:
            trio.run(self._serve)
        except BaseException as failed:  # noqa: BLE001 - raised again by whoever waits for this thread
            self._failed = failed
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        serving = partial(hypercorn.trio.serve, shutdown_trigger=self._stop.wait)
        async with trio.open_nursery() as nursery:
            (self.url,) = await nursery.start(serving, self._app, self._config)
            self._ready.set()


@contextmanager
def serve(app: QuartTrio, *, certificate: Certificate | None = None, max_requests: int = 1_000) -> Generator[Server]:
    """Serve an app on a free port: over HTTP/1.1, or over TLS, and then HTTP/2, where there is a certificate.

    `max_requests` is after how many requests the server ends an HTTP/2 connection; the number is hypercorn's own.
    """
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.errorlog = logging.getLogger("hypercorn.error")
    config.keep_alive_max_requests = max_requests
    if certificate is not None:
        config.certfile, config.keyfile = map(str, certificate)
    server = Server(app, config)
    server.start()
    try:
        yield server
    finally:
        server.stop()
