"""The rules of RFC 9110 that heads, bodies and answers share."""

from __future__ import annotations

from typing import Final

__all__ = ["TOKEN", "VALUE_BYTE", "list_items", "parse_length"]

TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""Names of headers and methods (RFC 9110, 5.6.2), as part of a regular expression."""
VALUE_BYTE: Final = rb"[\t -~\x80-\xff]"
"""What stands in a value: no control but the tab (RFC 9110, 5.5), as part of a regular expression."""
_MAX_DIGITS = 20
"""How many digits a Content-Length has at most."""


def list_items(value: bytes) -> list[bytes]:
    """Return the items of a list, in lower case (RFC 9110, 5.6.1)."""
    return [item.strip(b" \t") for item in value.lower().split(b",")] if value else []


def parse_length(value: bytes) -> int | None:
    """Return a Content-Length as a number (RFC 9110, 8.6). Returns None if it is none, or has more than 20 digits."""
    return int(value) if value.isdigit() and len(value) <= _MAX_DIGITS else None
