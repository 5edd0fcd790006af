"""The lifespans of plugins, and the system values that each takes when it opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, final

import pluggy

from .._language.errors import SystemValueError, near
from .._registry.hints import annotations_of
from .._registry.needs import Need, misfits, needs_in
from .._registry.registry import Registry

__all__ = ["Lifespan", "lifespan_of", "lifespan_of_registry"]


@final
class Lifespan(NamedTuple):
    """One lifespan, with all that it takes to open it."""

    plugin: str
    function: Callable[..., object]
    """Takes the dispatch, and system values by keyword."""
    needs: Sequence[Need]

    def open(self, dispatch: object, system: Mapping[str, object]) -> object:
        """Call its function, which returns a context manager. Raises `SystemValueError` for a value that is not there
        yet, or of another type than it takes.
        """
        values: dict[str, object] = {}
        for need in self.needs:
            if need.name in system:
                values[need.name] = system[need.name]
            elif need.required:
                raise SystemValueError(
                    f"the lifespan of plugin {self.plugin!r} takes the system value {need.name!r}, which is not there",
                    near=near(need.name, system),
                    fix="put the plugin that opens it before this one, or create_dispatch(..., "
                    f"system={{{need.name!r}: ...}})",
                )
        for what, fix in misfits(self.needs, system):
            raise SystemValueError(what, fix=fix)
        return self.function(dispatch, **values)


def lifespan_of(impl: pluggy.HookImpl) -> Lifespan:
    """Return the lifespan that a hook implementation opens."""
    if isinstance(impl.plugin, Registry):
        return lifespan_of_registry(impl.plugin)

    def open_plugin(dispatch: object, **values: object) -> object:
        return impl.function(*([dispatch] if impl.argnames else []), **values)

    annotations = annotations_of(impl.function, {})
    needs = needs_in(impl.function, annotations, f"the lifespan of plugin {impl.plugin_name!r}")
    return Lifespan(impl.plugin_name, open_plugin, needs)


def lifespan_of_registry(registry: Registry) -> Lifespan:
    """Return the lifespan of a registry. If it has none, its function returns None."""
    return Lifespan(registry.name, registry.rhialto_lifespan, registry.lifespan_needs)
