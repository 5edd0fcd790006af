"""The bodies of requests are bounded while they come, as Quart 0.23 keeps them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import trio
import trio.testing
from quart_trio import QuartTrio
from quart_trio.wrappers import TrioRequest
from werkzeug.exceptions import RequestEntityTooLarge

from plugins.http._request.bodies import bound_bodies


class Kept:
    """A body as Quart 0.23 has it: each piece is kept until somebody reads it."""

    def __init__(self, expected: int | None, most: int | None) -> None:
        self.pieces: list[bytes] = []
        self.complete = trio.Event()

    def set_complete(self) -> None:
        """Say that there is nothing more."""
        self.complete.set()

    async def put(self, data: bytes) -> None:
        """Keep a piece."""
        self.pieces.append(data)

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> bytes:
        if not self.pieces:
            await self.complete.wait()
            raise StopAsyncIteration
        return self.pieces.pop(0)

    def __await__(self) -> Generator[Any, Any, bytes]:
        yield from self.complete.wait().__await__()
        return b"".join(self.pieces)


class Unread(Kept):
    """A body as Quart 0.22 has it: how much has not been read is looked at."""

    def append(self, data: bytes) -> None:
        """Keep a piece."""
        self.pieces.append(data)


async def test_a_body_that_is_read_piece_by_piece_is_bounded_as_a_whole() -> None:
    """Such as a form with files."""
    found = body(1_000, Unread)
    for _ in range(2):
        found.append(b"x" * 400)
        assert await anext(found) == b"x" * 400
    found.append(b"x" * 400)
    found.append(b"x")
    with pytest.raises(RequestEntityTooLarge):
        await anext(found)


def body(most: int | None, kept: type = Kept) -> Any:
    """A body of an app whose bodies are bounded: twice, as two `Live` of one app do it."""
    app = QuartTrio(__name__)
    app.request_class = type("Request", (TrioRequest,), {"body_class": kept})  # type: ignore[assignment]
    bound_bodies(app)
    kind: Any = app.request_class
    bound_bodies(app)
    assert app.request_class is kind
    return kind.body_class(None, most)


async def test_a_body_that_fits_is_read_as_it_came() -> None:
    """At once, or piece by piece."""
    whole, pieces = body(1_000), body(None)
    for one in (whole, pieces):
        await one.put(b"a")
        await one.put(b"b" * 500)
        one.set_complete()
    assert await whole == b"a" + b"b" * 500
    assert [piece async for piece in pieces] == [b"a", b"b" * 500]


@pytest.mark.parametrize(("most", "piece"), [(1_000, b"x"), (1_000, b"x" * 600), (10_000, b"x")])
async def test_of_a_body_that_is_too_large_nothing_more_is_kept(most: int, piece: bytes) -> None:
    """Whoever waits for it, or reads it piece by piece, is told; and so is who does later. Small pieces take more."""
    found = body(most)
    told: list[object] = []

    async def read() -> None:
        with pytest.raises(RequestEntityTooLarge):
            await found
        told.append("all of it")

    async def read_on() -> None:
        with pytest.raises(RequestEntityTooLarge):
            await anext(found)
        told.append("a piece")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(2_000):
            await found.put(piece)
        assert sum(map(len, found.pieces)) <= most
    await read_on()
    await read()
    assert told == ["all of it", "a piece", "all of it"]


async def test_whoever_waits_for_the_next_piece_is_told_as_well() -> None:
    """Though none comes: what has been read is not all there is."""
    found = body(10)
    await found.put(b"x")
    assert await anext(found) == b"x"

    async def read_on() -> None:
        with pytest.raises(RequestEntityTooLarge):
            await anext(found)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read_on)
        await trio.testing.wait_all_tasks_blocked()
        await found.put(b"x" * 20)
