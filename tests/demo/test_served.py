"""The demo under the plain `hypercorn` command, with real clients."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from plugins.http.testing import Event, SSEParser

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


class Served:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.log = ""
        assert process.stderr
        for line in process.stderr:
            self.log += line
            if found := re.search(r"Running on (http://\S+)", line):
                self.url = found[1]
                return
        raise AssertionError(self.log)


@pytest.fixture
def served() -> Iterator[Served]:
    """The demo on a free port; it is gone at the end."""
    command = [sys.executable, "-m", "hypercorn", "-k", "trio", "--bind", "127.0.0.1:0", "tests.demo.served:app"]
    env = {**os.environ, "SECRET_KEY": "not very", "PYTHONWARNINGS": "error"}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Served(process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


class Page:
    """A browser without a screen: it has opened the page, then its stream."""

    def __init__(self, client: httpx.Client, response: httpx.Response) -> None:
        self.client = client
        self._chunks = response.iter_raw()
        self._parser = SSEParser()
        self._events: list[Event] = []

    def event(self) -> Event:
        """The next event."""
        while not self._events:
            self._events += self._parser.feed(next(self._chunks))
        return self._events.pop(0)

    def ended(self) -> bool:
        """Whether the stream ends cleanly, with nothing more than when to come back; waits for it."""
        return re.fullmatch(rb"retry: [1-4]\d\d\d\n\n", b"".join(self._chunks)) is not None


@contextmanager
def browse(served: Served) -> Generator[Page]:
    """Open the home page and its stream, and read its first two events."""
    with httpx.Client(base_url=served.url, timeout=10) as client:
        assert client.get("/").status_code == 200
        with client.stream("GET", "/sse/home", headers={"Datastar-Request": "true"}) as response:
            page = Page(client, response)
            assert page.event().data == 'signals {"connected":true}'
            assert "Nobody has been greeted" in page.event().data
            yield page


def connected(served: Served) -> int:
    """How many connections the server has stored."""
    return int(httpx.get(f"{served.url}/test/connected").json()["connected"])


def test_two_streams_receive_a_greeting_escaped(served: Served) -> None:
    """From one of them, and from a form that was posted without JavaScript."""
    with browse(served) as one, browse(served) as two:
        posted = one.client.post("/greet", json={"name": "<script>"}, headers={"Datastar-Request": "true"})
        assert posted.status_code == 200
        for page in (one, two):
            assert "Hello, &lt;script&gt;<" in page.event().data
        plain = two.client.post("/greet", data={"name": "Ben"})
        assert (plain.status_code, plain.headers["location"]) == (303, "/")
        for page in (one, two):
            assert "Hello, Ben<" in page.event().data
        assert "Hello, Ben<" in two.client.get("/").text


def test_a_stream_that_leaves_is_gone_within_a_second(served: Served) -> None:
    """And the other one stays."""
    with browse(served):
        with browse(served):
            assert connected(served) == 2
        left = time.monotonic()
        while connected(served) != 1:
            assert time.monotonic() < left + 1


def test_sigterm_with_streams_open_ends_them_cleanly_in_under_two_seconds(served: Served) -> None:
    """With kept-alive connections, too; exit code 0, and nothing on the log that looks like an error."""
    with browse(served) as one, browse(served) as two:
        one.client.get("/about")
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=2) == 0
        assert one.ended()
        assert two.ended()
    assert served.process.stderr
    assert served.process.stderr.read() == ""
