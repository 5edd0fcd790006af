"""Ends connections that nothing can be written to any more."""

from __future__ import annotations

import trio

from ._connection import Connection
from ._store import ConnectionStore

__all__ = ["expire_stuck"]

_LOOKS_PER_TTL = 4
"""How many looks fall into one time to live: a connection is ended at most a quarter of it late."""


async def expire_stuck(store: ConnectionStore, ttl: float) -> None:
    """End, with the cause `expired`, every connection that has had something to write for `ttl` seconds and wrote none.

    Only successful writes count as life, however often somebody looks a connection up or sends to it; one that has
    nothing to write is alive. Looks are counted, not seconds: time in which nothing here ran, since the machine slept,
    is held against nobody. Runs until it is cancelled.
    """
    stuck: dict[Connection, tuple[int, int]] = {}
    while True:
        await trio.sleep(ttl / _LOOKS_PER_TTL)
        before, stuck = stuck, {}
        for connection in store:
            if not connection.waiting:
                continue
            writes, looks = before.get(connection, (connection.writes, 0))
            looks = looks + 1 if writes == connection.writes else 1
            if looks > _LOOKS_PER_TTL:
                connection.close("expired")
            else:
                stuck[connection] = (connection.writes, looks)
