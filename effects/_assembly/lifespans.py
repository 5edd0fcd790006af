"""The lifespans of plugins, and what each takes from the system when it opens."""

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
    """How one is opened."""

    plugin: str
    function: Callable[..., object]
    """Takes the dispatch, and system values by keyword."""
    needs: Sequence[Need]

    def made(self, dispatch: object, system: Mapping[str, object]) -> object:
        """Call it. Raises `SystemValueError` for what is not there yet, or of another type than it takes."""
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
    """The lifespan that a hook implementation opens."""
    if isinstance(impl.plugin, Registry):
        return lifespan_of_registry(impl.plugin)

    def opened(dispatch: object, **values: object) -> object:
        return impl.function(*([dispatch] if impl.argnames else []), **values)

    annotations = annotations_of(impl.function, {})
    needs = needs_in(impl.function, annotations, f"the lifespan of plugin {impl.plugin_name!r}")
    return Lifespan(impl.plugin_name, opened, needs)


def lifespan_of_registry(registry: Registry) -> Lifespan:
    """The lifespan of a registry, which may have none."""
    return Lifespan(registry.name, registry.rhialto_lifespan, registry.lifespan_needs)
