"""Do what the README says, as somebody would who has just come: `python .ci/visit.py VENV`.

Runs `make demo` on a free port, opens its page and the page's stream, greets somebody, hears of it on the stream, and
stops it as Ctrl-C does. Ends with an exit code other than 0 where any of that fails, or takes too long.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPResponse

START, ANSWER, STOP = 300.0, 30.0, 30.0
"""Seconds in which the server must run, installation included; in which it must answer; and in which it must stop."""
DATASTAR = {"Datastar-Request": "true"}


def visit(venv: str) -> None:
    """All of it. Raises whatever goes wrong."""
    command = ["make", "demo", f"VENV={venv}", f"PYTHON={sys.executable}", "BIND=127.0.0.1:0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        too_late = threading.Timer(START, os.killpg, [process.pid, signal.SIGKILL])
        too_late.start()
        try:
            greet(port_of(process))
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=STOP)
        finally:
            too_late.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that it runs on, once it says so; what it says before is passed on."""
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        if found := re.search(r"Running on http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise RuntimeError("the demo does not run")


def greet(port: int) -> None:
    """Greet somebody, and see it arrive."""
    page = asked(port, "GET", "/", {})
    assert b"<!doctype html>" in page.read().lower()
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
    stream = asked(port, "GET", "/sse/home", {**cookie, **DATASTAR})
    wait_for(stream, b'data: signals {"connected":true}')
    asked(port, "POST", "/greet", {**cookie, **DATASTAR, "Content-Type": "application/json"}, '{"name": "Ann"}')
    wait_for(stream, b"Hello, Ann")
    print("The page answers, and its stream brings what was said")


def asked(port: int, method: str, path: str, headers: dict[str, str], body: str | None = None) -> HTTPResponse:
    """The answer to a request, which must be a good one; a stream's is still to be read."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    assert answer.status == 200, (path, answer.status, answer.read())
    return answer


def wait_for(stream: HTTPResponse, text: bytes) -> None:
    """Read on until a line has it."""
    while text not in (line := stream.readline()):
        assert line, "the stream has ended"


if __name__ == "__main__":
    visit(sys.argv[1])
