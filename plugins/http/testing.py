"""Reads streams in tests, without a server.

Quart's own test client cannot: its `get` waits for an end that a stream does not have, and leaving its connection after
a disconnect hangs. `open_sse` drives the app itself, with the client's cookies.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, cast, final

import trio
from quart.typing import TestClientProtocol
from werkzeug.datastructures import Headers

from plugins.datastar import DATASTAR_REQUEST
from plugins.datastar.testing import Event, SSEParser

from ._causes import single_cause

__all__ = ["Event", "SSEParser", "SSEStream", "open_sse"]


@final
@dataclass(frozen=True, slots=True)
class _Request:
    """A request, which `reconnect` sends again."""

    client: TestClientProtocol
    path: str
    headers: Mapping[str, str]
    method: str
    body: bytes


@final
class SSEStream:
    """One open response, as its client sees it.

    Read it with `event` or by iterating over it. `stall` makes it a client that does not read, `drop` one that has
    left, and `reconnect` one that comes back.
    """

    def __init__(self, request: _Request) -> None:
        self.status = 0
        self.headers = Headers()
        self.body = b""
        """All bytes that were read so far."""
        self._request = request
        self._parser = SSEParser()
        self._events: list[Event] = []
        self._started = trio.Event()
        self._done = trio.Event()
        self._reading = trio.Event()
        self._reading.set()
        self._to_client, self._from_app = trio.open_memory_channel[bytes](10)
        self._to_app, self._from_client = trio.open_memory_channel[dict[str, Any]](2)

    @property
    def retry(self) -> int | None:
        """The time to reconnect that the app asked for last, in milliseconds, or None if it has asked for none."""
        return self._parser.retry

    @property
    def last_id(self) -> str:
        """The last event id. `reconnect` sends it."""
        return self._parser.last_id

    async def event(self) -> Event:
        """Wait for the next event, and return it.

        Raises `trio.EndOfChannel` if the response has ended, and `trio.ClosedResourceError` if the stream was dropped.
        A cancelled wait loses no event.
        """
        while not self._events:
            try:
                chunk = await self._from_app.receive()
            except trio.EndOfChannel:
                hint = _HINTS.get(self.status or 0, "")
                message = f"the response has ended: {self.status}, {bytes(self.body[:200])!r}{hint}"
                raise trio.EndOfChannel(message) from None
            self.body += chunk
            self._events += self._parser.feed(chunk)
        return self._events.pop(0)

    def __aiter__(self) -> SSEStream:
        return self

    async def __anext__(self) -> Event:
        try:
            return await self.event()
        except (trio.EndOfChannel, trio.ClosedResourceError):
            raise StopAsyncIteration from None

    def stall(self) -> None:
        """Stop reading: from now on the app waits in each send, as for a client whose buffers are full."""
        self._reading = trio.Event()

    def resume(self) -> None:
        """Read on after `stall`."""
        self._reading.set()

    async def drop(self) -> None:
        """Leave, as a browser that is closed, and wait until the app has let go. Calling it twice is fine."""
        self._leave()
        await self._done.wait()

    def reconnect(self) -> AbstractAsyncContextManager[SSEStream]:
        """Send the same request again, with the last event id as `Last-Event-ID`, as a browser does that comes back.

        Use it as `async with stream.reconnect() as again: ...`. This stream may be open, dropped or at its end.
        """
        last = {"Last-Event-ID": self.last_id} if self.last_id else {}
        return _open_stream(replace(self._request, headers={**self._request.headers, **last}))

    def _leave(self) -> None:
        with suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            self._to_app.send_nowait({"type": "http.disconnect"})
        self._to_app.close()
        self._from_app.close()
        self._reading.set()

    async def _receive(self) -> dict[str, Any]:
        return await self._from_client.receive()

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = Headers([(name.decode(), value.decode()) for name, value in message["headers"]])
            self._started.set()
            return
        await self._reading.wait()
        if message.get("body"):
            with suppress(trio.BrokenResourceError):  # as with a real server: sending to a client that left is a no-op
                await self._to_client.send(message["body"])
        if not message.get("more_body", False):
            self._to_client.close()

    async def _serve(self) -> None:
        request = self._request
        client = cast(Any, request.client)
        scope = client.request(request.path, method=request.method, headers=request.headers).scope
        self._to_app.send_nowait({"type": "http.request", "body": request.body, "more_body": False})
        try:
            await client.app(scope, self._receive, self._send)
        finally:
            self._to_client.close()
            self._started.set()
            self._done.set()


def open_sse(
    client: TestClientProtocol,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: bytes = b"",
) -> AbstractAsyncContextManager[SSEStream]:
    """Send a request as the Datastar client would, and read its answer as a stream: `async with open_sse(...) as s`.

    Up to 10 chunks wait to be read; then the app has to wait, as for a slow client. The end of the block drops the
    stream and waits until the app is done with the request. Errors that the app raises are raised by the block.
    """
    all_headers = {DATASTAR_REQUEST: "true", "Accept": "text/event-stream", **(headers or {})}
    return _open_stream(_Request(client, path, all_headers, method, body))


@asynccontextmanager
async def _open_stream(request: _Request) -> AsyncGenerator[SSEStream]:
    stream = SSEStream(request)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream._serve)
            await stream._started.wait()
            yield stream
            stream._leave()
    except BaseExceptionGroup as group:
        raise single_cause(group) from None


_HINTS = {
    204: " - refused: there is no session, so open a page first; or `allow` said no",
    404: " - there is no such address; is the blueprint registered?",
}
