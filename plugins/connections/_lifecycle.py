"""Effects for the first connection under a name, and for the end of the last.

Two tabs are one guest: only the first opens and only the last closes, and one that comes back within the grace has
never been away. For each name, what opens and what closes is dispatched one after the other, never at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, final

import trio

from effects import Dispatch, LifecycleError, RegistrationError

from ._connection import Cause, Connection
from ._keys import Frozen, Name, freeze_name
from ._store import ConnectionStore

__all__ = ["Guests", "Lifecycle"]


@final
@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What is dispatched as connections under one name come and go.

    `on_open` when the first one has come, with all of the name as sink; `on_close` when the last one has gone and none
    has come back for `grace` seconds. Both get `data`, and in it, as `connection`, a mapping with `scope` and `key`,
    and for `on_close` the `cause` of the last end. Of several connections under one name, the latest one's counts.
    Raises `RegistrationError` for a grace that is no number of seconds, 0 or more.
    """

    on_open: Sequence[object] = ()
    on_close: Sequence[object] = ()
    grace: float = 2.0
    data: Mapping[str, object] = field(default_factory=dict[str, object])

    def __post_init__(self) -> None:
        if not 0 <= self.grace < float("inf"):
            raise RegistrationError("grace is a number of seconds, 0 or more", fix="write grace=2")


@final
class _Guest:
    """One name while somebody is connected under it, or has yet to be announced as gone."""

    __slots__ = ("announced", "cause", "lifecycle", "name", "open", "returned", "settled")

    def __init__(self, name: Name, lifecycle: Lifecycle) -> None:
        self.name = name
        self.lifecycle = lifecycle
        self.open = 0
        """How many connections there are."""
        self.announced = False
        """Whether `on_open` was dispatched, and no `on_close` since."""
        self.cause: Cause = "closed"
        self.returned = trio.Event()
        self.settled: trio.Event | None = None
        """Set when the task that dispatches for this guest is done; None while there is none."""


@final
class Guests:
    """Who is there, by name, and the tasks that say so, which live as long as `serve` runs."""

    def __init__(self, store: ConnectionStore) -> None:
        self._store = store
        self._guests: dict[tuple[Frozen, Frozen], _Guest] = {}
        self._nursery: trio.Nursery | None = None
        self._dispatch: Dispatch | None = None
        self._hurrying = False

    def check_free(self) -> None:
        """Raise `LifecycleError` where guests come for a dispatch already."""
        if self._nursery is not None:
            raise LifecycleError(
                "this Connections plugin serves a dispatch that is running already",
                fix="give each dispatch a Connections() of its own; they may share a store",
            )

    def check_open(self) -> None:
        """Raise `LifecycleError` where no guest may come."""
        if self._nursery is None:
            raise LifecycleError(
                "on_open and on_close are dispatched only while the dispatch is running",
                fix="enter `async with dispatch.running()` around it",
            )

    async def serve(self, dispatch: Dispatch, task_status: trio.TaskStatus[trio.CancelScope]) -> None:
        """Let guests come and go until the scope that is handed out at the start is cancelled.

        Only that ends it: it is shielded, so that those who leave because everything is cancelled are still announced.
        Whoever called it bounds the time that this takes.
        """
        with trio.CancelScope(shield=True) as scope:
            async with trio.open_nursery() as nursery:
                self._nursery, self._dispatch, self._hurrying = nursery, dispatch, False
                task_status.started(scope)
                await trio.sleep_forever()

    def close(self) -> None:
        """Let none come any more, and forget those there are: all of their connections have ended."""
        self._nursery = self._dispatch = None
        self._guests.clear()

    async def arrive(self, connection: Connection, lifecycle: Lifecycle) -> None:
        """Count a connection as there until it ends. Returns when its `on_open` is done.

        When cancelled, the connection still counts, and what was begun goes on.
        """
        guest = self._guests.setdefault(connection.frozen, _Guest((connection.scope, connection.key), lifecycle))
        guest.lifecycle = lifecycle
        guest.open += 1
        guest.returned.set()
        connection.on_end(self._leave)
        await self._settle(guest).wait()

    async def hurry(self) -> None:
        """Grant no grace any more, and wait until all that is to be dispatched for those who left has been."""
        self._hurrying = True
        for guest in self._guests.values():
            guest.returned.set()
        while busy := [guest.settled for guest in self._guests.values() if guest.settled is not None]:
            await busy[0].wait()

    def _leave(self, connection: Connection) -> None:
        guest = self._guests[connection.frozen]
        guest.open -= 1
        guest.cause = connection.cause or "closed"
        if not guest.open:
            guest.returned = trio.Event()
            self._settle(guest)

    def _settle(self, guest: _Guest) -> trio.Event:
        """Have what is to be dispatched for a guest dispatched; the event is set when that is done."""
        if guest.settled is None:
            guest.settled = trio.Event()
            cast(trio.Nursery, self._nursery).start_soon(self._announce, guest, guest.settled)
        return guest.settled

    async def _announce(self, guest: _Guest, settled: trio.Event) -> None:
        """Dispatch until what was announced is what is so."""
        try:
            while bool(guest.open) != guest.announced:
                if guest.open:
                    guest.announced = True
                    await self._tell(guest, guest.lifecycle.on_open, {}, sink=True)
                elif self._hurrying or await self._stayed_away(guest):
                    guest.announced = False
                    await self._tell(guest, guest.lifecycle.on_close, {"cause": guest.cause}, sink=False)
        finally:
            guest.settled = None
            settled.set()
            if not guest.open:
                self._guests.pop(freeze_name(guest.name), None)

    @staticmethod
    async def _stayed_away(guest: _Guest) -> bool:
        with trio.move_on_after(guest.lifecycle.grace) as patience:
            await guest.returned.wait()
        return patience.cancelled_caught and not guest.open

    async def _tell(self, guest: _Guest, effects: Sequence[object], more: Mapping[str, object], *, sink: bool) -> None:
        if not effects or self._dispatch is None:
            return
        scope, key = guest.name
        data = {**guest.lifecycle.data, "connection": {"scope": scope, "key": key, **more}}
        system = {"sink": self._store.group(guest.name, charge=_free_of_charge)} if sink else None
        await self._dispatch(effects, data=data, system=system)


def _free_of_charge(members: int) -> None:
    """A guest has few connections: a limit of the store bounds them."""
