"""Reads frames in tests, as a browser would.

`SSEParser().feed(sink.text.encode())` returns the events that were sent to an `effects.testing.MemorySink`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast, final

__all__ = ["Event", "SSEParser"]


@final
@dataclass(frozen=True, slots=True)
class Event:
    """One event, as a browser would dispatch it."""

    event: str
    data: str
    """The data lines, joined with newlines."""
    id: str = ""
    """The last event id so far."""

    @property
    def elements(self) -> str:
        """The HTML of a `datastar-patch-elements` event; empty for other events."""
        return "\n".join(self._data_after("elements "))

    @property
    def signals(self) -> dict[str, object]:
        """The signals of a `datastar-patch-signals` event; empty for other events."""
        return cast(dict[str, object], json.loads("\n".join(self._data_after("signals ")) or "{}"))

    def _data_after(self, name: str) -> list[str]:
        return [line.removeprefix(name) for line in self.data.split("\n") if line.startswith(name)]


@final
class SSEParser:
    """Parses bytes into events, piece by piece, as the WHATWG HTML standard says in section 9.2.6."""

    def __init__(self) -> None:
        self._rest = b""
        self._at_beginning = True
        self._after_cr = False
        self._type = ""
        self._data: list[str] = []
        self.last_id = ""
        """The last event id, which a browser sends when it comes back."""
        self.comments: list[str] = []
        """Comment lines so far; browsers ignore them."""
        self.retry: int | None = None
        """The last `retry` field, in milliseconds."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Read more bytes, and return the events that they complete."""
        if self._at_beginning:
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        self._at_beginning = self._at_beginning and not chunk
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")  # the second half of a CRLF that was split between two chunks
        self._after_cr = chunk.endswith(b"\r") or (self._after_cr and not chunk)
        text = (self._rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = text.split(b"\n")
        return [event for line in lines if (event := self._read_line(line.decode("utf-8", "replace"))) is not None]

    def _read_line(self, line: str) -> Event | None:
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
                self.last_id = value
            case "retry" if value.isascii() and value.isdigit():
                self.retry = int(value)
            case _:
                pass
        return None

    def _dispatch(self) -> Event | None:
        data, kind = self._data, self._type or "message"
        self._data, self._type = [], ""
        return Event(kind, "\n".join(data), self.last_id) if data else None
