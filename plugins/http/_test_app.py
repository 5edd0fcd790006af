"""`async with app.test_app()`, with the app's own errors.

quart-trio's test app opens a nursery in `__aenter__`, and forgets it if the app cannot start. The test then reports a
corrupted nursery stack of trio instead of the app's error. The same happens if a task of the app fails meanwhile, or
the test runs out of time. The test app here speaks ASGI alone. It could go if `TrioTestApp` closed its nursery.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, cast, final

import trio
from quart.typing import TestClientProtocol
from quart_trio import QuartTrio
from quart_trio.testing import TrioTestApp

from ._unwrapped import raise_single

__all__ = ["show_errors_in_tests"]

_SCOPE = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}


@final
class _AppUnderTest:
    """An app that has started, in a nursery of its own. Timeouts are seconds.

    An error that keeps the app from starting, happens while it runs, or keeps it from stopping is raised in the test,
    as itself.
    """

    def __init__(self, app: QuartTrio, startup_timeout: float = 6, shutdown_timeout: float = 6) -> None:
        self.app = app
        self.startup_timeout = startup_timeout
        self.shutdown_timeout = shutdown_timeout
        self._nursery: trio.Nursery
        self._started: trio.TaskStatus[None]
        self._stopped = trio.Event()
        self._could_not_stop: BaseException | None = None
        self._to_app, self._from_test = trio.open_memory_channel[dict[str, str]](2)
        self._running = self._open_nursery()

    def test_client(self) -> TestClientProtocol:
        """Make a client of the app."""
        return self.app.test_client()

    async def startup(self) -> None:
        """Start the app. `async with` does so."""
        self._to_app.send_nowait({"type": "lifespan.startup"})
        with trio.fail_after(self.startup_timeout):
            await self._nursery.start(self._run_app)

    async def shutdown(self) -> None:
        """Stop the app. `async with` does so."""
        self._to_app.send_nowait({"type": "lifespan.shutdown"})
        with trio.fail_after(self.shutdown_timeout):
            await self._stopped.wait()
        if self._could_not_stop is not None:
            raise self._could_not_stop

    async def __aenter__(self) -> Self:
        await self._running.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._running.__aexit__(kind, error, traceback)

    @asynccontextmanager
    async def _open_nursery(self) -> AsyncGenerator[None]:
        with raise_single():
            async with trio.open_nursery() as self._nursery:
                await self.startup()
                try:
                    yield
                finally:
                    await self.shutdown()

    async def _run_app(self, task_status: trio.TaskStatus[None]) -> None:
        self._started = task_status
        with raise_single():  # of the app's nursery
            await cast(Any, self.app)(_SCOPE, self._from_test.receive, self._hear)

    async def _hear(self, message: dict[str, Any]) -> None:
        """Hear how the app is doing. The app reports a failure while it handles the error, so the error is at hand."""
        match message["type"]:
            case "lifespan.startup.complete":
                self._started.started()
            case "lifespan.shutdown.complete":
                self._stopped.set()
            case "lifespan.shutdown.failed":
                self._could_not_stop = _failure_of(message)
                self._stopped.set()
            case _:
                raise _failure_of(message)


def _failure_of(message: dict[str, Any]) -> BaseException:
    return sys.exception() or RuntimeError(message.get("message", ""))


def show_errors_in_tests(app: QuartTrio) -> None:
    """Make `app.test_app()` raise the app's own errors. A class that the app has set itself stays."""
    if cast(object, app.test_app_class) is TrioTestApp:
        app.test_app_class = cast(Any, _AppUnderTest)
