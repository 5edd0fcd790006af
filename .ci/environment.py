"""Make a virtual environment, and install this project there: `python .ci/environment.py .venv demo`.

What is installed is said as it goes on; what keeps it from being installed, in one line. Whatever was interrupted is
begun anew: half an environment is known by a file that says so. Nobody else's folder is cleared.
`UV`, in the environment, is the path of uv, which then does what pip would do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

LOG = "install.log"
STATE = ".state"
PLAIN = ("--disable-pip-version-check", "--progress-bar=off", "--retries=2")
UNREACHABLE = (
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "SSLError",
    "NameResolutionError",
    "Connection refused",
    "dns error",
    "Failed to fetch",
    "Could not connect",
    "error sending request",
)
"""What pip and uv say where there is no network."""


def main(folder: Path, extras: str) -> None:
    """Leave an environment in which all is there. Raises `SystemExit` with one line where that cannot be."""
    state, python = folder / STATE, folder / "bin" / "python"
    try:
        ours = state.exists() or not folder.exists() or not any(folder.iterdir())
        if not ours and not (folder / "pyvenv.cfg").exists():
            sys.exit(f"{folder} holds something else: name a folder for the environment, as in `make demo VENV=.venv`")
        if ours and not (state.exists() and state.read_text() == "whole" and works(python)):
            begin(folder, state)
        elif not works(python):
            sys.exit(f"{python} does not run: remove {folder}, or name another folder, as in `make demo VENV=.venv`")
        if ours:
            state.write_text("half")
        install(folder, python, extras)
        if ours:
            state.write_text("whole")
    except OSError as error:
        where, why = error.filename or folder, error.strerror or error
        sys.exit(f"No environment in {folder}: {where}: {why}. Name another, as in `make demo VENV=/tmp/rhialto`")


def works(python: Path) -> bool:
    """Whether it runs: a Python that was removed or renamed leaves its environments behind."""
    return python.exists() and subprocess.run([python, "-c", "pass"], capture_output=True).returncode == 0


def begin(folder: Path, state: Path) -> None:
    """Make the environment, empty."""
    print(f"Making {folder} with Python {sys.version.split()[0]}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    state.write_text("half")
    for left in folder.iterdir():  # what says whose it is stays, or who is interrupted now would not know it again
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left != state:
            left.unlink()
    try:
        venv.create(folder, symlinks=True, with_pip=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{sys.executable} cannot make an environment: {error}")


def install(folder: Path, python: Path, extras: str) -> None:
    """Install the project, as it stands here, with some of its extras."""
    project = [f"--editable=.[{extras}]"]
    if uv := os.environ.get("UV"):
        command = [uv, "pip", "install", "--python", str(python), *project]
    else:
        command = [str(python), "-m", "pip", "install", *PLAIN, *project]
    print("Installing, once, by uv" if uv else "Installing, once:", end="", flush=True)
    with (folder / LOG).open("w") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process:
        assert process.stdout is not None
        for line in map(bytes.decode, process.stdout):
            log.write(line)
            if line.startswith("Collecting "):
                print("", re.split(r"[^\w.-]", line.split()[1])[0], end="", flush=True)
    print(flush=True)
    if process.returncode:
        sys.exit(why_not(folder / LOG))


def why_not(log: Path) -> str:
    """One line of what was said."""
    said = log.read_text()
    if any(sign in said for sign in UNREACHABLE):
        return f"No package index can be reached, so nothing can be installed: is there a network? {log} has it all"
    lines = ["no reason given", *filter(None, map(str.strip, said.splitlines()))]
    errors = [line for line in lines if line.lower().startswith("error")]
    return f"Not installed: {(errors or lines)[-1]}. {log} has it all"


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The same command begins anew.")
