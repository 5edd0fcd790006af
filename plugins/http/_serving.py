"""Keeps a dispatch running for as long as its app serves, and ends streams as soon as the server begins to stop."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextvars import Context
from functools import partial
from typing import final

import trio
from quart_trio import QuartTrio

from effects import Dispatch, RegistrationError
from plugins.connections import Connection, Connections, MemoryStore

from ._causes import begin_with_theirs
from ._direct import DirectWrites
from ._stack import Lifeline, Terminated, workers_of

__all__ = ["Serving"]

_logger = logging.getLogger("plugins.http")


_STUCK = frozenset({"overflow", "expired"})
"""Why connections end whose clients do not read."""
_LAST_WRITE = 10.0
_AT_SHUTDOWN = 2.0
"""Seconds that a client has to read what is written last."""


def _start(nursery: trio.Nursery, function: Callable[..., Awaitable[object]], *args: object) -> None:
    """Start a task that is of no request: else the request would be kept for as long as the task lives."""
    Context().run(nursery.start_soon, function, *args)


async def _abort_after(line: Lifeline, patience: float) -> None:
    with trio.move_on_after(patience):
        await line.over()
    if not line.is_over:
        line.abort()


async def _lapse(connection: Connection, seconds: float) -> None:
    ended = trio.Event()
    connection.on_end(lambda _: ended.set())
    with trio.move_on_after(max(0.0, seconds)):
        await ended.wait()
    connection.close("lapsed")


@final
class Serving:
    """A dispatch that runs between the start and the end of an app."""

    def __init__(
        self, app: QuartTrio, dispatch: Dispatch, connections: Connections, writes: DirectWrites | None
    ) -> None:
        self._app = app
        self._dispatch = dispatch
        self._connections = connections
        self._writes = writes
        self._nursery: trio.Nursery | None = None
        self._watched: set[Terminated] = set()
        self._open: dict[Connection, None] = {}
        self._stop = trio.Event()
        self._stopped = trio.Event()
        self._stopped.set()
        self._could_not_close: Exception | None = None
        self.failed = False
        """Whether the dispatch has stopped running although the app still serves."""
        self.draining = False
        """Whether no new streams are taken."""
        app.before_serving(self._start)
        app.after_serving(self._end)

    @property
    def ready(self) -> bool:
        """Whether the dispatch is running, and is to go on."""
        return not (self._nursery is None or self.failed or self.draining or self._stop.is_set())

    def watch(self, connection: Connection, line: Lifeline) -> None:
        """Have a connection ended when the server begins to stop, at once if it has, or when the dispatch does.

        Its request is over soon after its end, even if its client does not read the last bytes.
        """
        terminated = line.transport.terminated
        self._open[connection] = None
        connection.on_end(self._forget)
        connection.on_end(partial(self._see_out, line))
        if terminated is None or self._nursery is None:
            return
        if terminated.is_set():
            connection.close("shutdown")
        elif terminated not in self._watched:
            self._watched.add(terminated)
            _start(self._nursery, self._end_streams_after, terminated)

    def end_after(self, connection: Connection, seconds: float) -> None:
        """Have a connection ended after some time, whether anything can be written to it or not."""
        if self._nursery is not None:
            _start(self._nursery, _lapse, connection, seconds)

    def _see_out(self, line: Lifeline, connection: Connection) -> None:
        if connection.cause in _STUCK:
            line.abort()
        elif self._nursery is not None and not line.is_over:
            _start(self._nursery, _abort_after, line, _AT_SHUTDOWN if connection.cause == "shutdown" else _LAST_WRITE)

    def _forget(self, connection: Connection) -> None:
        del self._open[connection]

    def _end_streams(self) -> None:
        for connection in tuple(self._open):
            connection.close("shutdown")

    async def _end_streams_after(self, terminated: Terminated) -> None:
        await terminated.wait()
        self._end_streams()

    async def _start(self) -> None:
        if not self._app.secret_key:
            raise RegistrationError(
                "the app has no secret_key, so its sessions cannot be signed",
                fix='app.secret_key = os.environ["SECRET_KEY"]',
            )
        if (workers := workers_of(self._app)) > 1 and isinstance(self._connections.store, MemoryStore):
            _logger.warning(
                "this is one of %d workers, and its connections are in its memory: a broadcast reaches the streams of "
                "the worker that runs it. Start a single one, or give Connections a store that reaches the others",
                workers,
            )
        self._stop, self._stopped = trio.Event(), trio.Event()
        self.failed = self.draining = False
        try:
            await self._app.nursery.start(self._serve)
        except Exception as error:
            begin_with_theirs(error)
            raise

    async def _serve(self, task_status: trio.TaskStatus[None]) -> None:
        """Keep the dispatch running until the app stops, and the nursery that ends streams a little longer.

        Should something that a plugin opened fail meanwhile, that is logged, streams end, and requests are refused; an
        exception that left this task would end the app's lifespan and leave it serving.
        """
        try:
            async with trio.open_nursery() as self._nursery:
                if self._writes is not None:
                    self._nursery.start_soon(self._writes.run)
                could_not_open = await self._keep_running(task_status)
                if could_not_open is None:
                    self._end_streams()
                    await self._stop.wait()
                self._nursery.cancel_scope.cancel()
            if could_not_open is not None:
                raise could_not_open
        finally:
            self.failed = not self._stop.is_set()  # nobody would end streams any more
            self._nursery = None
            self._watched.clear()
            self._stopped.set()

    async def _keep_running(self, task_status: trio.TaskStatus[None]) -> Exception | None:
        """Keep the dispatch running until the app stops, or something fails; what kept it from starting is returned."""
        started = False
        try:
            async with self._dispatch.running():
                started = True
                task_status.started()
                await self._stop.wait()
                self._end_streams()
                await self._connections.shut_down()  # while everything that on_close effects may need is still open
        except Exception as error:
            if not started:
                return error
            if self._stop.is_set():
                begin_with_theirs(error)
                self._could_not_close = error
                return None
            self.failed = True
            _logger.exception("the dispatch has stopped running: requests to it are refused until the app is restarted")
        return None

    async def _end(self) -> None:
        self._stop.set()
        await self._stopped.wait()
        error, self._could_not_close = self._could_not_close, None
        if error is not None:
            raise error
