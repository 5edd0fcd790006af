"""The contributions of the plugins of one dispatch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import pluggy

from .._language.results import ErrorRecord
from .._registry.interceptors import Interceptor
from .._registry.registry import Registry
from .error_log import ErrorLog
from .lifespans import Lifespan

__all__ = ["Gathered"]

_logger = logging.getLogger("effects")


@final
@dataclass(frozen=True, slots=True)
class Gathered:
    """The contributions of plugins, each list in its order of call."""

    manager: pluggy.PluginManager
    names: tuple[str, ...]
    registries: tuple[Registry, ...]
    lifespans: tuple[Lifespan, ...]
    listeners: tuple[tuple[str, Callable[..., object]], ...]
    broken: Mapping[str, Exception]
    installed: frozenset[str]
    """The names of the plugins that were not in the list."""
    settled: frozenset[str]
    """The names of entry points for which `prefer` has chosen a distribution."""
    owners: tuple[str, ...]
    """For each registry, the plugin that contributes it."""
    called: Mapping[str, tuple[str, ...]]
    """For each hook, the plugins that implement it, in order of call."""
    between: tuple[tuple[str, Interceptor], ...] = ()
    """The interceptors that come before those of the registries, each with the name of the function that was given
    it.
    """

    def hear(self, record: ErrorRecord) -> None:
        """Tell every listener of an error; if it was handled, only the log. If a listener raises, that is logged, and
        the others are still told.
        """
        for name, listener in self.listeners:
            if record.handled and name != ErrorLog.name:
                continue
            try:
                listener(record=record)
            except Exception as error:  # noqa: BLE001 - a listener's failure must not become the dispatch's
                kind = type(error).__name__
                _logger.error("plugin %r failed to hear of an error: %s", name, kind, extra={"effect_plugin": name})  # noqa: TRY400
