"""What a command is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import final

__all__ = ["Command", "Exit"]


@final
class Exit(IntEnum):
    """What an exit code means."""

    FINE = 0
    """Something was found, or nothing is wrong."""
    NOTHING = 1
    """Nothing was found, or something is wrong."""
    UNUSABLE = 2
    """The command line, its target or an optional dependency cannot be used. argparse says so with the same code."""


@final
@dataclass(frozen=True, slots=True)
class Command:
    """One command of `python -m effects`."""

    name: str
    help: str
    examples: tuple[str, ...]
    arguments: Callable[[ArgumentParser], None]
    """Adds what the command takes besides its target."""
    run: Callable[[Namespace], Exit]
    """Does it. What it raises as an `EffectsError` is printed, and the exit code is 2."""
    note: str = ""
    """What its help says besides."""
