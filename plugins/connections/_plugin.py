"""The plugin: effects that reach connections by name, and what it keeps going while a dispatch runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NotRequired, final

import trio
from typing_extensions import TypedDict

from effects import Context, Dispatch, Effect, RegistrationError, Registry, copy_data, hookimpl

from ._connection import Cause, Connection
from ._expiry import expire_stuck
from ._group import BroadcastResult
from ._history import Audience, History
from ._kept import history_of, kept
from ._keys import Name, Wildcard, freeze_name, patterns_in, wildcard
from ._lifecycle import Guests, Lifecycle
from ._placeholders import own, theirs
from ._seconds import is_seconds
from ._store import ConnectionStore, MemoryStore

__all__ = ["BroadcastOptions", "Connections", "Presence"]

_logger = logging.getLogger("plugins.connections")


class BroadcastOptions(TypedDict):
    """Options of `broadcast` and `disconnect`."""

    pattern: Sequence[object]
    """Whom to reach: a name or pattern, `[ANY, ["page", "home", ANY]]`."""
    exclude: NotRequired[Sequence[object]]
    """Whom to leave out: a name or pattern, or a list of them."""


_ENDED, _REACHED = "connections are ended", "connections are reached"


@final
class Presence:
    """Who is connected: what actions find as `state["connections"]`."""

    def __init__(self, store: ConnectionStore) -> None:
        self._store = store

    def names(self, pattern: Sequence[object], exclude: Sequence[object] = ()) -> Sequence[Name]:
        """The names `(scope, key)` that match, each once, however many connections it has. Raises `PatternError`."""
        return copy_data(self._store.names(pattern, patterns_in(exclude)))

    def count(self, pattern: Sequence[object], exclude: Sequence[object] = ()) -> int:
        """How many connections match. Raises `PatternError` for what is no pattern."""
        return self._store.count(pattern, patterns_in(exclude))


@final
class Connections:
    """The plugin: `broadcast`, `with-connection` and `disconnect` over a store of connections.

    The state slice `connections` is a `Presence`. While the dispatch runs, a connection that has had something to write
    for `ttl` seconds, and wrote none of it, is ended as `expired`. A stream that opens waits for its `on_open`, and for
    an `on_close` of its name that is still at work, for `open_timeout` seconds; then it opens without, and they follow
    in their order. When the dispatch stops, effects of `on_close` may take `shutdown_timeout` seconds, all together.
    With a `history`, connections that were cut off may come back to where they were; it is the store's, which has to be
    one in memory. Raises `RegistrationError` for times that are no number of seconds above 0, and for a store that is
    none, or has a history already.
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
            self._give(history)
        self._ttl = ttl
        self._shutdown_timeout = shutdown_timeout
        self._deadline = float("inf")
        self._guests = Guests(self.store, open_timeout)
        self._own: dict[Connection, None] = {}
        self._registry = self._filled()

    @property
    def history(self) -> History | None:
        """What was sent lately, where anything is kept of it."""
        return history_of(self.store)

    def _give(self, history: History) -> None:
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
        """Contribute the effects, placeholders and the state slice."""
        return self._registry

    @hookimpl
    def rhialto_lifespan(self, dispatch: Dispatch) -> AbstractAsyncContextManager[None]:
        """Own what goes on while the dispatch runs; at the end, `shut_down`."""
        return self._running(dispatch)

    def add(self, connection: Connection) -> None:
        """Keep a connection until it ends: from now on it is reached by broadcasts.

        Raises `TooManyConnectionsError` where there is no room; then nothing is kept.
        """
        self._guests.check_run("a connection is added")
        self.store.add(connection)
        if connection not in self._own:
            self._own[connection] = None
            connection.on_end(self._forget)

    async def open(self, connection: Connection, lifecycle: Lifecycle) -> None:
        """Keep a connection as `add` does, and dispatch what its lifecycle says. Returns when its `on_open` is done.

        Or after `open_timeout` seconds, with a warning that names the key: then `on_open` is done later. Raises
        `LifecycleError` outside `dispatch.running()`. When cancelled, the connection stays: close it.
        """
        self._guests.check_open()
        self.add(connection)
        await self._guests.arrive(connection, lifecycle)

    def end_all(self, cause: Cause) -> None:
        """End every connection that was added here."""
        self._guests.check_run(_ENDED)
        for connection in tuple(self._own):
            connection.close(cause)

    def disconnect(self, pattern: Sequence[object], cause: Cause = "closed") -> int:
        """End the connections of this process that match, and say how many. Raises `PatternError`."""
        self._guests.check_run(_ENDED)
        ending = self.store.match(pattern)
        self._revoke(pattern)
        for connection in ending:
            connection.close(cause)
        return len(ending)

    async def shut_down(self) -> None:
        """End every connection that was added here, and dispatch every `on_close` without grace.

        What still runs `shutdown_timeout` seconds after the first call is left to be cancelled. Call it, inside
        `dispatch.running()`, before what the effects need is gone; the plugin itself does so at the end.
        """
        self.end_all("shutdown")
        self._deadline = min(self._deadline, trio.current_time() + self._shutdown_timeout)
        with trio.CancelScope(deadline=self._deadline):
            await self._guests.hurry()

    def _forget(self, connection: Connection) -> None:
        del self._own[connection]

    @asynccontextmanager
    async def _running(self, dispatch: Dispatch) -> AsyncGenerator[None]:
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
        with trio.CancelScope(shield=True):  # shut_down has a deadline, the same for all rounds: some come meanwhile
            await self.shut_down()
            while (self._own or self._guests.busy) and trio.current_time() < self._deadline:
                await self.shut_down()
        if self._guests.busy:
            _logger.warning(
                "%d names were given up on: what on_open or on_close dispatched for them took too long",
                self._guests.busy,
            )
        self.end_all("shutdown")
        self._guests.close()
        guests.cancel()

    def _filled(self) -> Registry:
        registry = Registry("connections")
        registry.effect("broadcast")(self._broadcast)
        registry.effect("with-connection")(self._with_connection)
        registry.effect("disconnect")(self._disconnect)
        registry.state("connections")(self._presence)
        registry.placeholder("connection/key", each=True)(_member_key)
        registry.placeholder("connection/scope", each=True)(_member_scope)
        registry.placeholder("connection/own-key")(_own_key)
        registry.placeholder("connection/own-scope")(_own_scope)
        registry.placeholder("connection/cause")(_cause)
        registry.tag("wildcard", Wildcard, encode=repr, decode=wildcard)
        return registry

    def _presence(self) -> Presence:
        """Who is connected."""
        return Presence(self.store)

    async def _broadcast(self, ctx: Context, options: BroadcastOptions, *effects: Effect) -> BroadcastResult:
        """Run effects once, with every connection that matches as their sink, even if none does.

        Who matches is settled at the start. Raises `PatternError` for what is no pattern.
        """
        self._guests.check_run(_REACHED)
        pattern, exclude = options["pattern"], patterns_in(options.get("exclude", ()))
        group = self.store.group(pattern, exclude, charge=ctx.charge)
        await ctx.dispatch(effects, system={"sink": kept(self.store, group, pattern, exclude)})
        return group.result()

    async def _with_connection(self, ctx: Context, name: Sequence[object], *effects: Effect) -> BroadcastResult:
        """Run effects once, with the connections of one name as their sink; not at all where there are none.

        One that was cut off, and may come back to its place in a history, counts as there. Raises `PatternError` for
        what is no name.
        """
        self._guests.check_run(_REACHED)
        freeze_name(name)
        group = self.store.group(name, charge=ctx.charge)
        if group.result().matched or (self.history is not None and self.history.awaits(name)):
            await ctx.dispatch(effects, system={"sink": kept(self.store, group, name)})
        return group.result()

    def _disconnect(self, ctx: Context, options: BroadcastOptions) -> BroadcastResult:
        """End every connection that matches, once what is queued has been written.

        Browsers may come back: refuse them, if they should not. Raises `PatternError` for what is no pattern.
        """
        self._guests.check_run(_ENDED)
        pattern, exclude = options["pattern"], patterns_in(options.get("exclude", ()))
        group = self.store.group(pattern, exclude, charge=ctx.charge)
        ctx.charge(group.result().matched)
        group.close()
        self._revoke(pattern, exclude)
        return group.result()

    def _revoke(self, pattern: object, exclude: Sequence[object] = ()) -> None:
        """Let none of them come back to their place in the history: they were ended on purpose."""
        if self.history is not None:
            self.history.revoke(Audience.of(pattern, exclude))


def _member_key(data: object, member: object) -> object:
    """The key of the connection that one copy of the effect goes to."""
    return copy_data(theirs(member).key)


def _member_scope(data: object, member: object) -> object:
    """The scope of the connection that one copy of the effect goes to."""
    return theirs(member).scope


def _own_key(data: Mapping[str, object]) -> object:
    """The key of the connection that this dispatch is about."""
    return own(data, "key")


def _own_scope(data: Mapping[str, object]) -> object:
    """The scope of the caller, or of the connection that this dispatch is about."""
    return own(data, "scope")


def _cause(data: Mapping[str, object]) -> object:
    """Why the last connection ended, in `on_close`."""
    return own(data, "cause")
