"""`serve`, in this process."""

from __future__ import annotations

import signal
import ssl
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
import trustme
from quart.typing import ResponseReturnValue

from effects import RegistrationError
from plugins.http import serve
from tests.plugins.http.small import DATASTAR, Small


async def test_it_ends_when_the_process_is_told_to_and_speaks_http_1(tmp_path: Path) -> None:
    """Also with whoever would rather speak HTTP/2."""
    authority, file = trustme.CA(), tmp_path / "certificate.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(file))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    small = Small()
    served = partial(serve, small.live, "127.0.0.1:0", certfile=str(file), keyfile=str(file), errorlog=None)
    async with trio.open_nursery() as nursery:
        (bound,) = await nursery.start(served)
        port = int(bound.rpartition(":")[2])
        stream = await trio.open_ssl_over_tcp_stream("127.0.0.1", port, ssl_context=context, https_compatible=True)
        async with stream:
            await stream.send_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 200")
            assert stream.selected_alpn_protocol() == "http/1.1"
        signal.raise_signal(signal.SIGTERM)


async def test_told_often_enough_it_ends_at_once() -> None:
    """Whatever there is to wait for; what is told after that changes nothing."""
    small = Small()
    begun = trio.Event()

    @small.app.after_serving
    async def linger() -> None:
        begun.set()
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        await nursery.start(partial(serve, small.live, "127.0.0.1:0", drain=60, errorlog=None))
        for _ in range(2):
            signal.raise_signal(signal.SIGTERM)
            await trio.testing.wait_all_tasks_blocked(0.01)
        await begun.wait()
        for _ in range(2):
            signal.raise_signal(signal.SIGTERM)
            await trio.lowlevel.checkpoint()


async def test_who_drains_is_not_ready_until_it_starts_again() -> None:
    """New streams are told to come back, to another server if there is one; other requests are answered."""
    small = Small()

    @small.app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await small.live.stream([], key="key")

    @small.app.get("/ready")
    async def ready() -> ResponseReturnValue:
        return {"ready": small.live.ready}

    client = small.app.test_client()
    for _ in range(2):
        async with small.app.test_app():
            await client.get("/")
            assert await (await client.get("/ready")).get_json() == {"ready": True}
            small.live.drain()
            assert await (await client.get("/ready")).get_json() == {"ready": False}
            refused = await client.get("/sse", headers=DATASTAR)
            assert (await refused.get_data(as_text=True)).startswith("retry: ")
            assert (await client.get("/sse", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 503


REFUSED = [
    ({"drain": -1}, "drain"),
    ({"drain": "1"}, "drain"),
    ({"certfle": "a"}, "write certfile"),
    ({"_bind": "a"}, "no setting '_bind'"),
    ({"from_mapping": "a"}, "no setting 'from_mapping'"),
    ({"workers": 2}, "of the hypercorn command"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
async def test_what_cannot_be_set_is_refused(options: dict[str, object], message: str) -> None:
    """Before anything is bound."""
    with pytest.raises(RegistrationError, match=message):
        await serve(Small().live, "127.0.0.1:0", **options)  # type: ignore[arg-type]
