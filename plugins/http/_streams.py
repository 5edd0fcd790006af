"""How a stream begins: stored, held, given its first effects, let go; or, without a key, run to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import final

import trio
from quart import request

from effects import Dispatch, ErrorRecord, Sink
from plugins.connections import Connection, Connections, Follower, Lifecycle

from ._request.app_effects import Effects, OnError, Snapshot, call_snapshot, call_with
from ._request.buffer import too_late
from ._serving import Serving
from ._stack import Lifeline, lifeline
from ._stream import encode_event_id, leave

__all__ = ["Streams"]

_logger = logging.getLogger("plugins.http")


@final
class Streams:
    """Begins the streams of one `Live`. Each lives as long as the request that asked for it.

    `make` makes a connection of a scope and a key, with what others send to it held. One whose client has not answered
    for `peer_timeout` seconds ends.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        connections: Connections,
        serving: Serving,
        make: Callable[[object, object], Connection],
        peer_timeout: float,
    ) -> None:
        self._dispatch = dispatch
        self._connections = connections
        self._serving = serving
        self._make = make
        self._peer_timeout = peer_timeout

    def enter(self, scope: object, key: object) -> Connection:
        """Store a connection for the current request. Raises `TooManyConnectionsError`; then nothing is kept."""
        connection = self._make(scope, key)
        self._attach(connection)
        self._connections.add(connection)
        return connection

    def follow(self, connection: Connection) -> Follower:
        """Have a stream that was just stored continue an earlier one. Raises `RegistrationError` without a history."""
        follower = self._connections.follow(connection, encode_event_id)
        lifeline(request).exits.append(partial(leave, connection, follower))
        return follower

    async def begin(
        self,
        connection: Connection,
        effects: Snapshot,
        data: Mapping[str, object],
        lifecycle: Lifecycle | None,
        follower: Follower | None,
    ) -> Sequence[ErrorRecord]:
        """Have a stream begin with its effects, unless somebody ends it before they are done: then they are cancelled.

        One that continues an earlier one begins with what that has missed. Returns what failed.
        """

        async def send_snapshot(sink: Sink) -> Sequence[ErrorRecord]:
            return (await self._dispatch(await call_snapshot(effects), data=data, system={"sink": sink})).errors

        last_event_id = request.headers.get("Last-Event-ID", "")
        errors = await self._connections.begin(
            connection, send_snapshot, lifecycle=lifecycle, follower=follower, last_event_id=last_event_id
        )
        return errors or ()

    def run(self, effects: Effects, data: Mapping[str, object], on_error: OnError | None) -> Connection:
        """A connection that carries what effects send, as they send it, and is ended after the last."""
        connection = self._make(None, None)
        self._attach(connection).start(self._run_into, connection, effects, data, on_error)
        return connection

    def _attach(self, connection: Connection) -> Lifeline:
        """Have a connection end with the current request, however that ends, and when the server begins to stop."""
        line = lifeline(request)
        line.transport.carry_stream(self._peer_timeout)
        line.exits.append(connection.close)
        self._serving.watch(connection, line)
        return line

    async def _run_into(
        self, connection: Connection, effects: Effects, data: Mapping[str, object], on_error: OnError | None
    ) -> None:
        sink = _Passing(connection)
        with trio.CancelScope() as passing:
            connection.on_end(lambda _: None if sink.closed else passing.cancel())
            try:
                result = await self._dispatch(effects, data=data, system={"sink": sink})
                if result.errors and on_error is not None:
                    await self._dispatch(call_with(on_error, result.errors), data=data, system={"sink": sink})
            except Exception:  # the answer has begun: nobody can be told any more
                _logger.exception("on_error of a stream failed")
            finally:
                sink.over = True
                sink.close()


@final
class _Passing:
    """The sink of a stream without a key, which carries the frames of its own effects only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.scope = connection.scope
        self.key = connection.key
        self.closed = False
        """Whether the effects have ended the stream themselves, or are done."""
        self.over = False
        """Whether all effects are done."""

    def send(self, frame: bytes) -> None:
        """Queue a frame. Raises `LifecycleError` once all effects are done."""
        if self.over:
            raise too_late("its stream without a key")
        self._connection.send_first(frame)

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._connection.close()

    def members(self) -> Sequence[Sink]:
        """Return this one stream."""
        return (self,)
