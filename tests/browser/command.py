"""A server in a process of its own, such as the plain `hypercorn` command: it can be stopped, and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import final

__all__ = ["Command", "command", "serving"]

_LONGEST = 30.0
"""How long stopping may take, in seconds."""
ROOT = Path(__file__).parents[2]


@final
class Command:
    """A command of Python's that serves on one port, which stays the same; what it binds to is its last argument."""

    def __init__(self, args: Sequence[str], environment: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        bind = f"127.0.0.1:{self.port}"
        self.url = f"http://{bind}"
        """Where it is, or will be again; without a slash at the end."""
        self._args = [sys.executable, *args, bind]
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[str] | None = None
        self.may_say: str | None = None
        """What is in lines of the log that are expected; all others fail the test."""

    def start(self) -> None:
        """Start, and wait until it can be reached."""
        self._process = subprocess.Popen(self._args, cwd=ROOT, env=self._environment, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        begun = self._process.stderr.readline()
        assert f"Running on {self.url}" in begun, begun + self._process.stderr.read()

    def tell(self, sign: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(sign)

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self._process is not None
        return self._process.pid

    def wait(self) -> int:
        """Wait for an end that comes by itself. The exit code."""
        assert self._process is not None
        process, self._process = self._process, None
        process.communicate(timeout=_LONGEST)
        return process.returncode

    def stop(self) -> None:
        """Send SIGTERM, and wait for the end. It must be a clean one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            _, said = process.communicate(timeout=_LONGEST)
        finally:
            process.kill()
        unexpected = [line for line in said.splitlines() if self.may_say is None or self.may_say not in line]
        assert (process.returncode, unexpected) == (0, [])


@contextmanager
def command(app: str, **environment: str) -> Generator[Command]:
    """Run `hypercorn -k trio`, with more in its environment. `stop` and `start` in between as you like."""
    with serving(["-m", "hypercorn", "-k", "trio", app, "--bind"], **environment) as running:
        yield running


@contextmanager
def serving(args: Sequence[str], **environment: str) -> Generator[Command]:
    """Run another command that serves, as `command` does."""
    running = Command(args, environment)
    running.start()
    try:
        yield running
    finally:
        running.stop()
