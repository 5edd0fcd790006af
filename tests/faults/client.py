"""A client that does as it is told, on bare sockets: HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import json
import os
import re
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self, final

import h2.config
import h2.connection
import h2.events
import h2.settings
import hpack
import trio

__all__ = ["H2", "Raw", "connect", "eventually", "state", "visit"]


Headers = Sequence[tuple[str | bytes, str | bytes]]

PATIENCE = float(os.environ.get("PATIENCE", "20"))
"""Seconds after which something never comes; far above what anything here takes."""


async def connect(port: int) -> trio.SocketStream:
    """A connection to a server on this machine."""
    return await trio.open_tcp_stream("127.0.0.1", port)


async def visit(port: int) -> str:
    """Open the page; the session's cookie."""
    async with await connect(port) as stream:
        await stream.send_all(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n")
        answer = b"".join([bytes(chunk) async for chunk in stream])
    found = re.search(rb"set-cookie: ([^;]+)", answer, re.IGNORECASE)
    assert found, answer
    return found[1].decode()


async def state(port: int) -> dict[str, Any]:
    """Return what there is in the server's process."""
    async with await connect(port) as stream:
        await stream.send_all(b"GET /state HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b"".join([bytes(chunk) async for chunk in stream])
    found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


async def eventually(port: int, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Look at the server's state until something holds. Raises `AssertionError` where it never does."""
    given_up = trio.current_time() + PATIENCE
    found = await state(port)
    while not holds(found):
        assert trio.current_time() < given_up, f"it never came true: {found}"
        await trio.sleep(0.02)
        found = await state(port)
    return found


@final
class Raw:
    """A stream over HTTP/1.1, read as far as one asks."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self.stream = stream
        self.read = b""

    @classmethod
    async def ask(cls, port: int, cookie: str, path: str = "/sse/a", method: str = "GET", last: str = "") -> Self:
        """Ask for a stream, and do not wait for it. `last` is the id of an event."""
        raw = cls(await connect(port))
        ask = f"{method} {path} HTTP/1.1\r\nHost: a\r\nDatastar-Request: true\r\nCookie: {cookie}\r\n"
        ask += f"Last-Event-ID: {last}\r\n\r\n" if last else "\r\n"
        await raw.stream.send_all(ask.encode())
        return raw

    @classmethod
    async def open(cls, port: int, cookie: str, path: str = "/sse/a") -> Self:
        """Ask for a stream, and wait for its first event."""
        raw = await cls.ask(port, cookie, path)
        await raw.until(b'{"open"')
        return raw

    async def until(self, text: bytes) -> None:
        """Read on until a text has come."""
        with trio.fail_after(PATIENCE):
            while text not in self.read:
                chunk = bytes(await self.stream.receive_some())
                assert chunk, self.read
                self.read += chunk

    async def until_refused(self) -> bytes:
        """Everything until the server closes or resets the connection."""
        with suppress(trio.BrokenResourceError):
            await self.to_the_end()
        await self.stream.aclose()
        return self.read

    async def to_the_end(self) -> bytes:
        """Everything until the server closes."""
        with trio.fail_after(PATIENCE):
            async for chunk in self.stream:
                self.read += bytes(chunk)
        return self.read

    def reset(self) -> None:
        """Leave with RST."""
        self.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.socket.close()


class _Plain(hpack.Encoder):
    """Writes headers as they are: packing large ones takes Python too long."""

    def encode(self, headers: Any, huffman: bool = False) -> bytes:
        return super().encode(headers, huffman=False)


@final
class H2:
    """A connection over cleartext HTTP/2, with prior knowledge."""

    def __init__(self, stream: trio.SocketStream, window: int) -> None:
        self.stream = stream
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8", validate_outbound_headers=False)
        self.protocol = h2.connection.H2Connection(config)
        self.protocol.encoder = _Plain()
        self.protocol.local_settings = h2.settings.Settings(
            client=True, initial_values={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window}
        )
        self.ended: set[int] = set()
        self.read: dict[int, bytes] = {}
        self.terminated = False

    @classmethod
    async def connect(cls, port: int, window: int = 65_535) -> Self:
        """Connect, with windows of so many bytes for each stream."""
        made = cls(await connect(port), window)
        made.protocol.initiate_connection()
        await made.flush()
        return made

    async def ask(self, path: str, cookie: str, method: str = "GET") -> int:
        """Send a request; the number of its stream."""
        headers: Headers = [(":method", method), (":path", path), (":authority", "a"), (":scheme", "http")]
        return await self.say([*headers, ("datastar-request", "true"), ("cookie", cookie)])

    async def say(self, headers: Headers) -> int:
        """Send a request with these headers, whatever they are; the number of its stream."""
        number = self.protocol.get_next_available_stream_id()
        self.protocol.send_headers(number, headers, end_stream=True)
        self.read[number] = b""
        await self.flush()
        return number

    async def until(self, holds: Callable[[], bool]) -> None:
        """Read on, giving windows back, until something holds."""
        with trio.fail_after(PATIENCE):
            while not holds():
                chunk = bytes(await self.stream.receive_some())
                assert chunk, "the server has closed the connection"
                for event in self.protocol.receive_data(chunk):
                    self._take(event)
                await self.flush()

    async def until_refused(self) -> None:
        """Read on until the server ends the connection."""
        with trio.fail_after(PATIENCE), suppress(trio.BrokenResourceError):
            while not self.terminated and (chunk := bytes(await self.stream.receive_some())):
                for event in self.protocol.receive_data(chunk):
                    self._take(event)
        await self.stream.aclose()

    async def flush(self) -> None:
        """Send what is to be sent."""
        await self.stream.send_all(self.protocol.data_to_send())

    def _take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.DataReceived):
            self.read[event.stream_id] += event.data
            self.protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
            self.ended.add(event.stream_id)
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.terminated = True
