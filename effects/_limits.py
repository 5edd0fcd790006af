"""How much one root dispatch may do: `Limits` says it, a `Budget` counts it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import final

from ._errors import LimitError, RegistrationError

__all__ = ["YIELD_EVERY", "Budget", "Limits"]


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
                raise RegistrationError(
                    f"limit {field.name!r} is a positive int, not {type(value).__name__}",
                    fix=f"the default is {field.default}",
                )


YIELD_EVERY = 256
"""After so many vectors a dispatch lets other tasks run."""


@final
class Budget:
    """What one root dispatch has done. Once something is used up, nothing more is taken up.

    Made by `root_of`, with its frame.
    """

    __slots__ = ("free", "limits", "members", "nodes", "taken")

    limits: Limits
    taken: int
    """So many vectors."""
    free: int
    """So many of them need no second look: before the limit, before other tasks have their turn, and while nothing is
    spent."""
    nodes: int
    members: int

    @property
    def spent(self) -> bool:
        """Whether something is used up. That does not change any more."""
        return self.free < 0

    def take_nodes(self, count: int) -> None:
        self.nodes += count
        if self.nodes > self.limits.nodes:
            raise self.exceeded("nodes", "data items walked")

    def take_members(self, count: int) -> None:
        self.members += count
        if self.members > self.limits.members:
            raise self.exceeded("members", "sink members visited")

    def go_on(self) -> None:
        """Take up as many more as there may be before other tasks have their turn."""
        self.free = min(self.taken + YIELD_EVERY - 1, self.limits.vectors)

    def exceeded(self, name: str, what: str) -> LimitError:
        """Mark the budget as spent, and say which limit it was."""
        self.free = -1
        return LimitError(
            f"the limit of {getattr(self.limits, name)} {what} in one dispatch was crossed",
            fix=f"say less at once, or raise it: create_dispatch(..., limits=Limits({name}=...))",
        )
