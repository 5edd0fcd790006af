"""Effects that are dispatched when the first connection under a name opens, and when the last one has ended.

A *guest* is a name, from its first connection that has a lifecycle until the `on_close` after its last connection. Two
tabs under one name are one guest: only the first tab opens the guest, and only the end of the last tab closes it. A
guest that comes back within the grace was never away. For one guest, `on_open` and `on_close` are dispatched one after
the other, never at the same time. A connection that opens waits for them, but only for `open_timeout` seconds; then
they go on behind the open stream, in the same order.
"""

from __future__ import annotations

import logging
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast, final

import trio

from effects import Dispatch, LifecycleError, RegistrationError, Sink, Template, copy_data

from ._connection import Cause, Connection
from ._history_sink import history_sink
from ._keys import Frozen, Name, freeze_name
from ._run import check_run
from ._seconds import is_seconds
from ._store import ConnectionStore

__all__ = ["Guests", "Lifecycle"]

_logger = logging.getLogger("plugins.connections")


@final
@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The effects to dispatch as connections under one name come and go.

    `on_open` is dispatched when the first connection has come, with all connections of the name as its sink.
    `on_close` is dispatched when the last one has ended and none has come back for `grace` seconds; it gets no sink.
    Both get `data`, and in it, as `connection`, a mapping with `scope` and `key`, and for `on_close` the `cause` of the
    last end.

    If the connections of one name have several lifecycles, the latest one counts. One lifecycle may serve any number of
    connections: each dispatch gets containers of its own. Raises `RegistrationError` if the effects are no list or
    tuple, if `grace` is not a number of seconds, 0 or more, or if `data` is no mapping.
    """

    on_open: Sequence[object] = ()
    on_close: Sequence[object] = ()
    grace: float = 2.0
    data: Mapping[str, object] = field(default_factory=dict[str, object])

    def __post_init__(self) -> None:
        if not is_seconds(self.grace) or self.grace < 0:
            raise RegistrationError("grace is a number of seconds, 0 or more", fix="write grace=2")
        for name in ("on_open", "on_close"):
            if not isinstance(getattr(self, name), (list, tuple)):
                raise RegistrationError(f"{name} is a list of effect vectors", fix=f'write {name}=[["key", ...], ...]')
        if not isinstance(self.data, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RegistrationError("the data of a lifecycle is a mapping", fix="leave it out if there is none")


@final
class _Guest:
    """One name that has connections, or whose `on_close` is still to be dispatched."""

    __slots__ = (
        "cause",
        "connection_count",
        "is_announced",
        "last_announcement",
        "lifecycle",
        "name",
        "return_event",
        "settled_event",
    )

    def __init__(self, name: Name, lifecycle: Lifecycle) -> None:
        self.name = name
        self.lifecycle = lifecycle
        self.connection_count = 0
        """The number of counted connections that are open."""
        self.is_announced = False
        """Whether `on_open` was dispatched, and no `on_close` since."""
        self.last_announcement = "on_open"
        """The name of the effects that were dispatched last."""
        self.cause: Cause = "closed"
        self.return_event = trio.Event()
        self.settled_event: trio.Event | None = None
        """Set when the task that dispatches for this guest is done; None while there is none."""


@final
class Guests:
    """All guests by name, and the tasks that dispatch for them. The tasks run while `serve` runs.

    A connection that opens waits for the task of its guest for at most `open_timeout` seconds.
    """

    def __init__(self, store: ConnectionStore, open_timeout: float) -> None:
        self._store = store
        self._open_timeout = open_timeout
        self._guests: dict[tuple[Frozen, Frozen], _Guest] = {}
        self._dispatch: Dispatch | None = None
        self._nursery: trio.Nursery | None = None
        self._run: trio.lowlevel.TrioToken | None = None
        self._is_finishing = False
        self._busy_count = 0
        self._idle = trio.Event()
        self._idle.set()
        self.ready = trio.Event()
        """Set once guests may come."""

    @property
    def busy_count(self) -> int:
        """The number of guests whose task runs: it dispatches, or waits for the grace to end."""
        return self._busy_count

    def claim(self, dispatch: Dispatch) -> None:
        """Serve this dispatch from now on. Raises `LifecycleError` if another dispatch is served already."""
        if self._dispatch is not None:
            raise LifecycleError(
                "this Connections plugin serves a dispatch that is running already",
                fix="give each dispatch a Connections() of its own; they may share a store",
            )
        self._dispatch, self._is_finishing, self.ready = dispatch, False, trio.Event()
        self._run = trio.lowlevel.current_trio_token()

    def check_run(self, what: str) -> None:
        """Raise `LifecycleError` if the dispatch is running in another `trio.run` than this call."""
        check_run(self._run, what)

    def check_open(self) -> None:
        """Raise `LifecycleError` if no guest may come now."""
        if self._nursery is None:
            raise LifecycleError(
                "on_open and on_close are dispatched only while the dispatch is running",
                fix="enter `async with dispatch.running()` around it",
            )

    async def serve(self, scope: trio.CancelScope) -> None:
        """Let guests come and go until `scope` is cancelled.

        If the scope is shielded, nothing else ends it: so guests that leave because everything is cancelled still get
        their `on_close`. The caller bounds the time that this takes.
        """
        with scope:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                self.ready.set()
                try:
                    await trio.sleep_forever()
                finally:
                    self._nursery = None

    def close(self) -> None:
        """Let no guest come any more."""
        self._nursery = None

    def release(self) -> None:
        """Forget the dispatch, so that another one can be served, and all guests: their connections have ended."""
        self._dispatch = self._run = None
        self._guests.clear()

    async def arrive(self, connection: Connection, lifecycle: Lifecycle) -> None:
        """Count a connection until it ends. Returns when its `on_open` is done; at once if the connection has ended.

        Returns after `open_timeout` seconds at the latest, with a warning in the log: the effects that run then go on,
        and `on_open` follows them. When cancelled, the connection still counts, and its effects go on, too.
        """
        if connection.cause is not None:
            return
        guest = self._guests.setdefault(connection.frozen, _Guest((connection.scope, connection.key), lifecycle))
        guest.lifecycle = lifecycle
        self._count_connection(guest, connection)
        guest.return_event.set()
        with trio.move_on_after(self._open_timeout) as wait_scope:
            await self._announce_soon(guest).wait()
        if wait_scope.cancelled_caught:
            _logger.warning(
                "a stream under the key %s opens before its on_open is done: %s was at work for %g seconds. Let its "
                "effects ctx.spawn slow work, or raise Connections(open_timeout=...)",
                reprlib.repr(connection.key),
                guest.last_announcement,
                self._open_timeout,
            )

    async def finish_now(self) -> None:
        """Grant no grace any more, and wait until every `on_open` and `on_close` was dispatched.

        A connection that is still in the store belongs to another plugin that shares the store. Here, all have left.
        """
        self._is_finishing = True
        for guest in list(self._guests.values()):
            guest.connection_count = 0
            guest.return_event.set()
            self._announce_soon(guest)
        if self._busy_count and self._idle.is_set():
            self._idle = trio.Event()
        if self._busy_count:
            await self._idle.wait()

    def _count_connection(self, guest: _Guest, connection: Connection) -> None:
        guest.connection_count += 1
        connection.on_end(partial(self._count_end, guest))

    def _count_end(self, guest: _Guest, connection: Connection) -> None:
        if not guest.connection_count:
            return
        guest.connection_count -= 1
        guest.cause = connection.cause or "closed"
        if not guest.connection_count:
            guest.return_event = trio.Event()
            self._announce_soon(guest)

    def _count_strangers(self, guest: _Guest) -> bool:
        """Count connections of this name that have no lifecycle, too. Returns whether the guest is still there."""
        for connection in () if self._is_finishing else self._store.match(guest.name):
            self._count_connection(guest, connection)
        return guest.connection_count > 0

    def _announce_soon(self, guest: _Guest) -> trio.Event:
        """Start the task that dispatches for a guest, if none runs. Returns an event that is set when it is done."""
        if guest.settled_event is not None:
            return guest.settled_event
        settled_event = trio.Event()
        if self._nursery is None:
            settled_event.set()
            return settled_event
        guest.settled_event = settled_event
        self._busy_count += 1
        self._nursery.start_soon(self._announce, guest, settled_event)
        return settled_event

    async def _announce(self, guest: _Guest, settled_event: trio.Event) -> None:
        """Dispatch `on_open` and `on_close` until the last one dispatched says whether the guest is there."""
        try:
            while bool(guest.connection_count) != guest.is_announced:
                if guest.connection_count:
                    guest.is_announced, guest.last_announcement = True, "on_open"
                    await self._dispatch_effects(guest, guest.lifecycle.on_open, {}, sink=True)
                elif (self._is_finishing or await self._has_stayed_away(guest)) and not self._count_strangers(guest):
                    guest.is_announced, guest.last_announcement = False, "on_close"
                    await self._dispatch_effects(guest, guest.lifecycle.on_close, {"cause": guest.cause}, sink=False)
        finally:
            guest.settled_event = None
            settled_event.set()
            self._busy_count -= 1
            if not self._busy_count:
                self._idle.set()
            frozen = freeze_name(guest.name)
            if not guest.connection_count and self._guests.get(frozen) is guest:
                del self._guests[frozen]

    @staticmethod
    async def _has_stayed_away(guest: _Guest) -> bool:
        with trio.move_on_after(guest.lifecycle.grace) as wait_scope:
            await guest.return_event.wait()
        return wait_scope.cancelled_caught and not guest.connection_count

    async def _dispatch_effects(
        self, guest: _Guest, effects: Sequence[object], extra: Mapping[str, object], *, sink: bool
    ) -> None:
        if not effects:
            return
        try:
            scope, key = copy_data(guest.name)
            data = {**copy_data({**guest.lifecycle.data}), "connection": {"scope": scope, "key": key, **extra}}
            system = {"sink": self._make_sink(guest)} if sink else None
            await cast(Dispatch, self._dispatch)(Template(effects), data=data, system=system)
        except Exception:
            _logger.exception("the effects of a lifecycle could not be dispatched")

    def _make_sink(self, guest: _Guest) -> Sink:
        return history_sink(self._store, self._store.group(guest.name, charge=_charge_nothing), guest.name)


def _charge_nothing(members: int) -> None:
    """Charge nothing, because the store bounds the connections of one guest."""
