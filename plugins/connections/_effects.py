"""The interpreters of `broadcast`, `with-connection` and `disconnect`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NotRequired, final

from typing_extensions import TypedDict

from effects import Context, Effect, Registry

from ._group import BroadcastResult
from ._history_sink import history_of, history_sink, revoke
from ._keys import freeze_name, patterns_in
from ._store import ConnectionStore

__all__ = ["BroadcastOptions", "Interpreters"]


class BroadcastOptions(TypedDict):
    """Options of `broadcast` and `disconnect`."""

    pattern: Sequence[object]
    """The connections to reach: a name or pattern, `[ANY, ["page", "home", ANY]]`."""
    exclude: NotRequired[Sequence[object]]
    """The connections to leave out: a name or pattern, or a list of them."""


_END_OPERATION, _REACH_OPERATION = "connections are ended", "connections are reached"


@final
class Interpreters:
    """Reach the connections of one store by name or pattern. `check_run` raises if it is called in another run."""

    def __init__(self, store: ConnectionStore, check_run: Callable[[str], None]) -> None:
        self._store = store
        self._check_run = check_run

    def register(self, registry: Registry) -> None:
        """Register the effects."""
        registry.effect("broadcast")(self._broadcast)
        registry.effect("with-connection")(self._with_connection)
        registry.effect("disconnect")(self._disconnect)

    async def _broadcast(self, ctx: Context, options: BroadcastOptions, *effects: Effect) -> BroadcastResult:
        """Run effects once, with all connections that match as their sink, even if none matches.

        The matching connections are found once, at the start. Raises `PatternError` if a pattern is invalid.
        """
        self._check_run(_REACH_OPERATION)
        pattern, exclude = options["pattern"], patterns_in(options.get("exclude", ()))
        group = self._store.group(pattern, exclude, charge=ctx.charge)
        await ctx.dispatch(effects, system={"sink": history_sink(self._store, group, pattern, exclude)})
        return group.result()

    async def _with_connection(self, ctx: Context, name: Sequence[object], *effects: Effect) -> BroadcastResult:
        """Run effects once, with the connections of one name as their sink; not at all if there are none.

        A connection that was cut off counts as there while it may come back to its place in a history. Raises
        `PatternError` if the name is invalid.
        """
        self._check_run(_REACH_OPERATION)
        freeze_name(name)
        group = self._store.group(name, charge=ctx.charge)
        history = history_of(self._store)
        if group.result().matched or (history is not None and history.may_return(name)):
            await ctx.dispatch(effects, system={"sink": history_sink(self._store, group, name)})
        return group.result()

    def _disconnect(self, ctx: Context, options: BroadcastOptions) -> BroadcastResult:
        """End every connection that matches, once its queue has been written.

        Browsers may connect again: refuse them if they should not. Raises `PatternError` if a pattern is invalid.
        """
        self._check_run(_END_OPERATION)
        pattern, exclude = options["pattern"], patterns_in(options.get("exclude", ()))
        group = self._store.group(pattern, exclude, charge=ctx.charge)
        ctx.charge(group.result().matched)
        group.close()
        revoke(self._store, pattern, exclude)
        return group.result()
