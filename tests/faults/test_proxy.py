"""Behind a real nginx, set up as the guide says: events pass at once, who leaves is noticed, and idle streams live."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from tests.browser.command import Command
from tests.faults.client import H2, Raw, connect, eventually, visit
from tests.faults.test_slow import say

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "http2.md"
_AROUND = """\
daemon off; pid {folder}/pid; error_log stderr error; events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    proxy_read_timeout 2s;
    server {{ listen 127.0.0.1:{plain}; {location} }}
    server {{ listen 127.0.0.1:{http2} http2; {location} }}
}}
"""


def free_ports() -> tuple[int, int]:
    """Two ports that nobody listens on: both are taken before one is let go, or they might be the same."""
    with socket.socket() as plain, socket.socket() as http2:
        for free in (plain, http2):
            free.bind(("127.0.0.1", 0))
        return int(plain.getsockname()[1]), int(http2.getsockname()[1])


@pytest.fixture
def proxy(server: Command, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """nginx before the server: its ports for HTTP/1.1 and for HTTP/2. What it complains of fails the test."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is missing: apt-get install nginx-light")
    found = re.search(r"location / \{.*?\n    \}", GUIDE.read_text(), re.DOTALL)
    assert found
    location = found[0].replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    ports = free_ports()
    configured = _AROUND.format(folder=tmp_path, location=location, plain=ports[0], http2=ports[1])
    (tmp_path / "nginx.conf").write_text(configured)
    tmp_path.chmod(0o755)
    command = [nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield ports
        finally:
            process.terminate()
            _, said = process.communicate(timeout=20)
            assert said == ""


async def listening(port: int) -> None:
    """Wait until somebody listens on a port."""
    with trio.fail_after(20):
        while True:
            try:
                await (await connect(port)).aclose()
            except OSError:
                await trio.sleep(0.02)
            else:
                return


async def test_events_pass_a_proxy_at_once_and_who_leaves_is_noticed(server: Command, proxy: tuple[int, int]) -> None:
    """Over HTTP/1.1."""
    await listening(proxy[0])
    cookie = await visit(proxy[0])
    stream = await Raw.open(proxy[0], cookie)
    await say(server.port, cookie, "hello", 10)
    await stream.until(b'"said":"hello"')
    await stream.stream.aclose()
    await eventually(server.port, lambda now: bool(now["open"] == 0))


async def test_an_idle_stream_lives_behind_a_proxy_that_closes_what_is_idle(
    server: Command, proxy: tuple[int, int]
) -> None:
    """Heartbeats are something."""
    await listening(proxy[0])
    cookie = await visit(proxy[0])
    stream = await Raw.open(proxy[0], cookie)
    with trio.fail_after(20):
        while stream.read.count(b"\n:\n\n") < 12:  # at 0.3 s each, longer than the proxy's 2 s
            stream.read += bytes(await stream.stream.receive_some())
    await say(server.port, cookie, "hello", 10)
    await stream.until(b'"said":"hello"')
    await stream.stream.aclose()


async def test_many_streams_pass_a_proxy_over_one_connection(server: Command, proxy: tuple[int, int]) -> None:
    """Over HTTP/2, which the server behind it does not speak."""
    await listening(proxy[1])
    cookie = await visit(proxy[0])
    client = await H2.connect(proxy[1])
    streams = [await client.ask(f"/sse/{number}", cookie) for number in range(20)]
    await client.until(lambda: all(b"open" in client.read[one] for one in streams))
    posted = await client.ask("/say/10/hello", cookie, "POST")
    await client.until(lambda: all(b'"said":"hello"' in client.read[one] for one in streams))
    await client.until(lambda: posted in client.ended)
    client.protocol.reset_stream(streams[0])
    await client.flush()
    await eventually(server.port, lambda now: bool(now["open"] == 19))
    await client.stream.aclose()
    await eventually(server.port, lambda now: bool(now["open"] == 0))
