"""A client whose network vanishes without a word: run in a network of its own, `unshare --net python -m ...`.

Nothing closes: the one interface goes down, and from then on neither side hears anything of the other. Prints the cause
with which the stream ended, or `never noticed`.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import sys

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import create_dispatch
from plugins.connections import Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live

_SIOCSIFFLAGS = 0x8914  # Linux: linux/sockios.h
_IFF_UP = 1
_PATIENCE = 15


def set_interface(up: bool) -> None:
    """Bring the loopback interface up or down."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP if up else 0))


async def vanish(peer_timeout: float, chatty: bool) -> str:
    """Serve a stream, open it, and take the network away; how it ended."""
    connections = Connections()
    dispatch = create_dispatch([Datastar(), connections, Http()])
    app = QuartTrio(__name__)
    app.secret_key = "not very"
    live = Live(app, dispatch, peer_timeout=peer_timeout)

    @app.get("/")
    async def home() -> str:
        return "<p>"

    @app.get("/sse")
    async def sse() -> ResponseReturnValue:
        return await live.stream([["patch-signals", {}]], key="page")

    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.errorlog = None
    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(serve, app, config)
        client = await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))
        await client.send_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        page = await client.receive_some()
        cookie = page.split(b"Set-Cookie: " if b"Set-Cookie: " in page else b"set-cookie: ")[1].split(b";")[0]
        await client.send_all(
            b"GET /sse HTTP/1.1\r\nHost: a\r\nDatastar-Request: true\r\nCookie: " + cookie + b"\r\n\r\n"
        )
        while b"patch-signals" not in page:
            page += await client.receive_some()
        (connection,) = connections.store
        set_interface(up=False)
        with trio.move_on_after(_PATIENCE):
            while connection.cause is None:
                if chatty:
                    await dispatch([["broadcast", {"pattern": [connection.scope, "page"]}, ["patch-signals", {}]]])
                await trio.sleep(0.2)
        noticed = connection.cause or "never noticed"
        set_interface(up=True)
        nursery.cancel_scope.cancel()
    return noticed


if __name__ == "__main__":
    set_interface(up=True)
    print(trio.run(vanish, float(sys.argv[1]), sys.argv[2] == "chatty"))
