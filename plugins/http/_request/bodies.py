"""Bounds the bodies of requests while they arrive, whether or not the app reads them.

Quart 0.23 checks the app's `MAX_CONTENT_LENGTH` only when a body is complete, and keeps everything until then. So a
body that has no length and never ends takes all memory, even if the handler reads nothing. Quart 0.22 checks the part
that has not been read yet, so a body that is read piece by piece, such as a form with files, has no bound.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, cast

from quart_trio import QuartTrio
from werkzeug.exceptions import RequestEntityTooLarge

__all__ = ["bound_bodies"]

_MIN_PIECE_COST = 64
"""Bytes that a piece costs at least, however small it is."""
_COST_ALLOWANCE = 65_536
"""Bytes that small pieces may cost in any case."""


def bound_bodies(app: QuartTrio) -> None:
    """Bound the bodies of an app: a reader gets a 413 as soon as a body is too large, and no more of it is kept.

    A client that sends very many very small pieces has sent too much when they cost twice the limit and 64 KB.
    """
    requests = cast(Any, app.request_class)
    if not issubclass(requests.body_class, _BoundedBody):
        bodies = type(requests.body_class.__name__, (_BoundedBody, requests.body_class), {})
        app.request_class = type(requests.__name__, (requests,), {"body_class": bodies})  # type: ignore[assignment]


class _BoundedBody:
    """Goes before a `quart.wrappers.request.Body` among the base classes."""

    set_complete: Callable[[], None]

    def __init__(self, expected_content_length: int | None, max_content_length: int | None) -> None:
        cast(Any, super()).__init__(expected_content_length, max_content_length)
        self._max_bytes = max_content_length
        self._size = 0
        self._cost = 0
        self._is_too_large = False

    async def put(self, data: bytes) -> None:
        """Take a piece, unless the body is too large already. Quart 0.23 calls this."""
        self._cost += max(len(data), _MIN_PIECE_COST)
        if self._count_piece(data):
            await cast(Any, super()).put(data)

    def append(self, data: bytes) -> None:
        """Take a piece, unless the body is too large already. Quart 0.22 calls this."""
        if self._count_piece(data):
            cast(Any, super()).append(data)

    def _count_piece(self, data: bytes) -> bool:
        self._size += len(data)
        if self._max_bytes is not None and (
            self._size > self._max_bytes or self._cost > 2 * self._max_bytes + _COST_ALLOWANCE
        ):
            self._is_too_large = True
            self.set_complete()
        return not self._is_too_large

    async def __anext__(self) -> bytes:
        self._check_size()
        try:
            return cast(bytes, await cast(Any, super()).__anext__())
        finally:
            self._check_size()

    def __await__(self) -> Generator[Any, Any, bytes]:
        data = cast(bytes, (yield from cast(Any, super()).__await__()))
        self._check_size()
        return data

    def _check_size(self) -> None:
        if self._is_too_large:
            raise RequestEntityTooLarge
