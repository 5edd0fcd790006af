"""`check_plugins`: every problem that keeps a dispatch from being made, and not only the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from .._assembly.conflicts import choose_and_check, owned_interceptors
from .._assembly.gathered import Gathered
from .._assembly.plugins import checked_list, gather
from .._language.errors import RegistrationError
from .._registry.interceptors import Interceptor
from .hookspecs import HookSpecs

__all__ = ["broken_plugin_errors", "check_plugins"]


def check_plugins(
    plugins: Sequence[object],
    *,
    system: Mapping[str, object] | None = None,
    interceptors: Iterable[Interceptor] = (),
    installed: bool = False,
    block: Collection[str] = (),
    prefer: Mapping[str, str] | None = None,
) -> tuple[RegistrationError, ...]:
    """Return an error for each problem that would keep `create_dispatch`, with the same arguments, from making a
    dispatch.

    Plugins that cannot be used are left out, one by one; the others are then checked together, for conflicts and for
    missing system values. No dispatch is made, and no registry is closed. Plugins are asked for their contributions
    more than once.
    """
    usable, problems = _find_usable(plugins, block)
    gathered = gather(usable, HookSpecs, installed=installed, block=block, prefer=prefer or {})
    preferred = {key: plugin for key, plugin in (prefer or {}).items() if key not in gathered.settled}
    return (
        *problems,
        *broken_plugin_errors(gathered.broken),
        *_check_together(gathered, system or {}, interceptors, preferred),
    )


def _find_usable(plugins: Sequence[object], block: Collection[str]) -> tuple[list[object], list[RegistrationError]]:
    """Return the plugins that can be used beside those before them, and the errors of the others."""
    usable: list[object] = []
    problems: list[RegistrationError] = []
    for plugin in checked_list(plugins):
        try:
            gather([*usable, plugin], HookSpecs, installed=False, block=block)
        except RegistrationError as error:
            problems.append(error)
        else:
            usable.append(plugin)
    return usable, problems


def broken_plugin_errors(broken: Mapping[str, Exception]) -> list[RegistrationError]:
    """Return an error for each installed plugin that was left out, with the reason."""
    return [
        RegistrationError(
            f"installed plugin {name!r} is broken: {type(error).__name__}: {error}",
            fix=f"mend it, uninstall it, or block=[{name!r}]",
        )
        for name, error in broken.items()
    ]


def _check_together(
    gathered: Gathered, system: Mapping[str, object], interceptors: Iterable[Interceptor], prefer: Mapping[str, str]
) -> Iterator[RegistrationError]:
    owned = owned_interceptors(gathered.registries, [("create_dispatch", interceptor) for interceptor in interceptors])
    for problem in choose_and_check(gathered.registries, gathered.lifespans, system, owned, prefer)[1]:
        what, _, fix = problem.partition("; fix: ")
        yield RegistrationError(what, fix=fix or None)
