"""The cost of stored connections: to reach all of them, ten of them, to end one, and merely to have them.

No sockets here, and nobody reads: what is queued is drained between turns. Every queue has a bound of frames and one of
bytes, except trio's channels, which know no bytes.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import trio
import trio.testing

from effects import Dispatch, create_dispatch
from plugins.connections import ANY, Connection, ConnectionLimits, Connections, MemoryStore
from plugins.datastar import Datastar, html

from ._dispatch import again, make_dispatch
from ._measure import InProcess, Turn, interleave
from ._peers._contract import Crowd
from ._peers._event import elements
from ._peers.channels import Channels
from ._peers.deques import Deques
from ._plan import Plan
from ._tables import Table

__all__ = ["MOST", "RhialtoCrowd", "measure_memory", "patch_broadcast"]

MOST = 900
"""Broadcasts in one turn: what they queue is within the bounds."""
EVERYONE = [ANY, ["page", ANY, ANY]]
ROOM = 10
"""So many connections are in one room."""


def measure_memory(plan: Plan) -> list[Table]:
    """All of it, in crowds of every size."""
    each = Table("Broadcast to all, for each connection")
    some = Table(f"Broadcast to {ROOM} of them, for one broadcast")
    ended = Table("End one of them, for each one ended")
    for count in plan.crowds:
        crowds: dict[str, Crowd] = {
            "rhialto": RhialtoCrowd(count),
            "deques by hand": Deques(count, ROOM),
            "trio channels": Channels(count, ROOM),
        }
        gc.freeze()  # or each collection before a turn would go through everything that is stored
        turns = {who: _turns(crowd, plan.seconds) for who, crowd in crowds.items()}
        for table, kind in ((each, "all"), (some, "room"), (ended, "end")):
            case = f"{count:,} connections"
            table.add(case, interleave({who: kinds[kind] for who, kinds in turns.items()}, plan.rounds))
        gc.unfreeze()
    return [each, some, ended, _among(plan)]


def _turns(crowd: Crowd, seconds: float) -> dict[str, Turn]:
    return {
        "all": InProcess(work=crowd.to_all, seconds=seconds, units=crowd.count, most=MOST, between=crowd.drain),
        "room": InProcess(work=crowd.to_room, seconds=seconds, most=MOST, between=crowd.drain),
        "end": InProcess(work=crowd.end, seconds=seconds, most=min(MOST, crowd.count), between=crowd.refill),
    }


def patch_broadcast(size: int) -> list[object]:
    """A broadcast to everyone of a patch whose elements have so many bytes."""
    return ["broadcast", {"pattern": EVERYONE}, ["patch-elements", html("x" * size)]]


class RhialtoCrowd:
    """Connections of ours under `("page", room, number)`, each its visitor's only one."""

    def __init__(self, count: int, room: int = ROOM) -> None:
        self.count = count
        self._room = room
        self.connections = Connections(MemoryStore(ConnectionLimits(store=count)))
        self.dispatch: Dispatch = create_dispatch([Datastar(), self.connections])
        self.kept = [self._add(number) for number in range(count)]
        patch = ["patch-elements", html(elements("0"))]
        one_room = [ANY, ["page", f"room {count // room // 2}", ANY]]
        for pattern in (EVERYONE, one_room):
            self.connections.store.match(pattern)  # the first of its shape is dear, and would be taken for the rest
        self._to_all = again(self.dispatch, ["broadcast", {"pattern": EVERYONE}, patch])
        self._to_room = again(self.dispatch, ["broadcast", {"pattern": one_room}, patch])

    def _add(self, number: int) -> Connection:
        connection = Connection(f"visitor {number}", ("page", f"room {number // self._room}", number))
        self.connections.add(connection)
        return connection

    async def to_all(self, times: int) -> None:
        """Broadcast to everyone."""
        await self._to_all(times)

    async def to_room(self, times: int) -> None:
        """Broadcast to the room in the middle."""
        await self._to_room(times)

    async def end(self, times: int) -> None:
        """End the first ones."""
        for connection in self.kept[:times]:
            connection.close()

    def refill(self) -> None:
        """Put new ones in the place of those that have ended."""
        self.kept = [
            self._add(number) if connection.cause else connection for number, connection in enumerate(self.kept)
        ]

    def drain(self) -> None:
        """Empty all queues."""
        trio.run(_drain, self.kept)


async def _drain(connections: Iterable[Connection]) -> None:
    for connection in connections:
        if connection.queued:
            await connection.receive()


def _among(plan: Plan) -> Table:
    """What is open and idle should cost nobody anything."""
    work = again(make_dispatch(), ["greet", "Ann"])
    crowd = RhialtoCrowd(plan.parked)

    @asynccontextmanager
    async def parked() -> AsyncGenerator[None]:
        async with trio.open_nursery() as nursery:
            for connection in crowd.kept:
                nursery.start_soon(connection.receive)
            await trio.testing.wait_all_tasks_blocked()
            yield
            nursery.cancel_scope.cancel()

    turns: dict[str, Turn] = {
        "no stream": InProcess(work=work, seconds=plan.seconds),
        f"{plan.parked:,} streams": InProcess(work=work, seconds=plan.seconds, around=parked),
    }
    table = Table("An action of 3 effects while streams are open")
    table.add("action of 3 effects", interleave(turns, plan.rounds))
    return table
