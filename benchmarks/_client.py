"""The clients of one server, in a process of their own: `python -m benchmarks._client PORT`, told what to do by lines.

Each line is JSON, `["open", 100]`, and is answered by a line: a list of figures.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import socket
import statistics
import sys
import time
from collections.abc import Callable
from typing import final

from ._peers._event import MARK
from ._sockets import Sockets, await_server, connect, request, visit

__all__: list[str] = []

PER_VISITOR = 20
"""Streams of one visitor, as many as a store takes unless told otherwise."""
AT_ONCE = 50
ASKING = 8
STAMP = re.compile(rb"(\d{20})" + MARK)


@final
class Clients:
    """Streams that stay open, one connection to say something on, and some to ask on."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams = Sockets()
        self._teller = await_server(port)
        self._cookie = visit(port)
        self._count = 0

    def open(self, count: int) -> list[float]:
        """Open so many streams more, and wait until each has begun."""
        self._streams.arrived = 0
        for number in range(count):
            if number % PER_VISITOR == 0:
                self._cookie = visit(self._port)
            stream = connect(self._port)
            stream.sendall(request("GET", "/sse", self._cookie))
            self._streams.add(stream)
            if number % AT_ONCE == 0 or number == count - 1:
                self._streams.read_until(number + 1)
        self._count += count
        return []

    def broadcast(self, times: int, seconds: float) -> list[float]:
        """Have `times` events sent to all, wait until all have come, again for so long: events, and wall time."""
        self._streams.arrived = due = 0
        begun = time.perf_counter()
        while not due or time.perf_counter() - begun < seconds:
            due += times * self._count
            self._say(times)
            self._streams.read_until(due)
            self._heard()
        return [self._streams.arrived, time.perf_counter() - begun]

    def steady(self, rate: float, seconds: float) -> list[float]:
        """Have one event sent to all so many times a second: events, the 99th percentile of how late each came, in ms.

        Lateness counts from when the broadcast was due, so a server that falls behind does not get off lightly.
        """
        late: list[float] = []
        begun, sent, total = time.monotonic_ns(), 0, round(rate * seconds)

        def due() -> int:
            return begun + round(sent / rate * 1e9)

        def seen(_: socket.socket, chunk: bytes) -> None:
            now = time.monotonic_ns()
            late.extend((now - int(stamp)) / 1e6 for stamp in STAMP.findall(chunk))

        self._streams.arrived = 0
        while sent < total:
            self._streams.read(lambda: time.monotonic_ns() >= due(), seen)
            self._say(1, due())
            sent += 1
        self._streams.read_until(total * self._count, seen)
        self._heard(total)
        return [self._streams.arrived, statistics.quantiles(late, n=100)[98], statistics.median(late)]

    def ask(self, path: str, seconds: float) -> list[float]:
        """Post a form again and again, on several connections, for so long, and until there is one answer.

        Returns answers, and wall time.
        """
        asked = request("POST", path, self._cookie, b'{"name":"Ann"}')
        asking = Sockets()
        for _ in range(ASKING):
            one = connect(self._port)
            one.sendall(asked)
            asking.add(one)
        begun = time.perf_counter()

        def seen(one: socket.socket, chunk: bytes) -> None:
            if MARK in chunk:
                one.sendall(asked)

        asking.read(lambda: asking.arrived > 0 and time.perf_counter() - begun > seconds, seen)
        return [asking.arrived, time.perf_counter() - begun]

    def _say(self, times: int, stamp: int = 0) -> None:
        self._teller.sendall(request("POST", f"/say/{times}/{stamp:020}", self._cookie))

    def _heard(self, answers: int = 1) -> None:
        """Wait for the answers to what was said. They have no body."""
        heard = b""
        while heard.count(b"\r\n\r\n") < answers:
            chunk = self._teller.recv(65_536)
            if not chunk:
                raise ConnectionError("the server has ended the connection that it is told things on")
            heard += chunk
        if heard.count(b"HTTP/1.1 20") < answers:
            raise ConnectionError(heard.decode())


def main(port: int) -> None:
    """Do as told until there is nothing more to read."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.disable()  # the client is not what is measured
    clients = Clients(port)
    does: dict[str, Callable[..., list[float]]] = {
        "open": clients.open,
        "broadcast": clients.broadcast,
        "steady": clients.steady,
        "ask": clients.ask,
    }
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        print(json.dumps(does[what](*arguments)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
