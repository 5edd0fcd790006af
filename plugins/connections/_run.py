"""The run of trio that something belongs to. Its tasks and events may not be touched from any other."""

from __future__ import annotations

import trio

from effects import LifecycleError

__all__ = ["check_run"]


def check_run(run: trio.lowlevel.TrioToken | None, operation: str) -> None:
    """Raise `LifecycleError` where this is called in another run than that, or in none. None belongs to all."""
    if run is not None and not _is_current(run):
        raise LifecycleError(
            f"{operation} in another trio.run than the one it belongs to",
            fix="do it there: trio.from_thread.run(dispatch, effects); a thread of your own says trio_token",
        )


def _is_current(run: trio.lowlevel.TrioToken) -> bool:
    try:
        return trio.lowlevel.current_trio_token() is run
    except RuntimeError:  # a thread without any
        return False
