"""The run of one action: its arguments are checked, its state is read just then, and its result has to be effects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from types import CoroutineType
from typing import Final

from .._assembly.fast_call import NOTHING
from .._assembly.tables import Entry
from .._language.containers import PLAIN
from .._language.errors import ShapeError
from .._language.paths import Link
from .._language.results import Phase
from .._language.vectors import list_problem
from .frame import Frame
from .reading import bind_arguments, fits
from .state import state_of

__all__ = ["UNREAD", "call_action"]

UNREAD: Final[Sequence[object]] = []
"""Stands for the arguments of a vector that was not searched for placeholders yet."""


def call_action(
    frame: Frame, entry: Entry, args: Sequence[object], vector: Sequence[object], link: Link, given_state: object
) -> list[object] | None:
    """Check the arguments and call the action, with a fresh state unless one is given. Returns None if that failed.

    If `args` are `UNREAD`, the vector is read here, if it has to be.
    """
    fresh = state_of(frame.engine.tables.slices, frame.system)
    state = fresh if given_state is None else given_state
    try:
        expansion = entry.fast_call(state, vector, frame.system)
        if expansion is NOTHING and args is UNREAD:
            reading = bind_arguments(frame, entry, vector[1:], vector, link)
            if reading is None:
                return None
            args = reading[1]
            vector = [entry.key, *args]
            expansion = entry.fast_call(state, vector, frame.system)
        if expansion is NOTHING:
            if not fits(frame, entry, args, vector, link):
                return None
            expansion = entry.function(state, *args)
        if type(expansion) in PLAIN and expansion and type(expansion[0]) in PLAIN:
            return list(expansion)  # nearly all expansions are such lists
        if (problem := list_problem(expansion)) is None:
            return list(islice(expansion, frame.engine.limits.vectors + 1))  # it may be of a class that never ends
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        phase: Phase = "expand"
        owner: str | None = entry.plugin
        if fresh.failure is not None and fresh.failure[0] is error:
            phase, owner = "state", fresh.failure[1]
        frame.absorb(error, phase, entry.key, link, owner, vector)
        return None
    if type(expansion) is CoroutineType:
        expansion.close()
    misfit = ShapeError(f"action {entry.key!r} did not return effects: {problem[0]}", fix=problem[1])
    frame.fail("expand", entry.key, link, entry.plugin, misfit, vector)
    return None
