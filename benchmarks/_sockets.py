"""Plain HTTP/1.1 over bare sockets: requests, and an epoll loop that counts the events that come back.

It parses nothing but what it counts: each event holds one byte that is nowhere else (`MARK`). So a process of its own
can read more than any server here writes. Linux only, as are the figures of processes.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import final

from ._peers._event import MARK

__all__ = ["Sockets", "await_server", "connect", "request", "visit"]

Seen = Callable[[socket.socket, bytes], object]

PATIENCE = 60.0
"""Seconds after which something never comes."""
_START = 30.0
_LOOK = 0.0005
"""Seconds between looks at whether what is waited for holds: broadcasts that are due at a time are late by no more."""


def request(method: str, path: str, cookie: str = "", body: bytes = b"") -> bytes:
    """A request as the Datastar client sends it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: a", "Datastar-Request: true", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", *([f"Cookie: {cookie}"] if cookie else []), "\r\n"]
    return "\r\n".join(lines).encode() + body


def visit(port: int) -> str:
    """Open the page; the session's cookie, if it comes with one."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/", headers={"Accept": "text/html"})
    cookie = connection.getresponse().getheader("Set-Cookie", "")
    connection.close()
    return cookie.partition(";")[0]


def await_server(port: int) -> socket.socket:
    """A connection to a server that is about to start."""
    given_up = time.monotonic() + _START
    while True:
        try:
            return connect(port)
        except ConnectionRefusedError:
            if time.monotonic() > given_up:
                raise
            time.sleep(0.02)


def connect(port: int) -> socket.socket:
    """A connection to a server on this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


@final
class Sockets:
    """Sockets that are read together. `arrived` counts marks; `seen` is called with each socket and what came."""

    def __init__(self) -> None:
        self.arrived = 0
        self._epoll = select.epoll()
        self._open: dict[int, socket.socket] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, one: socket.socket) -> None:
        """Read this one, too."""
        one.setblocking(False)
        self._open[one.fileno()] = one
        self._epoll.register(one, select.EPOLLIN)

    def read_until(self, events: int, seen: Seen | None = None) -> None:
        """Read on until so many events have come. See `read`."""
        self.read(lambda: self.arrived >= events, seen)

    def read(self, until: Callable[[], bool], seen: Seen | None = None) -> None:
        """Read on until something holds. Raises `TimeoutError`, and `ConnectionError` for one that the server ended."""
        given_up = time.monotonic() + PATIENCE
        while not until():
            for number, _ in self._epoll.poll(_LOOK, 4096):
                one = self._open[number]
                chunk = one.recv(262_144)
                if not chunk:
                    raise ConnectionError("the server has ended a connection in the middle of a benchmark")
                self.arrived += chunk.count(MARK)
                if seen is not None:
                    seen(one, chunk)
            if time.monotonic() > given_up:
                raise TimeoutError(f"{self.arrived} events have come, and no more")
