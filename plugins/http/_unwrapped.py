"""Exceptions as they were raised, without the nursery that they came out of."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["raise_single"]


@contextmanager
def raise_single() -> Generator[None]:
    """Let the one exception of a group out as itself. Put it around one nursery: a group inside is somebody else's."""
    try:
        yield
    except BaseExceptionGroup as group:
        if len(group.exceptions) != 1:
            raise
        error = group.exceptions[0]
        context = error.__context__
        try:
            raise error
        finally:
            error.__context__ = context  # raising it here has set it to the group
