"""Checks that a call is made in the `trio.run` it belongs to: another run may not touch its tasks and events."""

from __future__ import annotations

import trio

from effects import LifecycleError

__all__ = ["check_run"]


def check_run(run: trio.lowlevel.TrioToken | None, operation: str) -> None:
    """Raise `LifecycleError` if this is called outside of `run`. If `run` is None, any call passes.

    `operation` begins the message: "a frame is sent to a connection".
    """
    if run is not None and not _is_current(run):
        raise LifecycleError(
            f"{operation} in another trio.run than the one it belongs to",
            fix="do it there: trio.from_thread.run(dispatch, effects); a thread of your own says trio_token",
        )


def _is_current(run: trio.lowlevel.TrioToken) -> bool:
    try:
        return trio.lowlevel.current_trio_token() is run
    except RuntimeError:  # a thread that has no run
        return False
