"""Registries, plugins and dispatches that several test modules make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from effects import DispatchResult, Interceptor, Registry, create_dispatch, hookimpl

Kit = Callable[[], Registry]


def effects(name: str, *keys: str, **options: Any) -> Registry:
    """A registry with effects that return its name."""
    plugin = Registry(name)
    for key in keys:
        plugin.effect(key, **options)(lambda ctx: name)
    return plugin


class Provider:
    """A plugin that contributes a given value, and keeps the order of calls."""

    def __init__(self, name: str, contribution: object = None, order: list[str] | None = None) -> None:
        self.name = name
        self.contribution = contribution
        self.order: list[str] = [] if order is None else order

    @hookimpl
    def rhialto_registry(self) -> Any:
        """Contribute."""
        self.order.append(self.name)
        if isinstance(self.contribution, Exception):
            raise self.contribution
        return self.contribution


async def run(kit: Kit, effects: Sequence[object], **hooks: Any) -> tuple[DispatchResult, list[Any]]:
    """Dispatch with one interceptor; return the result and the notes."""
    notes: list[Any] = []
    interceptor = Interceptor(id="under test", **hooks)
    dispatch = create_dispatch([kit()], system={"notes": notes}, interceptors=[interceptor])
    return await dispatch(effects, data={"it": "resolved"}), notes
