"""The wheel of this checkout, and environments that know nothing of the checkout."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["build_wheel", "install", "make_environment", "run"]

ROOT = Path(__file__).resolve().parents[2]


def run(*command: object, cwd: Path, **more: str) -> str:
    """Run a command, which must succeed, and return its output. `more` is added to its environment."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV"))}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=env | more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout, built into a folder."""
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def make_environment(folder: Path, *wanted: object) -> Path:
    """Make an environment in a folder, install packages into it, and return its interpreter."""
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    install(python, *wanted)
    return python


def install(python: Path, *wanted: object) -> None:
    """Install more into an environment."""
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted, cwd=python.parent)
