"""hypercorn's connections, contained: each ends alone, whole, and as soon as there is nobody at the other end.

What is cured here happens before any app is asked, or after, so methods of `TCPServer` are replaced for this process.
What that relies on is in `_relied.py`; elsewhere nothing is replaced. Parked streams go on from here (`_parking.py`).
Each of these could go if hypercorn closed what it has read to the end, and caught what a connection raises.

**E. A connection stays for ever when its client left with a request pipelined**, where hypercorn itself closes it after
an answer that failed: it waits to read on. Cure: it reads on, and sees nothing but the end. So it does, by `let_go`,
where the answer was not complete (`_transport.py`).

**H. One request ends the server.** Whatever hypercorn raises over what a client sent, such as an HTTP/2 method that is
no ASCII, leaves the connection's task and ends all others with it. Cure: that connection ends.

**I. Who leaves between two requests is kept.** The task that waits for the next request to be late goes on, or begins,
when there can be none any more: socket and tasks stay for the whole `keep_alive_timeout`. Cure: once a connection has
been read to its end, that task ends, and none begins.

A connection can be taken from hypercorn only while the task that reads it does nothing but wait, with nothing in its
hands: `is_waiting` says so of bare sockets, which are read here as `TCPServer._read_data` reads them.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import partial, wraps
from math import inf
from typing import Any, cast, final

import trio

from ._parking import Parked
from ._relied import MAX_RECV, Closed, H11Protocol, RawData, TCPServer, find_cures, h11

__all__ = ["contain_connections", "hand_over", "is_waiting", "let_go"]

_logger = logging.getLogger("plugins.http")

_CONTAINED = "_rhialto_contained"
_PARKED = "_rhialto_parked"
_WAITING = "_rhialto_waiting"
_READ = "_rhialto_read"


def contain_connections(link: Callable[[Any], Any]) -> None:
    """Have what hypercorn raises over one connection end that one only (cure H), and let go of those that it closes
    (cure E) or that have left (cure I). `link` makes what stands before each server's app.

    Once is enough, twice is the same; nothing where hypercorn is another."""
    if "connections" not in find_cures():
        return
    run, read, close, wait = TCPServer.run, TCPServer._read_data, TCPServer._close, TCPServer._idle_timeout
    if hasattr(run, _CONTAINED):
        return

    @wraps(run)
    async def contained(server: TCPServer) -> None:
        server.app = link(server.app)
        while True:
            try:
                await run(server)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the fault of this connection
                _logger.warning("hypercorn broke a connection off: %s", _where(error))
            except BaseException:
                if (parked := _parked(server)) is not None:
                    parked.close()
                raise
            if (parked := _parked(server)) is None:
                return
            again = partial(TCPServer, server.app, server.config, server.context, server.state)
            terminated = server.context.terminated
            del server  # nothing of it is needed while the stream goes on
            stream = await parked.carry(terminated)
            if stream is None:
                return
            del parked  # nor of the stream, once that has ended
            server = again(cast(Any, stream))

    @wraps(read)
    async def read_to_the_end(server: TCPServer) -> None:
        if isinstance(cast(object, server.stream), trio.SocketStream):
            await _read(server)
        else:
            await read(server)
        setattr(server, _READ, True)
        await server.idle_task.stop()

    @wraps(wait)
    async def wait_for_more(server: TCPServer) -> None:
        if not hasattr(server, _READ):
            await wait(server)

    @wraps(close)
    async def closed(server: TCPServer) -> None:
        try:
            await close(server)
        finally:
            protocol: object = getattr(getattr(server, "protocol", None), "protocol", None)
            if isinstance(protocol, H11Protocol):
                await let_go(protocol)

    setattr(contained, _CONTAINED, True)
    cast(Any, TCPServer).run = contained
    cast(Any, TCPServer)._read_data = read_to_the_end
    cast(Any, TCPServer)._close = closed
    cast(Any, TCPServer)._idle_timeout = wait_for_more


async def _read(server: TCPServer) -> None:
    """Read a bare socket to its end, as hypercorn does, and say meanwhile whether nothing has been read yet."""
    stream = cast(trio.SocketStream, server.stream)
    while stream.socket.fileno() != -1:
        try:
            with trio.fail_after(server.config.read_timeout or inf):
                setattr(server, _WAITING, True)
                try:
                    await trio.lowlevel.wait_readable(stream.socket)
                finally:
                    setattr(server, _WAITING, False)
                data = await stream.receive_some(MAX_RECV)
        except (trio.ClosedResourceError, trio.BrokenResourceError, trio.TooSlowError):
            break
        await server.protocol.handle(RawData(bytes(data)))
        if not data:
            break
    await server.protocol.handle(Closed())


def is_waiting(server: TCPServer) -> bool:
    """Whether the task that reads a bare socket waits for something to read, and has read nothing yet."""
    return getattr(server, _WAITING, False)


def _parked(server: TCPServer) -> Parked | None:
    """What is to go on with the connection of a server that is done with it."""
    return cast("Parked | None", vars(server).pop(_PARKED, None))


def _where(error: BaseException) -> str:
    """Which exception, and where it was raised: its message may hold what was sent."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.filename}, line {place.lineno}"


def hand_over(server: TCPServer, parked: Parked) -> None:
    """Have the task of a connection go on with a parked stream, once hypercorn is done with it."""
    setattr(server, _PARKED, parked)


async def let_go(protocol: H11Protocol) -> None:
    """Have hypercorn read on, and see nothing but the end. No checkpoint."""
    protocol.connection = cast(Any, _Gone())
    await protocol.can_read.set()


@final
class _Gone:
    """Stands in for h11's connection when there is nobody at the other end: whatever comes or goes is ignored."""

    our_state = their_state = None
    they_are_waiting_for_100_continue = False

    def send(self, _: object) -> bytes:
        """Nothing goes out."""
        return b""

    def next_event(self) -> h11.ConnectionClosed:
        return h11.ConnectionClosed()

    def receive_data(self, data: bytes) -> None:
        """Ignore it."""
