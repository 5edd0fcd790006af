"""The work that one root dispatch has done, counted against its `Limits`."""

from __future__ import annotations

from typing import final

from .._language.errors import EffectsError, LimitError, PlaceholderError
from .._language.limits import Limits
from .resolved import Resolved

__all__ = ["YIELD_EVERY", "Budget"]

YIELD_EVERY = 256
"""After this many vectors, a dispatch lets other tasks run."""


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
    """The number of vectors that may be taken up without a further check: up to the limit, up to the next turn of other
    tasks, while nothing is spent, and while no placeholder had a value in which an effect could stand.
    """
    nodes: int
    members: int
    resolved: Resolved | None

    @property
    def spent(self) -> bool:
        """Whether a limit was crossed. If so, that does not change any more."""
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
        """Let as many more vectors be taken up as need no further check."""
        more = 0 if self.resolved is not None else YIELD_EVERY - self.taken % YIELD_EVERY - 1
        self.free = min(self.taken + more, self.limits.vectors)

    def keep(self, value: object) -> None:
        """Remember the value of a placeholder: from now on, each vector is checked."""
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
            "the value of a placeholder stands where an effect vector belongs",
            fix="write the effect down in the program: only values inside it are bound late",
        )

    def exceeded(self, name: str, what: str) -> LimitError:
        """Mark the budget as spent, and return the error that names the limit."""
        self.free = -1
        return LimitError(
            f"the limit of {getattr(self.limits, name)} {what} in one dispatch was crossed",
            fix=f"say less at once, or raise it: create_dispatch(..., limits=Limits({name}=...))",
        )
