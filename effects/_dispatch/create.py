"""`create_dispatch`: from plugins to a dispatch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from .._assembly.plugins import gather
from .._assembly.tables import make_tables
from .._engine.background import Background
from .._engine.frame import EMPTY, Engine, merged
from .._engine.run_around import runner
from .._language.errors import RegistrationError
from .._language.limits import Limits
from .._language.vectors import plain_key
from .._registry.interceptors import Interceptor, checked_interceptors
from .dispatch import Dispatch
from .hookspecs import HookSpecs

__all__ = ["create_dispatch"]


def create_dispatch(
    plugins: Sequence[object],
    *,
    system: Mapping[str, object] | None = None,
    interceptors: Iterable[Interceptor] = (),
    limits: Limits | None = None,
    validate: bool = True,
    debug: bool = False,
    installed: bool = False,
    block: Collection[str] = (),
    prefer: Mapping[str, str] | None = None,
) -> Dispatch:
    """Make a dispatch from plugins: `Registry` objects, modules and objects with hook implementations.

    `system` holds the live things that interpreters need. `interceptors` come before those of the plugins. With
    `installed`, the plugins of installed distributions (entry-point group `rhialto`) are loaded after the list; `block`
    names plugins to leave out, `distribution:name` names one of several with the same name; `prefer` says which
    plugin's registration of a key wins, and which distribution's plugin of a name. `validate=False` leaves argument
    types unchecked, for a trusted hot path. `debug` puts shortened values into records and logs.

    Raises `RegistrationError` for everything that is wrong with the set: conflicts between plugins, plugins that cannot
    be used, and system values that are missing or of another type than their takers expect.
    """
    _check_type("system", system, Mapping, "a mapping, {...}")
    _check_type("prefer", prefer, Mapping, "a mapping, {key: plugin}")
    _check_type("limits", limits, Limits, "a Limits(...)")
    gathered = gather(plugins, HookSpecs, installed=installed, block=_read_names(block), prefer=prefer or {})
    base = merged(EMPTY, system or {})
    between = [("create_dispatch", interceptor) for interceptor in checked_interceptors(interceptors)]
    preferred = {key: plugin for key, plugin in (prefer or {}).items() if key not in gathered.settled}
    tables = make_tables(gathered.registries, gathered.lifespans, base, between, preferred, validate=validate)
    engine = Engine(tables, limits or Limits(), debug, gathered.hear, Background(base), runner(tables))
    return Dispatch(engine, replace(gathered, between=tuple(between)))


def _check_type(name: str, value: object, kind: type, wanted: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise RegistrationError(f"{name} is {wanted}, not {type(value).__name__}", fix="leave it out for the default")


def _read_names(block: object) -> list[str]:
    if isinstance(block, str) or not isinstance(block, Collection):
        raise RegistrationError(f"block is a list of plugin names, not {type(block).__name__}", fix="write block=[...]")
    return [str(plain_key(name)) for name in cast(Collection[object], block)]
