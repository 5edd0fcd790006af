"""A page of documentation, taken at its word.

A fenced block that begins with a file's name in a comment is that file: it is written out, and a later block of the
same name replaces it, as a reader would do. One of a file of the demo is an excerpt, and must stand there as it is. A
`console` block is run, command by command, in the folder so far, and what is printed must be what the page shows. A
command that fails is followed by `echo $?`, which shows its exit code. Other fenced blocks may only be `text`.

`pip install -q -e .` installs into a folder beside, without a network, and that folder is on the path from then on.
What is in the page's own folder comes before it on the path, so it is as good as editable.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Shown", "blocks", "follow"]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"(?:#|<!--|/\*) ([\w./-]+\.\w+)(?: -->| \*/)?\n")
_TIME = re.compile(r" in \d+\.\d+s|\d+\.\d ms")
_ROOT = Path(__file__).parents[2]
_FREE = "127.0.0.1:0"
_CODE = "echo $?"
_COLOURED = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""With these, what is printed would not be what a reader sees who prints it to a file."""
_MODULES = frozenset({"hypercorn", "pytest"})
_INSTALL = ["pip", "install", "-q", "-e", "."]
_OFFLINE = ["--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One fenced block: its language, the name of its file if it is one, and what is in it."""

    language: str
    name: str | None
    text: str


def blocks(page: Path) -> list[Shown]:
    """The fenced blocks of a page, in order."""
    found: list[Shown] = []
    for language, text in _FENCE.findall(page.read_text()):
        named = _NAME.match(text)
        found.append(Shown(language, named[1] if named else None, text[named.end() :] if named else text))
    return found


def follow(page: Path, folder: Path) -> int:
    """Do what a page says, in a folder. How many commands were run; raises `AssertionError` where it is not so."""
    ran = 0
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    for block in blocks(page):
        if block.name is not None and block.name.startswith("demo/"):
            excerpt = block.text.strip("\n")
            assert excerpt in (_ROOT / block.name).read_text(), f"{page.name}: not in {block.name}:\n{excerpt}"
        elif block.name is not None:
            file = folder / block.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
        elif block.language == "console":
            ran += _run_all(block.text, folder, environment)
        else:
            assert block.language == "text", f"{page.name}: a {block.language} block that nobody runs:\n{block.text}"
    return ran


def _run_all(console: str, folder: Path, environment: dict[str, str]) -> int:
    commands = re.split(r"^\$ ", console, flags=re.MULTILINE)
    assert not commands[0], f"a console block begins with a command: {commands[0]}"
    for one, after in zip(commands[1:], [*commands[2:], ""], strict=True):
        command, _, expected = one.partition("\n")
        if exported := re.fullmatch(r"export (\w+)=(\S+)", command):
            environment[exported[1]] = exported[2]
        elif command != _CODE:
            code = after.removeprefix(f"{_CODE}\n").strip() if after.startswith(f"{_CODE}\n") else "0"
            _run(shlex.split(command), expected, folder, environment, int(code))
    return len(commands) - 1


def _run(command: list[str], expected: str, folder: Path, environment: dict[str, str], code: int) -> None:
    if command[0] == "hypercorn" or expected.startswith("Running on"):
        _serve(command, expected, folder, environment)
        return
    if command == _INSTALL:
        _install(folder, environment)
        return
    tool, *rest = command
    assert tool == "python" or tool in _MODULES, f"a command that the tests do not know: {command}"
    args = rest if tool == "python" else ["-m", tool, "-p", "no:cacheprovider", *rest]
    environment = {name: value for name, value in environment.items() if name not in _COLOURED}
    done = subprocess.run([sys.executable, *args], cwd=folder, env=environment, capture_output=True, text=True)
    said = f"$ {' '.join(command)}\n{done.stdout}{done.stderr}"
    assert done.returncode == code, said
    assert code or not done.stderr, f"a terminal shows more than the page:\n{said}"
    assert _TIME.sub("", done.stdout) == _TIME.sub("", expected), said


def _install(folder: Path, environment: dict[str, str]) -> None:
    site = folder.with_name(f"{folder.name}-site")
    command = [sys.executable, "-m", "pip", "install", "-q", *_OFFLINE, "--target", str(site), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(site), environment.get("PYTHONPATH")]))


def _serve(command: list[str], expected: str, folder: Path, environment: dict[str, str]) -> None:
    """Start a server until it says that it runs, on a free port."""
    tool, *args = command
    if tool == "hypercorn":
        args = ["-m", tool, "--bind", _FREE, *args]
    command = [sys.executable, *args]
    environment = {**environment, "BIND": _FREE}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            begun = process.stderr.readline()
        finally:
            process.terminate()
    found = re.search(r"Running on https?://127\.0\.0\.1:", begun)
    assert found is not None, begun
    assert f"{found[0]}8000" in expected, f"{begun}is not {expected}"
