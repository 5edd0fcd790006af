"""The limits of one root dispatch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import final

from .errors import RegistrationError

__all__ = ["Limits"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of a dispatch. A continuation shares the budget of its root; background work gets one of its own.

    Raises `RegistrationError` for a limit that is not a positive int.
    """

    expansion: int = 100
    """How many actions may expand inside one another."""
    nesting: int = 32
    """How many dispatches may run inside one another."""
    vectors: int = 10_000
    """How many vectors a root dispatch may take up, expansions and continuations included."""
    nodes: int = 1_000_000
    """How many items of lists, tuples and dicts may be walked in search of placeholders. Small lists in options are
    not counted."""
    members: int = 10_000_000
    """How often members of sinks may be visited: a frame sent to a group of 1,000 costs 1,000."""
    background: int = 1_000
    """How many pieces of background work may be alive at once; counted for the whole `Dispatch`."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value: object = getattr(self, field.name)
            if type(value) is not int or value < 1:
                text = value if type(value) is int else type(value).__name__
                raise RegistrationError(
                    f"limit {field.name!r} is a positive int, not {text}",
                    fix=f"the default is {field.default}",
                )
