"""Runs tests in forks of a process that has imported what they need of others: `python -P tests/warm.py`.

Each line of its input is a run, in JSON: its folder, its arguments for pytest, and what is added to its environment.
Each line of its output is what came of it, in JSON: the exit code, and what was said. Nothing of this project may be
imported here, since each run has code of its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
from tempfile import TemporaryFile
from typing import IO, NoReturn

import pytest

NEEDED = ("hypercorn.trio", "hypothesis", "jsonschema", "pydantic", "quart_trio", "rich.console", "trustme")
"""Of others, and slow to import."""
LONGEST = 900
"""Seconds that a run may take."""


def run(folder: str, arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run tests in a fork. Its exit code, as `subprocess` has it, and what it said."""
    with TemporaryFile("w+") as said:
        child = os.fork()
        if not child:
            _test(folder, arguments, environment, said)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return code, said.read()


def _test(folder: str, arguments: list[str], environment: dict[str, str], said: IO[str]) -> NoReturn:
    for stream in (1, 2):
        os.dup2(said.fileno(), stream)
    signal.alarm(LONGEST)
    os.chdir(folder)
    os.environ |= {**environment, "PYTHONPATH": folder}
    sys.path.insert(0, folder)
    code = 3
    try:
        code = int(pytest.main(["-W", "ignore::pytest.PytestAssertRewriteWarning", *arguments]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    for name in NEEDED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(run(*json.loads(line))), flush=True)
