"""Compressed streams: each write can be read as soon as it is there, and the whole is what it would be otherwise."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quart.typing import ResponseReturnValue

from plugins.connections import ANY
from plugins.datastar.testing import SSEParser
from plugins.http._gzip import Blocks, Gzip
from plugins.http.testing import open_sse
from tests.plugins.http.small import Small

writes = st.lists(
    st.one_of(st.binary(min_size=1, max_size=100), st.sampled_from([b":\n\n", b"x" * 10_000])), max_size=20
)


@given(writes, writes)
def test_each_write_can_be_read_at_once(ours: list[bytes], theirs: list[bytes]) -> None:
    """Whatever other streams are sent in between; and what is there at the end is a whole file."""
    blocks = Blocks()
    one, other = Gzip(blocks), Gzip(blocks)
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    whole = b""
    for data, foreign in zip(ours, theirs, strict=False):
        written = one.write(data)
        other.write(foreign)
        assert reader.decompress(written) == data
        whole += written
    assert gzip.decompress(whole + one.end()) == b"".join(ours[: len(theirs)])


def test_a_block_refers_to_nothing_before_it() -> None:
    """Not even where it is nearly the same."""
    blocks = Blocks()
    for data in (b"a secret is a secret 1", b"a secret is a secret 2"):
        assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(blocks.block(data)) == data


def test_what_many_are_sent_is_compressed_once() -> None:
    """They get the very same bytes, but for the first of each."""
    blocks = Blocks()
    frame = b"event: x\ndata: " + b"hello " * 100 + b"\n\n"
    streams = [Gzip(blocks) for _ in range(3)]
    for stream in streams:
        stream.write(b":\n\n")
    made = [stream.write(frame) for stream in streams]
    assert made[0] is made[1] is made[2]
    assert len(made[0]) < len(frame) / 10


def test_what_is_kept_of_it_is_bounded() -> None:
    """Also where one write is larger than all that may be kept."""
    blocks = Blocks()
    for size in (10, 600_000, 600_000, 3_000_000):
        stream = Gzip(blocks)
        assert gzip.decompress(stream.write(bytes(size)) + stream.end()) == bytes(size)
        assert blocks._bytes == sum(len(data) + len(block) for data, block in blocks._made.items()) <= 1_000_000


def site(*, compress: bool = True) -> Small:
    """An app with a stream that stays open, and one that does not."""
    small = Small(compress=compress)

    @small.app.get("/keyed")
    async def keyed() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"n": 1}]], key="key")

    @small.app.get("/bare")
    async def bare() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"n": 1}]])

    return small


@pytest.mark.parametrize("cause", ["closed", "shutdown", "replaced"])
async def test_a_stream_is_compressed_to_its_end(cause: str) -> None:
    """Whatever it says at last."""
    small = site()
    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/keyed", headers={"Accept-Encoding": "br, gzip"}) as stream:
            assert stream.headers["Content-Encoding"] == "gzip"
            assert stream.headers["Vary"] == "Accept-Encoding"
            said = [["broadcast", {"pattern": [ANY, "key"]}, ["patch-signals", {"n": 2}]]]
            (await small.dispatch(said)).raise_errors()
            small.dispatch.plugin("connections").disconnect([ANY, "key"], cause)  # type: ignore[attr-defined]
            assert [event async for event in stream] == []
        body = gzip.decompress(stream.body)
        assert [event.signals for event in SSEParser().feed(body)] == [{"n": 1}, {"n": 2}]
        assert (b"retry: " in body) == (cause != "closed")


async def test_a_stream_without_a_key_is_compressed_too() -> None:
    """It is whole when its effects are done."""
    small = site()
    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/bare", headers={"Accept-Encoding": "gzip"}) as stream:
            assert [event async for event in stream] == []
        assert SSEParser().feed(gzip.decompress(stream.body))[0].signals == {"n": 1}


@pytest.mark.parametrize(
    ("accepted", "compress"), [("", True), ("br", True), ("gzip;q=0", True), ("identity", True), ("gzip", False)]
)
async def test_who_does_not_take_it_gets_it_plain(accepted: str, compress: bool) -> None:
    """Nor does anybody where it is not asked for."""
    small = site(compress=compress)
    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/keyed", headers={"Accept-Encoding": accepted}) as stream:
            assert "Content-Encoding" not in stream.headers
            assert ("Accept-Encoding" in stream.headers.get("Vary", "")) == compress
            assert (await stream.event()).signals == {"n": 1}
