"""Ends connections to which nothing can be written any more."""

from __future__ import annotations

import trio

from ._connection import Connection
from ._store import ConnectionStore

__all__ = ["expire_stuck"]

_LOOKS_PER_TTL = 4
"""The number of looks in one time to live. So a connection is ended at most a quarter of that time late."""


async def expire_stuck(store: ConnectionStore, ttl: float) -> None:
    """End, with the cause `expired`, every connection that had frames to write for `ttl` seconds and wrote none.

    Only a successful write keeps such a connection alive; finding it in the store or sending to it does not. A
    connection that has nothing to write stays alive. Looks are counted, not seconds, so time in which the machine slept
    does not count. Runs until it is cancelled.
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
