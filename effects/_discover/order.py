"""The order of plugins and interceptors, and the reasons for it: the list, `tryfirst` and `trylast`, and the
contributor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pluggy

from .._assembly.conflicts import owned_interceptors
from .._assembly.gathered import Gathered
from .._registry.interceptors import Interceptor
from .description import Order

__all__ = ["hooks_of", "interceptor_order", "plugin_names", "plugin_order"]


def plugin_order(gathered: Gathered, name: str) -> Order:
    """Return the place of a plugin among all, and the reason."""
    names = plugin_names(gathered)
    place = names.index(name) + 1
    if name in gathered.installed:
        why = "installed: after those of the list, by name"
    elif name in gathered.names:
        why = f"number {place} in the list given to create_dispatch"
    else:
        why = "the engine's own"
    return Order(place, len(names), "; ".join([why, *_moves_by_marks(gathered, name)]))


def plugin_names(gathered: Gathered) -> list[str]:
    """Return the names of all plugins, in order, with the engine's own between those of the list and the installed
    ones.
    """
    called = {name for names in gathered.called.values() for name in names}
    own = [name for name in called if name not in gathered.names]
    listed = [name for name in gathered.names if name not in gathered.installed]
    return [*listed, *own, *gathered.names[len(listed) :]]


def _moves_by_marks(gathered: Gathered, name: str) -> Iterator[str]:
    """Yield the changes that marks of hooks make to a plugin's place."""
    for hook, impl in _implementations_of(gathered, name):
        called = gathered.called[hook]
        place = called.index(name)
        if impl.tryfirst:
            yield f"its {hook} is tryfirst: called before {_join_names(called[place + 1 :])}"
        elif impl.trylast:
            yield f"its {hook} is trylast: called after {_join_names(called[:place])}"


def _join_names(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names)) or "no other plugin"


def hooks_of(gathered: Gathered, name: str) -> tuple[str, ...]:
    """Return the names of the hooks that a plugin implements."""
    return tuple(hook for hook, _ in _implementations_of(gathered, name))


def _implementations_of(gathered: Gathered, name: str) -> list[tuple[str, pluggy.HookImpl]]:
    callers = gathered.manager.get_hookcallers(gathered.manager.get_plugin(name)) or ()
    return [(caller.name, impl) for caller in callers for impl in caller.get_hookimpls() if impl.plugin_name == name]


def interceptor_order(gathered: Gathered, owner: str, interceptor: Interceptor) -> Order:
    """Return the place of an interceptor among all: before hooks run in this order, after hooks in reverse."""
    owned = owned_interceptors(gathered.registries, gathered.between)
    place = _index([other for _, other in owned], interceptor) + 1
    if place <= len(gathered.between):
        return Order(place, len(owned), f"given to {owner}, whose interceptors come before those of plugins")
    registries = [registry.name for registry in gathered.registries]
    own = [interceptor for name, interceptor in owned if name == owner]
    why = (
        f"number {_index(own, interceptor) + 1} of registry {owner!r}, which is registry {registries.index(owner) + 1}"
    )
    return Order(place, len(owned), f"{why} of {len(registries)}: {', '.join(registries)}")


def _index(interceptors: Sequence[Interceptor], interceptor: Interceptor) -> int:
    return next(index for index, other in enumerate(interceptors) if other is interceptor)
