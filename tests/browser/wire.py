"""A wire between browsers and a server, which can be cut: what a lost network is to a page."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import final

__all__ = ["Wire", "wire"]


@final
class Wire:
    """Carries bytes to and from `127.0.0.1:port`, until it is cut."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        """Where the server is, through this wire; without a slash at the end."""
        self._listen()

    def cut(self) -> None:
        """Lose every connection, and refuse new ones."""
        for end in (self._listener, *self._ends):
            with suppress(OSError):  # some have gone already
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        """Take connections again, at the same place."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # it was cut
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._server))
                self._ends += (near, far)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Carry what comes from one end to the other, its end included."""
    with suppress(OSError):  # it was cut, or one of them reset it
        while chunk := one.recv(65_536):
            other.sendall(chunk)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(url: str) -> Generator[Wire]:
    """A wire to the server at a URL."""
    laid = Wire(int(url.rpartition(":")[2]))
    try:
        yield laid
    finally:
        laid.cut()
