"""Raises an exception as itself, without the group that a nursery puts around it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["raise_single"]


@contextmanager
def raise_single() -> Generator[None]:
    """Raise the exception of a group of one as itself.

    Put it around one nursery. A group inside the group came from elsewhere, and stays.
    """
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
            error.__context__ = context  # raising the error here has set it to the group
