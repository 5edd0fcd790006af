"""What hypercorn sends over a connection: straight to the socket where that takes it, and a short answer in one piece.

hypercorn sends the head of an answer, its body and its end one by one, each through a lock, a shielded cancel scope and
a checkpoint, for bytes that the kernel nearly always takes at once. Here it is tried first whether it does; what is
left, and what comes while something is being sent, goes hypercorn's way. The head of an answer that is in memory
already waits for its body. That is a fifth of the CPU of a request.

It is done for connections with HTTP/1.1 and a bare socket, from their first request on: a `Sender` stands in for the
`send` that hypercorn gave to `H11Protocol`. `Live(direct_writes=False)` switches it off.
"""

from __future__ import annotations

import os
from os import write
from typing import Any, cast, final

import trio

from ._relied import H11Protocol, RawData, TCPServer, find_cures

__all__ = ["Sender", "sender_of"]

_YIELD_EVERY = 16
"""After so many writes other tasks may run: an app that sends without end would keep them waiting."""


@final
class Sender:
    """Sends for one connection."""

    __slots__ = ("_held", "_writes", "server")

    def __init__(self, server: TCPServer) -> None:
        self.server = server
        self._held: list[bytes] | None = None
        self._writes = 0

    def hold(self) -> None:
        """Send nothing until `release`, which has to follow soon, or until something else than bytes is to be sent."""
        self._held = []

    async def release(self) -> None:
        """Send what was held, in one piece."""
        held, self._held = self._held, None
        if held:
            await self._write(b"".join(held))

    async def send(self, event: Any) -> None:
        """Do what `TCPServer.protocol_send` does."""
        if not isinstance(event, RawData):
            await self.release()
            await self.server.protocol_send(event)
        elif self._held is not None:
            self._held.append(event.data)
        elif event.data:
            await self._write(event.data)

    async def _write(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()
        taken = 0 if self.server.send_lock.locked() else self._taken(data)
        if taken == 0:
            await self.server.protocol_send(RawData(data))
        elif taken < len(data):
            with trio.CancelScope(shield=True):  # as hypercorn has it: what has begun is sent whole (cure B bounds it)
                await self.server.protocol_send(RawData(data[taken:]))
        else:
            self._writes += 1
            if self._writes % _YIELD_EVERY == 0:
                await trio.lowlevel.checkpoint()

    def _taken(self, data: bytes) -> int:
        """Try to write, and say how much of it the socket has taken."""
        try:
            return write(cast(Any, self.server.stream).socket.fileno(), data)
        except OSError:  # it is full, or broken: hypercorn finds out
            return 0


def sender_of(protocol: object) -> Sender | None:
    """The sender of a connection, put into its place if it is not there; None where there cannot be one."""
    if "short answers" not in find_cures() or type(protocol) is not H11Protocol:
        return None
    if os.name != "posix" or protocol.ssl:
        return None
    there: object = getattr(protocol.send, "__self__", None)
    if isinstance(there, Sender):
        return there
    if type(there) is not TCPServer or not isinstance(cast(object, there.stream), trio.SocketStream):
        return None
    sender = Sender(there)
    protocol.send = sender.send
    return sender
