"""Compressed streams: each write can be read as soon as it is there, and the whole is what it would be otherwise."""

from __future__ import annotations

import gc
import gzip
import os
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import brotli
import h11
import pytest
import trio
import trio.testing
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from quart import Response
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from effects import MissingExtraError, RegistrationError
from plugins.connections import ANY
from plugins.datastar.testing import SSEParser
from plugins.http import Compression
from plugins.http._compression import Compressor, Encoder
from plugins.http._compression.own import OWN, OwnEncoder
from plugins.http._compression.shared import SHARED, Gzip
from plugins.http.testing import open_sse
from tests.plugins.http.small import Small
from tests.plugins.http.test_stack import Server, ask, connect, serving

Reader = Callable[[bytes], bytes]


def brotli_reader() -> Reader:
    """Return what takes all that there is: at first, this one gives 32 KB at most, and says nothing of the rest."""
    one = brotli.Decompressor()

    def read(data: bytes) -> bytes:
        whole: bytes = one.process(data)
        while more := one.process(b""):
            whole += more
        return whole

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "br": brotli_reader,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress,
    "gzip": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS).decompress,
}
"""What a client has."""
AMPLE = 10_000_000
WAYS = [(name, True) for name in OWN] + [(name, False) for name in SHARED]
"""Each encoding, with a compressor of its own and without."""
ways = pytest.mark.parametrize(
    ("name", "own"), WAYS, ids=[f"{name} {'own' if own else 'shared'}" for name, own in WAYS]
)
writes = st.lists(
    st.one_of(st.binary(min_size=1, max_size=100), st.sampled_from([b":\n\n", b"x" * 10_000, b"y" * 40_000])),
    max_size=20,
)


def accept(header: str) -> Accept:
    """Return what a client takes."""
    return parse_accept_header(header, Accept)


def encoders(name: str, own: bool, count: int) -> list[Encoder]:
    """Return what so many streams of one app write through."""
    compressor = Compressor(Compression(AMPLE if own else 0))
    made = [compressor.encoder(accept(name), []) for _ in range(count)]
    assert [isinstance(one, OwnEncoder) for one in made] == [own] * count
    return [one for one in made if one is not None]


@ways
@given(ours=writes, theirs=writes)
def test_each_write_can_be_read_at_once(name: str, own: bool, ours: list[bytes], theirs: list[bytes]) -> None:
    """Whatever other streams are sent in between; and what is there at the end is whole."""
    one, other = encoders(name, own, 2)
    read, read_all = READERS[name](), READERS[name]()
    whole = b""
    for data, foreign in zip(ours, theirs, strict=False):
        written = one.write(data)
        other.write(foreign)
        assert read(written) == data
        whole += written
    end = one.end()
    assert read(end) == b""
    assert read_all(whole + end) == b"".join(ours[: len(theirs)])


@pytest.mark.parametrize("own", [True, False])
def test_a_file_of_gzip_is_one(own: bool) -> None:
    """Header, size and checksum are as they should be."""
    (one,) = encoders("gzip", own, 1)
    assert gzip.decompress(one.write(b"one") + one.write(b"two") + one.end()) == b"onetwo"


def test_a_stream_of_brotli_ends() -> None:
    """Its reader knows that nothing is missing."""
    (one,) = encoders("br", True, 1)
    reader = brotli.Decompressor()
    reader.process(one.write(b"one"))
    assert not reader.is_finished()
    reader.process(one.end())
    assert reader.is_finished()


@ways
def test_what_is_sent_shows_in_no_other_stream(name: str, own: bool) -> None:
    """Its sizes are the same, whether somebody else was sent the very same bytes or others."""
    secret, guess, other = os.urandom(500), os.urandom(500), os.urandom(500)
    sizes: list[int] = []
    for said in (secret, guess, other):
        one, theirs = encoders(name, own, 2)
        theirs.write(said + b"1")
        sizes.append(len(one.write(secret + b"2")))
    assert len(set(sizes)) == 1


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_block_refers_to_nothing_before_it(name: str) -> None:
    """Not even where it is nearly the same."""
    blocks = SHARED[name].make_blocks()
    for data in (b"a secret is a secret 1", b"a secret is a secret 2"):
        block = blocks.block(data)
        read = zlib.decompressobj(-zlib.MAX_WBITS).decompress if name == "gzip" else READERS[name]()
        assert read(block) == data


@pytest.mark.parametrize("name", OWN)
def test_a_stream_of_its_own_finds_what_events_have_in_common(name: str) -> None:
    """Also in large ones."""
    (one,) = encoders(name, True, 1)
    size = {"gzip": 30_000, "br": 60_000, "zstd": 100_000}[name]
    page = os.urandom(size)
    assert len(one.write(page)) > size
    assert len(one.write(page)) < size / 50


@pytest.mark.parametrize("name", SHARED)
def test_what_many_are_sent_is_compressed_once(name: str) -> None:
    """They get the very same bytes, but for the first of each."""
    frame = b"event: x\ndata: " + b"hello " * 100 + b"\n\n"
    streams = encoders(name, False, 3)
    for stream in streams:
        stream.write(b":\n\n")
    made = [stream.write(frame) for stream in streams]
    assert made[0] is made[1] is made[2]
    assert len(made[0]) < len(frame) / 10


def test_what_is_kept_of_it_is_bounded() -> None:
    """Also where one write is larger than all that may be kept."""
    blocks = Gzip.make_blocks()
    for size in (10, 600_000, 600_000, 3_000_000):
        stream = Gzip(blocks)
        assert gzip.decompress(stream.write(bytes(size)) + stream.end()) == bytes(size)
        assert blocks._bytes == sum(len(data) + len(block) for data, block in blocks._blocks.items()) <= 1_000_000


CHROMIUM = "gzip, deflate, br, zstd"


@pytest.mark.parametrize(
    ("accepted", "own", "shared"),
    [
        (CHROMIUM, "br", "zstd"),
        ("gzip, deflate", "gzip", "gzip"),
        ("GZIP", "gzip", "gzip"),
        ("br", "br", None),
        ("zstd;q=0.9, br;q=0.8", "zstd", "zstd"),
        ("gzip, zstd;q=0.9, br;q=0.9", "gzip", "gzip"),
        ("*", "br", "zstd"),
        ("*;q=0.1", "br", "zstd"),
        ("*, br;q=0", "zstd", "zstd"),
        ("br;q=0, zstd;q=0.000, gzip", "gzip", "gzip"),
        ("gzip, *;q=0", "gzip", "gzip"),
        ("*;q=0", None, None),
        ("gzip;q=0", None, None),
        ("", None, None),
        ("deflate, compress", None, None),
        ("identity", None, None),
        ("identity, gzip;q=0.5", None, None),
        ("identity;q=0.5, gzip", "gzip", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip", "gzip"),
    ],
)
def test_a_client_gets_what_it_likes_best(accepted: str, own: str | None, shared: str | None) -> None:
    """What it does not say it leaves to us (RFC 9110, 12.5.3)."""
    for memory, expected in ((AMPLE, own), (0, shared)):
        encoder = Compressor(Compression(memory)).encoder(accept(accepted), [])
        assert (None if encoder is None else encoder.name) == expected


@pytest.mark.parametrize(
    ("encodings", "own", "shared"),
    [
        (["gzip", "zstd"], "gzip", "gzip"),
        (["zstd"], "zstd", "zstd"),
        (["br"], "br", None),
        (("zstd", "br"), "zstd", "zstd"),
    ],
)
def test_an_app_says_which_it_has(encodings: Sequence[str], own: str, shared: str | None) -> None:
    """And what it likes best. What cannot be shared is not, when memory is used up."""
    compressor = Compressor(Compression(OWN[own].size, encodings))
    names = [getattr(compressor.encoder(accept(CHROMIUM), []), "name", None) for _ in range(2)]
    assert names == [own, shared]


def test_memory_is_what_compressors_take() -> None:
    """The next best has one where the best has no room; then all share, until one gives its memory back."""
    compressor = Compressor(Compression(2 * OWN["br"].size + OWN["gzip"].size))
    exits: list[Callable[[], object]] = []
    made = [compressor.encoder(accept(CHROMIUM), exits) for _ in range(5)]
    assert [(one.name, isinstance(one, OwnEncoder)) for one in made if one is not None] == [
        ("br", True),
        ("br", True),
        ("gzip", True),
        ("zstd", False),
        ("zstd", False),
    ]
    assert compressor.free == 0
    exits.pop(0)()
    assert compressor.free == OWN["br"].size
    again = compressor.encoder(accept(CHROMIUM), exits)
    assert again is not None
    assert again.name == "br"
    for leave in exits:
        leave()
    assert compressor.free == 2 * OWN["br"].size + OWN["gzip"].size


def test_what_is_given_back_is_free() -> None:
    """Whoever still holds what was written through."""
    gone: list[None] = []

    class Held:
        def __del__(self) -> None:
            gone.append(None)

    own, held = OwnEncoder("gzip"), Held()
    own._end = lambda held=held: b""  # type: ignore[misc]
    del held
    gc.disable()
    try:
        own.close()
    finally:
        gc.enable()
    assert gone == [None]


@pytest.mark.parametrize(("name", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_what_is_not_installed_is_not_offered(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor asked for in vain: what to install is said."""
    monkeypatch.setitem(sys.modules, package, None)
    for memory in (0, AMPLE):
        encoder = Compressor(Compression(memory)).encoder(accept(f"{name}, gzip;q=0.1"), [])
        assert encoder is not None
        assert encoder.name == "gzip"
    with pytest.raises(MissingExtraError, match=rf"'{name}' needs the package {package}(.|\n)*rhialto\[compress\]"):
        Compression(AMPLE, ["gzip", name])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"encodings": "br"}, "encodings names each encoding once"),
        ({"encodings": []}, "encodings names each encoding once"),
        ({"encodings": 5}, "encodings names each encoding once"),
        ({"encodings": [["gzip"]]}, "encodings names each encoding once"),
        ({"encodings": {"gzip"}}, "encodings names each encoding once"),
        ({"encodings": ["gzip", "gzip"]}, "encodings names each encoding once"),
        ({"encodings": ["deflate"]}, "some of 'br', 'zstd' and 'gzip'"),
        ({"encodings": ["br"]}, "'br' cannot be shared"),
        ({"memory": -1}, "memory is a number of bytes, 210,000 or more, or 0 for none"),
        ({"memory": 209_999}, "210,000"),
        ({"memory": 800_000, "encodings": ["br"]}, "1,220,000"),
        ({"memory": True}, "memory is a number of bytes"),
        ({"memory": 64e6}, "memory is a number of bytes"),
        ({"memory": "64 MB"}, "memory is a number of bytes"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, Any], complaint: str) -> None:
    """At once, with what would do."""
    with pytest.raises(RegistrationError, match=complaint):
        Compression(**settings)


def test_what_is_no_setting_is_refused() -> None:
    """Such as the name of an encoding."""
    with pytest.raises(RegistrationError, match="compress is True, False or a Compression"):
        Small(compress="gzip")


def site(compress: bool | Compression = True) -> Small:
    """An app with a stream that stays open, and one that does not."""
    small = Small(compress=compress)

    @small.app.get("/keyed")
    async def keyed() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"n": 1}]], key="key")

    @small.app.get("/bare")
    async def bare() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"n": 1}]])

    return small


def free(small: Small) -> int:
    """How much of the memory nobody has."""
    compressor = small.live._compressor
    assert compressor is not None
    return compressor.free


@ways
@pytest.mark.parametrize("cause", ["closed", "shutdown", "replaced"])
async def test_a_stream_is_compressed_to_its_end(cause: str, name: str, own: bool) -> None:
    """Whatever it says at last."""
    small = site(Compression(AMPLE if own else 0))
    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/keyed", headers={"Accept-Encoding": f"deflate, {name}"}) as stream:
            assert stream.headers["Content-Encoding"] == name
            assert "Accept-Encoding" in stream.headers["Vary"].split(", ")
            assert free(small) == (AMPLE - OWN[name].size if own else 0)
            said = [["broadcast", {"pattern": [ANY, "key"]}, ["patch-signals", {"n": 2}]]]
            (await small.dispatch(said)).raise_errors()
            small.dispatch.plugin("connections").disconnect([ANY, "key"], cause)  # type: ignore[attr-defined]
            async for _ in stream:
                pass
        body = READERS[name]()(stream.body)
        assert [event.signals for event in SSEParser().feed(body)] == [{"n": 1}, {"n": 2}]
        assert (b"retry: " in body) == (cause != "closed")
        assert free(small) == (AMPLE if own else 0)


async def test_a_stream_without_a_key_is_compressed_too() -> None:
    """It is whole when its effects are done."""
    small = site()
    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/bare", headers={"Accept-Encoding": "gzip"}) as stream:
            async for _ in stream:
                pass
        assert SSEParser().feed(gzip.decompress(stream.body))[0].signals == {"n": 1}


@pytest.mark.parametrize(
    ("accepted", "compress"), [("", True), ("br", True), ("gzip;q=0", True), ("identity", True), ("gzip", False)]
)
async def test_who_does_not_take_it_gets_it_plain(accepted: str, compress: bool) -> None:
    """Nor does anybody where it is not asked for."""
    small = site(compress)
    async with small.app.test_app():
        client = await small.visitor()
        async with open_sse(client, "/keyed", headers={"Accept-Encoding": accepted}) as stream:
            assert "Content-Encoding" not in stream.headers
            assert ("Accept-Encoding" in stream.headers.get("Vary", "")) == compress
            assert (await stream.event()).signals == {"n": 1}


@pytest.mark.parametrize("end", ["drop", "never read", "not begun", "not sent"])
async def test_memory_is_given_back_however_a_stream_ends(end: str) -> None:
    """By whoever it is ended, and whatever has become of its answer."""
    small = site(Compression(AMPLE))
    taken: list[int] = []

    @small.app.after_request
    async def look(response: Response) -> Response:
        taken.append(AMPLE - free(small))
        if end == "not begun" and taken[-1]:
            raise ValueError
        return Response("another") if end == "not sent" and taken[-1] else response

    async with small.app.test_app():
        client = await small.visitor()
        with trio.fail_after(5):
            if end in ("drop", "never read"):
                async with open_sse(client, "/keyed", headers={"Accept-Encoding": CHROMIUM}) as stream:
                    await (stream.drop() if end == "drop" else trio.testing.wait_all_tasks_blocked())
            else:
                headers = {"Accept-Encoding": CHROMIUM, "Datastar-Request": "true"}
                answer = await client.get("/bare", headers=headers)
                assert answer.status_code == (500 if end == "not begun" else 200)
        assert OWN["br"].size in taken
        assert free(small) == AMPLE


async def test_memory_is_given_back_where_compressing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream ends; its memory is others'."""

    def fail(own: OwnEncoder, data: bytes) -> bytes:
        raise MemoryError

    small = site(Compression(AMPLE))
    monkeypatch.setattr(OwnEncoder, "write", fail)
    async with small.app.test_app():
        client = await small.visitor()
        with pytest.raises(BaseExceptionGroup):
            await client.get("/bare", headers={"Accept-Encoding": CHROMIUM, "Datastar-Request": "true"})
        assert free(small) == AMPLE


class Watching:
    """A real client of a real server, which decodes what comes as it comes."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._name = name
        self.said: list[object] = []

    async def run(self, task_status: trio.TaskStatus[None]) -> None:
        """Read to the end."""
        async with await connect(self._server) as page:
            cookie = (await ask(page, "/", b"hello")).decode().partition("set-cookie: ")[2].partition(";")[0]
        headers = {"Host": "a", "Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Accept-Encoding": self._name}
        read, parser, client = READERS[self._name](), SSEParser(), h11.Connection(h11.CLIENT)
        async with await connect(self._server) as stream:
            asked = client.send(h11.Request(method="GET", target="/sse", headers=list(headers.items())))
            await stream.send_all(asked or b"")
            client.send(h11.EndOfMessage())
            while not isinstance(event := client.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    client.receive_data(bytes(await stream.receive_some()))
                elif isinstance(event, h11.Response):
                    assert (b"content-encoding", self._name.encode()) in list(event.headers)
                    task_status.started()
                elif isinstance(event, h11.Data):
                    for found in parser.feed(read(bytes(event.data))):
                        self.said += [found.signals["said"]] if found.signals and "said" in found.signals else []


@ways
@pytest.mark.parametrize("direct_writes", [True, False])
async def test_a_real_client_sees_each_event_as_it_comes(name: str, own: bool, direct_writes: bool) -> None:
    """Small ones, large ones and heartbeats, over a socket, until the server stops."""
    memory = Compression(AMPLE if own else 0)
    async with (
        serving(compress=memory, direct_writes=direct_writes, heartbeat=0.01) as server,
        trio.open_nursery() as nursery,
    ):
        clients = [Watching(server, name) for _ in range(2)]
        for client in clients:
            await nursery.start(client.run)
        texts = [f"{number} ‽" * (100_000 if number == 3 else number) for number in range(1, 7)]
        for number, text in enumerate(texts, 1):
            said = ["broadcast", {"pattern": [ANY, "page"]}, ["patch-signals", {"said": text}]]
            (await server.dispatch([said])).raise_errors()
            while any(len(client.said) < number for client in clients):  # noqa: ASYNC110 - they have nobody to tell
                await trio.sleep(0.01)
        server.stop.set()
    assert all(client.said == texts for client in clients)
    assert server.live._compressor is not None
    assert server.live._compressor.free == memory.memory
