"""Read streams in tests, without a server.

Quart's own test client cannot: its `get` waits for an end that a stream does not have, and leaving its connection after
a disconnect hangs. `open_sse` drives the app itself, with the client's cookies.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast, final

import trio
from quart.typing import TestClientProtocol
from werkzeug.datastructures import Headers

__all__ = ["Event", "SSEParser", "SSEStream", "open_sse"]


@final
@dataclass(frozen=True, slots=True)
class Event:
    """One event, as a browser would dispatch it."""

    event: str
    data: str
    """The data lines, joined with newlines."""
    id: str = ""
    """The last event id so far."""


@final
class SSEParser:
    """Bytes in, events out: the parser of the WHATWG HTML standard, section 9.2.6, fed piece by piece."""

    def __init__(self) -> None:
        self._rest = b""
        self._begin = True
        self._after_cr = False
        self._type = ""
        self._data: list[str] = []
        self._id = ""
        self.comments: list[str] = []
        """Comment lines so far; browsers ignore them."""
        self.retry: int | None = None
        """The last `retry` field, in milliseconds."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Take in bytes, and return the events that they complete."""
        if self._begin:
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        self._begin = self._begin and not chunk
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")  # the second half of a CRLF that was cut in two
        self._after_cr = chunk.endswith(b"\r") or (self._after_cr and not chunk)
        text = (self._rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = text.split(b"\n")
        return [event for line in lines if (event := self._line(line.decode("utf-8", "replace"))) is not None]

    def _line(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "":
                self.comments.append(value)
            case "event":
                self._type = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self.retry = int(value)
            case _:
                pass
        return None

    def _dispatch(self) -> Event | None:
        data, kind = self._data, self._type or "message"
        self._data, self._type = [], ""
        return Event(kind, "\n".join(data), self._id) if data else None


@final
class SSEStream:
    """One open response. Read it with `event` or by iterating; `disconnect` leaves as a browser would."""

    def __init__(self) -> None:
        self.status = 0
        self.headers = Headers()
        self.body = b""
        """Everything read so far."""
        self._parser = SSEParser()
        self._events: list[Event] = []
        self._started = trio.Event()
        self._to_client, self._from_app = trio.open_memory_channel[bytes](10)
        self._to_app, self._from_client = trio.open_memory_channel[dict[str, Any]](2)

    async def event(self) -> Event:
        """Wait for the next event. Raises `trio.EndOfChannel` when the response has ended."""
        while not self._events:
            chunk = await self._from_app.receive()
            self.body += chunk
            self._events += self._parser.feed(chunk)
        return self._events.pop(0)

    def __aiter__(self) -> SSEStream:
        return self

    async def __anext__(self) -> Event:
        try:
            return await self.event()
        except trio.EndOfChannel:
            raise StopAsyncIteration from None

    def disconnect(self) -> None:
        """Leave. The app notices at once. Doing it twice is doing it once."""
        try:
            self._to_app.send_nowait({"type": "http.disconnect"})
        except (trio.ClosedResourceError, trio.BrokenResourceError):
            return
        self._to_app.close()

    async def _receive(self) -> dict[str, Any]:
        return await self._from_client.receive()

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = Headers([(name.decode(), value.decode()) for name, value in message["headers"]])
            self._started.set()
            return
        if message.get("body"):
            with suppress(trio.BrokenResourceError):  # as with a real server: sending to a client that left is a no-op
                await self._to_client.send(message["body"])
        if not message.get("more_body", False):
            self._to_client.close()


@asynccontextmanager
async def open_sse(
    client: TestClientProtocol,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: bytes = b"",
) -> AsyncGenerator[SSEStream]:
    """Send a request as the Datastar client would, and read its answer as a stream.

    Up to 10 chunks wait to be read; then the app has to wait, as it would for a slow client. On leaving, disconnects
    and waits for the app to be done with the request. What the app raises comes out here.
    """
    stream = SSEStream()
    sent = {"Datastar-Request": "true", "Accept": "text/event-stream", **(headers or {})}
    scope = cast(Any, client).request(path, method=method, headers=sent).scope

    async def serve() -> None:
        try:
            await cast(Any, client).app(scope, stream._receive, stream._send)
        finally:
            stream._to_client.close()
            stream._started.set()

    stream._to_app.send_nowait({"type": "http.request", "body": body, "more_body": False})
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            await stream._started.wait()
            yield stream
            stream.disconnect()
            stream._from_app.close()
    except BaseExceptionGroup as group:
        raise _single(group) from None


def _single(error: BaseException) -> BaseException:
    """The one exception of a group, and of the groups in it; a group of several as it is."""
    inside: Sequence[BaseException] = getattr(error, "exceptions", ())
    return _single(inside[0]) if len(inside) == 1 else error
