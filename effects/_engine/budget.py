"""The work that one root dispatch has done, counted against its `Limits`."""

from __future__ import annotations

from typing import final

from .._language.errors import EffectsError, LimitError, PlaceholderError
from .._language.limits import Limits
from .resolved import Resolved

__all__ = ["YIELD_EVERY", "Budget"]

YIELD_EVERY = 256
"""After so many vectors a dispatch lets other tasks run."""


@final
class Budget:
    """The work that one root dispatch has done. Once a limit is reached, no more vectors are taken up.

    Made by `root_of`, with its frame.
    """

    __slots__ = ("free", "limits", "members", "nodes", "resolved", "taken")

    limits: Limits
    taken: int
    """How many vectors were taken up."""
    free: int
    """How many of them need no second look: before the limit, before other tasks have their turn, while nothing is
    spent, and while no placeholder has come to anything that an effect could stand in.
    """
    nodes: int
    members: int
    resolved: Resolved | None

    @property
    def spent(self) -> bool:
        """Whether something is used up. That does not change any more."""
        return self.free < 0

    @property
    def more_than_left(self) -> int:
        """A number of nodes that would cross the limit."""
        return max(self.limits.nodes - self.nodes, 0) + 1

    def take_nodes(self, count: int) -> None:
        self.nodes += count
        if self.nodes > self.limits.nodes:
            raise self.exceeded("nodes", "data items walked")

    def take_members(self, count: int) -> None:
        self.members += count
        if self.members > self.limits.members:
            raise self.exceeded("members", "sink members visited")

    def go_on(self) -> None:
        """Take up as many more as there may be before one has to be looked at."""
        more = 0 if self.resolved is not None else YIELD_EVERY - self.taken % YIELD_EVERY - 1
        self.free = min(self.taken + more, self.limits.vectors)

    def keep(self, value: object) -> None:
        """Remember what a placeholder came to: from now on, each vector is looked at."""
        if self.resolved is None:
            self.resolved = Resolved()
        self.resolved.add(value)
        self.free = min(self.free, self.taken)

    def misfit(self, vector: object) -> EffectsError | None:
        """Return the error that keeps a vector from being taken up, if it came out of a placeholder."""
        try:
            if self.resolved is None or not self.resolved.holds(vector, self):
                return None
        except LimitError as error:
            return error
        return PlaceholderError(
            "what a placeholder came to stands where an effect vector belongs",
            fix="write the effect down in the program: only values inside it are bound late",
        )

    def exceeded(self, name: str, what: str) -> LimitError:
        """Mark the budget as spent, and say which limit it was."""
        self.free = -1
        return LimitError(
            f"the limit of {getattr(self.limits, name)} {what} in one dispatch was crossed",
            fix=f"say less at once, or raise it: create_dispatch(..., limits=Limits({name}=...))",
        )
