"""The event that everyone sends: 300 bytes, with a stamp, and a byte that is in it once, to be counted by."""

from __future__ import annotations

__all__ = ["MARK", "MAX_FRAMES", "SIZE", "elements", "event"]

SIZE = 300
MARK = b"~"
MAX_FRAMES = 1_000
"""How many frames a queue takes."""

_HEAD = "event: datastar-patch-elements\ndata: elements "
_TAIL = "\n\n"


def elements(stamp: str) -> str:
    """The elements of the event: a stamp, the mark, and what fills it up."""
    begun = f'<div id="now">{stamp}~'
    missing = SIZE - len(_HEAD) - len(begun) - len("</div>") - len(_TAIL)
    return f"{begun}{'x' * missing}</div>"


def event(stamp: str) -> bytes:
    """The event as it is on the wire."""
    return f"{_HEAD}{elements(stamp)}{_TAIL}".encode()
