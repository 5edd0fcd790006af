"""The parts of a command."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import final

__all__ = ["Command", "Exit"]


@final
class Exit(IntEnum):
    """The exit codes."""

    FINE = 0
    """Something was found, or nothing is wrong."""
    NOTHING = 1
    """The command found nothing, or found a fault."""
    UNUSABLE = 2
    """The command line, its target or an optional dependency cannot be used. argparse uses the same code."""


@final
@dataclass(frozen=True, slots=True)
class Command:
    """One command of `python -m effects`."""

    name: str
    help: str
    examples: tuple[str, ...]
    arguments: Callable[[ArgumentParser], None]
    """Adds the arguments that the command takes besides its target."""
    run: Callable[[Namespace], Exit]
    """Runs the command. If it raises an `EffectsError`, that is printed, and the exit code is 2."""
    note: str = ""
    """More text for its help."""
