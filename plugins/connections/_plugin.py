"""The plugin: its registry, and the tasks that run while a dispatch runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar, final

import trio

from effects import Dispatch, RegistrationError, Registry, Sink, hookimpl

from ._connection import Cause, Connection
from ._effects import Interpreters
from ._expiry import expire_stuck
from ._history import Follower, History
from ._history_sink import history_of, revoke
from ._keys import Wildcard, find_wildcard
from ._lifecycle import Guests, Lifecycle
from ._opening import begin
from ._placeholders import PLACEHOLDERS, PLACEHOLDERS_EACH
from ._presence import Presence
from ._seconds import is_seconds
from ._store import ConnectionStore, MemoryStore

__all__ = ["Connections"]

_logger = logging.getLogger("plugins.connections")

T = TypeVar("T")


@final
class Connections:
    """The plugin: `broadcast`, `with-connection` and `disconnect` over a store of connections.

    The state slice `connections` is a `Presence`. All times are in seconds. While the dispatch runs, a connection that
    has had frames to write for `ttl`, and wrote none of them, is ended with the cause `expired`. A stream that opens
    waits for its `on_open`, and for an `on_close` of its name that still runs, for at most `open_timeout`; then it
    opens, and those effects follow in their order. When the dispatch stops, all `on_close` effects together may take
    `shutdown_timeout`. With a `history`, connections that were cut off may come back to their place; the store has to
    be a `MemoryStore` then.

    Raises `RegistrationError` if a time is not a number of seconds above 0, if `store` is no `ConnectionStore`, or if a
    history is given and the store is no `MemoryStore` or has one already.
    """

    name = "connections"

    def __init__(
        self,
        store: ConnectionStore | None = None,
        *,
        ttl: float = 60.0,
        open_timeout: float = 2.0,
        shutdown_timeout: float = 2.0,
        history: History | None = None,
    ) -> None:
        times = {"ttl": ttl, "open_timeout": open_timeout, "shutdown_timeout": shutdown_timeout}
        for name, seconds in times.items():
            if not is_seconds(seconds) or seconds <= 0:
                raise RegistrationError(f"{name} is a number of seconds above 0", fix="leave it out for the default")
        if store is not None and not isinstance(store, ConnectionStore):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RegistrationError(f"a {type(store).__name__} is no ConnectionStore", fix="pass MemoryStore(...)")
        self.store: ConnectionStore = MemoryStore() if store is None else store
        if history is not None:
            self._keep_history(history)
        self._ttl = ttl
        self._shutdown_timeout = shutdown_timeout
        self._deadline = float("inf")
        self._guests = Guests(self.store, open_timeout)
        self._own_connections: dict[Connection, None] = {}
        self._registry = self._make_registry()

    @property
    def history(self) -> History | None:
        """The history of the store; None if it has none."""
        return history_of(self.store)

    def _keep_history(self, history: History) -> None:
        if not isinstance(self.store, MemoryStore):
            raise RegistrationError(
                f"a {type(self.store).__name__} has no history: other processes may send to it",
                fix="leave history out, or use a MemoryStore",
            )
        if self.store.history is not None:
            raise RegistrationError("this store has a history already", fix="give it one only once")
        self.store.history = history

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the effects, the placeholders and the state slice."""
        return self._registry

    @hookimpl
    def rhialto_lifespan(self, dispatch: Dispatch) -> AbstractAsyncContextManager[None]:
        """Run the tasks of the plugin while the dispatch runs; at the end, `shut_down`."""
        return self._serve(dispatch)

    def add(self, connection: Connection) -> None:
        """Keep a connection until it ends. From now on broadcasts reach it.

        Raises `TooManyConnectionsError` if a limit is reached; then the connection is not kept. Raises `LifecycleError`
        if the dispatch is running in another `trio.run`.
        """
        self._guests.check_run("a connection is added")
        self.store.add(connection)
        if connection not in self._own_connections:
            self._own_connections[connection] = None
            connection.on_end(self._forget_own)

    async def open(self, connection: Connection, lifecycle: Lifecycle) -> None:
        """Keep a connection as `add` does, and dispatch its lifecycle. Returns when its `on_open` is done.

        Returns after `open_timeout` seconds at the latest, with a warning in the log that names the key: `on_open` is
        done later then. Raises `LifecycleError` outside `dispatch.running()`. When cancelled, the connection stays:
        close it.
        """
        self._guests.check_open()
        self.add(connection)
        await self._guests.arrive(connection, lifecycle)

    def follow(self, connection: Connection, encode_id: Callable[[str], bytes]) -> Follower:
        """Let a connection that was just added continue an earlier one of its name.

        `encode_id` makes the frame that tells the client an event id. Raises `RegistrationError` if the store has no
        history.
        """
        if self.history is None:
            raise RegistrationError(
                "replay needs a history", fix="create_dispatch([Connections(history=History()), ...])"
            )
        return self.history.follow(connection, encode_id)

    async def begin(
        self,
        connection: Connection,
        snapshot: Callable[[Sink], Awaitable[T]],
        *,
        lifecycle: Lifecycle | None = None,
        follower: Follower | None = None,
        last_event_id: str = "",
    ) -> T | None:
        """Begin a held connection that was added. From then on it gets the frames that others send to it.

        First its `lifecycle` is announced, as by `open`. Then the frames are sent that its `follower` missed since
        `last_event_id`. If those are not known, or there is no follower, `snapshot(sink)` is awaited instead; the
        frames that it sends to the sink go ahead of all that others have sent meanwhile. Returns the result of
        `snapshot`, or None if it was not called.

        If somebody ends the connection before it has begun, `snapshot` is cancelled, and the connection stays ended.
        Raises `LifecycleError` if there is a lifecycle outside `dispatch.running()`. When cancelled, the connection
        stays: close it.
        """

        async def announce() -> None:
            if lifecycle is not None:
                await self.open(connection, lifecycle)

        return await begin(connection, snapshot, announce, follower, last_event_id)

    def end_all(self, cause: Cause) -> None:
        """End every connection that was added to this plugin. Raises `LifecycleError` in another `trio.run`."""
        self._guests.check_run("connections are ended")
        for connection in tuple(self._own_connections):
            connection.close(cause)

    def disconnect(self, pattern: Sequence[object], cause: Cause = "closed") -> int:
        """End the connections of this process that match, and return their number.

        None of them may come back to a place in the history. Raises `PatternError` if the pattern is invalid, and
        `LifecycleError` in another `trio.run`.
        """
        self._guests.check_run("connections are ended")
        connections = self.store.match(pattern)
        revoke(self.store, pattern)
        for connection in connections:
            connection.close(cause)
        return len(connections)

    async def shut_down(self) -> None:
        """End every connection that was added to this plugin, and dispatch every `on_close` without grace.

        Returns `shutdown_timeout` seconds after the first call at the latest; effects that still run then are cancelled
        when the dispatch stops. Call this inside `dispatch.running()`, while everything that the effects need is still
        open; the plugin itself calls it at the end.
        """
        self.end_all("shutdown")
        self._deadline = min(self._deadline, trio.current_time() + self._shutdown_timeout)
        with trio.CancelScope(deadline=self._deadline):
            await self._guests.finish_now()

    def _forget_own(self, connection: Connection) -> None:
        del self._own_connections[connection]

    @asynccontextmanager
    async def _serve(self, dispatch: Dispatch) -> AsyncGenerator[None]:
        self._guests.claim(dispatch)
        self._deadline = float("inf")
        guests = trio.CancelScope(shield=True)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(expire_stuck, self.store, self._ttl)
                nursery.start_soon(self._guests.serve, guests)
                try:
                    await self._guests.ready.wait()
                    yield
                finally:
                    await self._close(guests)
                    nursery.cancel_scope.cancel()
        finally:
            self._guests.release()

    async def _close(self, guests: trio.CancelScope) -> None:
        with trio.CancelScope(shield=True):  # all rounds share one deadline; connections may come meanwhile
            await self.shut_down()
            while (self._own_connections or self._guests.busy_count) and trio.current_time() < self._deadline:
                await self.shut_down()
        if self._guests.busy_count:
            _logger.warning(
                "%d names were given up on: their effects of on_open or on_close took too long",
                self._guests.busy_count,
            )
        self.end_all("shutdown")
        self._guests.close()
        guests.cancel()

    def _make_registry(self) -> Registry:
        registry = Registry("connections")
        Interpreters(self.store, self._guests.check_run).register(registry)
        registry.state("connections")(self._make_presence)
        for key, resolver in PLACEHOLDERS.items():
            registry.placeholder(key)(resolver)
        for key, resolver in PLACEHOLDERS_EACH.items():
            registry.placeholder(key, each=True)(resolver)
        registry.tag("wildcard", Wildcard, encode=repr, decode=find_wildcard)
        return registry

    def _make_presence(self) -> Presence:
        """Return the connected names."""
        return Presence(self.store)
