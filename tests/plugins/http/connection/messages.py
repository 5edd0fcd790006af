"""Reads whole connections of requests: by our reader, and by h11, which is another implementation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import h11

from plugins.http._connection.body import ChunkedBody, LengthBody, make_body
from plugins.http._connection.head import Head, Refusal, read_head

MORE: Final = "more must come"
CLOSED: Final = "nothing is read after the last message"
REFUSED: Final = "refused"
ENOUGH = 1 << 20


@dataclass
class Message:
    """One request."""

    method: bytes
    target: bytes
    version: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytearray = field(default_factory=bytearray)
    is_whole: bool = False


@dataclass
class Reading:
    """All requests of a connection, and how it ends."""

    messages: list[Message] = field(default_factory=list)
    end: str = MORE
    status: int | None = None
    """Of a refusal."""
    begin: int = 0
    """Where the message begins that is refused or not whole."""


def read_ours(pieces: Iterable[bytes], max_size: int = ENOUGH) -> Reading:
    """Read requests that come in pieces; at most `max_size` bytes of a body at a time."""
    reading, buffer, size = Reading(), bytearray(), 0
    body: LengthBody | ChunkedBody | None = None
    for piece in pieces:
        buffer += piece
        size += len(piece)
        try:
            while reading.end is MORE:
                if body is None:
                    if (head := read_head(buffer)) is None:
                        break
                    message = _message(head)
                    reading.messages.append(message)
                    body = make_body(head)
                    keeps_alive = head.keeps_alive
                    del buffer[: head.size]
                data = body.take(buffer, max_size)
                message.body += data
                if body.is_whole:
                    message.is_whole, body, reading.begin = True, None, size - len(buffer)
                    reading.end = MORE if keeps_alive else CLOSED
                elif not data:
                    break
        except Refusal as refusal:
            reading.end, reading.status = REFUSED, refusal.status
            if body is not None:  # how much of it came before depends on the pieces
                message.body.clear()
    return reading


def _message(head: Head) -> Message:
    """As h11 would have it, which makes the only transfer coding lower case."""
    headers = [(name, value.lower() if name == b"transfer-encoding" else value) for name, value in head.headers]
    return Message(head.method.encode(), head.target, head.http_version.encode(), headers)


def read_h11(data: bytes) -> Reading:
    """Read requests as h11 does, and answer each, so that none becomes a tunnel."""
    reading, connection = Reading(), h11.Connection(h11.SERVER, max_incomplete_event_size=ENOUGH)
    if data:  # h11 takes b"" for the end of the connection
        connection.receive_data(data)
    try:
        while (event := connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Request):
                message = Message(event.method, event.target, event.http_version, list(event.headers))
                reading.messages.append(message)
            elif isinstance(event, h11.Data):
                message.body += event.data
            elif isinstance(event, h11.EndOfMessage):
                message.is_whole = True
                connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.their_state is not h11.DONE:
                    reading.end = CLOSED
                    break
                connection.start_next_cycle()
    except h11.RemoteProtocolError:
        reading.end = REFUSED
    return reading
