"""A server that takes part, and its clients: two processes, and what the first of them has used."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast, final

__all__ = ["APPS", "Server", "servers"]

APPS = {
    "rhialto": "rhialto_app",
    "Starlette, uvicorn": "starlette_app",
    "datastar-py, Quart, hypercorn asyncio": "datastar_py_app",
    "QuartTrio by hand, hypercorn trio": "quart_trio_app",
    "bare ASGI, hypercorn trio": "asgi_app",
}
_SETTLE = 0.05
"""Seconds in which a server finishes what it does after the last byte has been read."""
_CPUCLOCK_SCHED = 2
"""What makes the number of a process the id of its clock, as clock_getcpuclockid(3) does."""
_ROOT = Path(__file__).parents[1]


@final
class Server:
    """One server in a process, and its clients in another."""

    def __init__(self, app: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        self._app = app
        self._server = _python(f"benchmarks._peers.{app}", port)
        self._clients = _python("benchmarks._client", port)

    def tell(self, what: str, *arguments: float | str) -> list[float]:
        """Have the clients do something. What came of it."""
        self.begin(what, *arguments)
        return self.finish()

    def begin(self, what: str, *arguments: float | str) -> None:
        """Have the clients begin with something."""
        assert self._clients.stdin is not None
        print(json.dumps([what, *arguments]), file=self._clients.stdin, flush=True)

    def finish(self) -> list[float]:
        """Wait until they are done with it. What came of it."""
        assert self._clients.stdout is not None
        answer = self._clients.stdout.readline()
        if not answer:
            raise RuntimeError(f"the clients of {self._app} have failed; what they said is above")
        return cast("list[float]", json.loads(answer))

    def cost(self, what: str, *arguments: float | str) -> tuple[float, list[float]]:
        """Microseconds of the server's CPU for each event, and what came of it: first of all, how many there were."""
        before = self._cpu()
        came = self.tell(what, *arguments)
        time.sleep(_SETTLE)
        return (self._cpu() - before) / came[0] * 1e6, came

    @property
    def memory(self) -> float:
        """KiB that the server has in memory."""
        pages = int(Path(f"/proc/{self._server.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024

    def _cpu(self) -> float:
        """Seconds of CPU that the server has used, its own and the kernel's for it, to the nanosecond."""
        return time.clock_gettime((~self._server.pid << 3) | _CPUCLOCK_SCHED)

    def stop(self) -> None:
        """End both."""
        for process in (self._clients, self._server):
            process.kill()
            process.communicate()


@contextmanager
def servers(apps: Iterable[str], streams: int = 0) -> Generator[dict[str, Server]]:
    """Those servers, each with so many streams open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # inherited by the servers
    with ExitStack() as stack:
        started: dict[str, Server] = {}
        for who in apps:
            started[who] = Server(APPS[who])
            stack.callback(started[who].stop)
            started[who].begin("open", streams)
        for server in started.values():
            server.finish()
        yield started


def _python(module: str, port: int) -> subprocess.Popen[str]:
    args = [sys.executable, "-m", module, str(port)]
    return subprocess.Popen(args, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
