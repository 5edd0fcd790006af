"""Under `serve`: an end that can be asked about, and an exit code that says how it was. Under the command: a reload."""

from __future__ import annotations

import json
import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import trio

from tests.browser.command import Command, command, serving
from tests.faults.client import PATIENCE, Raw, connect, eventually, visit
from tests.faults.test_slow import say

pytestmark = pytest.mark.slow


def served(**options: object) -> AbstractContextManager[Command]:
    """The app for faults, under `serve`."""
    return serving(["-m", "tests.faults.served"], OPTIONS=json.dumps(options), PYTHONWARNINGS="error")


async def asked(port: int, path: str) -> bytes:
    """Return what a request without a cookie gets."""
    async with await connect(port) as stream:
        await stream.send_all(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        return b"".join([bytes(chunk) async for chunk in stream])


async def ready(port: int) -> bytes:
    """The status of the route that a load balancer asks."""
    return (await asked(port, "/ready")).split()[1]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_streams_end_cleanly_and_so_does_the_server(told: signal.Signals) -> None:
    """At once, unless it is to drain."""
    with served() as server:
        cookie = await visit(server.port)
        stream = await Raw.open(server.port, cookie)
        assert await ready(server.port) == b"200"
        server.tell(told)
        assert (await stream.to_the_end()).endswith(b"0\r\n\r\n")
        assert await trio.to_thread.run_sync(server.wait) == 0
        await stream.stream.aclose()


async def test_while_it_drains_it_is_not_ready_and_takes_no_new_streams() -> None:
    """Those that are open go on, and other requests are answered; a second signal ends it."""
    with served(drain=60) as server:
        cookie = await visit(server.port)
        stream = await Raw.open(server.port, cookie)
        server.tell(signal.SIGTERM)
        with trio.fail_after(PATIENCE):
            while await ready(server.port) != b"503":
                await trio.lowlevel.checkpoint()
        newcomer = await Raw.ask(server.port, cookie, "/sse/b")
        await newcomer.until(b"retry: ")
        assert b"open" not in newcomer.read
        await say(server.port, cookie, "hello", 1)
        await stream.until(b"hello")
        server.tell(signal.SIGTERM)
        assert (await stream.to_the_end()).endswith(b"0\r\n\r\n")
        assert await trio.to_thread.run_sync(server.wait) == 0
        for raw in (stream, newcomer):
            await raw.stream.aclose()


async def test_who_does_not_want_to_wait_tells_it_again() -> None:
    """Whatever it is waiting for: it ends, and as a process that has done what it was told."""
    with served(drain=60, graceful_timeout=60) as server:
        cookie = await visit(server.port)
        waiting = await Raw.ask(server.port, cookie, "/wait")
        await waiting.until(b"200")
        for _ in range(2):
            server.tell(signal.SIGTERM)
            await trio.sleep(0.2)  # or two of them are one
        for told in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):  # both, before it does the first
            server.tell(told)
        assert await trio.to_thread.run_sync(server.wait) == 0
        await waiting.stream.aclose()


async def test_draining_ends_by_itself() -> None:
    """After so many seconds."""
    with served(drain=0.2) as server:
        server.tell(signal.SIGTERM)
        assert await trio.to_thread.run_sync(server.wait) == 0


def test_who_supervises_learns_that_it_was_killed() -> None:
    """The process that was started is the one that served (fault F)."""
    with served() as server:
        os.kill(server.pid, signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL


def test_the_command_says_nothing_of_a_worker_that_was_killed() -> None:
    """Fault F, which the guide warns of: once this fails, hypercorn has mended it."""
    with command("tests.faults.app:app") as server:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        workers = [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        assert len(workers) == 1
        os.kill(workers[0], signal.SIGKILL)
        assert server.wait() == 0


async def test_a_reload_ends_streams_cleanly_and_clients_come_back() -> None:
    """SIGHUP under the command: a new worker takes over, and nobody is refused meanwhile."""
    with command("tests.faults.app:app", PYTHONWARNINGS="error") as server:
        cookie = await visit(server.port)
        streams = [await Raw.open(server.port, cookie, f"/sse/{number}") for number in range(20)]
        server.tell(signal.SIGHUP)
        async with trio.open_nursery() as nursery:
            for stream in streams:
                nursery.start_soon(stream.to_the_end)
        assert all(b"\r\nretry: " in stream.read and stream.read.endswith(b"0\r\n\r\n") for stream in streams)
        again = [await Raw.open(server.port, cookie, f"/sse/{number}") for number in range(20)]
        assert (await eventually(server.port, lambda now: bool(now["open"] == 20)))["causes"] == {}
        server.tell(signal.SIGTERM)
        assert await trio.to_thread.run_sync(server.wait) == 0
        for raw in (*streams, *again):
            await raw.stream.aclose()
