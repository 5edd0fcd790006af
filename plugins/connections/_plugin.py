"""The effects that reach connections by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, cast, final

from typing_extensions import TypedDict

from effects import Context, Effect, Registry, hookimpl

from ._group import BroadcastResult, Group
from ._keys import freeze_name
from ._store import MemoryStore

__all__ = ["BroadcastOptions", "Connections"]


class BroadcastOptions(TypedDict):
    """Options of `broadcast`."""

    pattern: Sequence[object]
    """Whom to reach: a name or pattern, `[ANY, ["page", "home", ANY]]`."""
    exclude: NotRequired[Sequence[object]]
    """Whom to leave out: a name or pattern, or a list of them."""


@final
class Connections:
    """The plugin: `broadcast` and `with-connection` over a store of connections."""

    name = "connections"

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = MemoryStore() if store is None else store
        self._registry = Registry("connections")
        self._registry.effect("broadcast")(self._broadcast)
        self._registry.effect("with-connection")(self._with_connection)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the effects."""
        return self._registry

    async def _broadcast(self, ctx: Context, options: BroadcastOptions, *effects: Effect) -> BroadcastResult:
        """Run effects once, with every connection that matches as their sink, even if none does.

        Who matches is settled at the start. Raises `PatternError` for what is no pattern.
        """
        exclude = options.get("exclude", ())
        group = Group(self.store.match(options["pattern"], _as_patterns(exclude)), ctx.charge)
        await ctx.dispatch(effects, system={"sink": group})
        return group.result()

    async def _with_connection(self, ctx: Context, name: Sequence[object], *effects: Effect) -> BroadcastResult:
        """Run effects once, with the connections of one name as their sink; not at all where there are none.

        Raises `PatternError` for what is no name.
        """
        freeze_name(name)
        group = Group(self.store.match(name), ctx.charge)
        if group.members():
            await ctx.dispatch(effects, system={"sink": group})
        return group.result()


def _as_patterns(exclude: Sequence[object]) -> Sequence[object]:
    """A single pattern begins with a scope, which is never a list; a list of patterns begins with one."""
    is_many = all(isinstance(item, (list, tuple)) for item in exclude)
    return exclude if is_many else [cast(object, exclude)]
