"""Conflicts between registries, and the choice of one registration among several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from .._language.vectors import plain_key
from .._registry.interceptors import Interceptor
from .._registry.needs import need_problems, needs_of
from .._registry.registration import Registration, namespace
from .._registry.registry import Registry
from .._registry.tags import tag_problems
from .lifespans import Lifespan

__all__ = ["Owned", "choose_and_check", "owned_interceptors", "repeated_interceptors"]


Owned = tuple[str, Interceptor]
"""The name of the owner of an interceptor, and the interceptor."""


def choose_and_check(
    registries: Sequence[Registry],
    lifespans: Sequence[Lifespan],
    system: Mapping[str, object],
    owned: Sequence[Owned],
    prefer: Mapping[str, str],
) -> tuple[list[Registration], list[str]]:
    """Choose one registration for each name. Returns these, and a message for everything that is wrong with the
    registries together.
    """
    chosen, problems = _choose([entry for registry in registries for entry in registry.registrations], prefer)
    late = {name for registry in registries for name in registry.late}
    problems += _repeated_registries(registries) + repeated_interceptors(owned)
    problems += tag_problems((registry.name, tag) for registry in registries for tag in registry.tags)
    needs = [need for taker in (*map(needs_of, chosen), *(lifespan.needs for lifespan in lifespans)) for need in taker]
    problems += need_problems(needs, system, late)
    return chosen, problems


def owned_interceptors(registries: Sequence[Registry], before: Iterable[Owned]) -> list[Owned]:
    """Return every interceptor with its owner, in the order in which before hooks run."""
    return [
        *before,
        *((registry.name, interceptor) for registry in registries for interceptor in registry.interceptors),
    ]


def _choose(entries: Sequence[Registration], prefer: Mapping[str, str]) -> tuple[list[Registration], list[str]]:
    """Choose one registration for each name: the preferred one, else the one that overrides, else the only one."""
    chosen: list[Registration] = []
    problems: list[str] = []
    prefer = {plain_key(key): plain_key(plugin) for key, plugin in prefer.items()}
    plugins_of = {key: {entry.plugin for entry in entries if entry.key == key} for key in prefer}
    problems += [f"prefer names {key!r}, which no plugin registers" for key in prefer if not plugins_of[key]]

    def name(entry: Registration) -> tuple[str, str]:
        return namespace(entry), entry.key

    for (what, key), group in groupby(sorted(entries, key=name), key=name):
        rivals = list(group)
        preferred = prefer.get(key) if len(rivals) > 1 else None
        overriding = [entry for entry in rivals if entry.override]
        candidates = [entry for entry in rivals if entry.plugin == preferred] or overriding or rivals
        owners = " and ".join(f"{entry.plugin!r} ({entry.source})" for entry in rivals)
        if key in prefer and prefer[key] not in plugins_of[key]:
            problems.append(f"prefer gives {what} {key!r} to {prefer[key]!r}, but it is registered by {owners}")
        elif len(candidates) > 1:
            problems.append(
                f"{what} {key!r} is registered by {owners}; fix: prefer={{{key!r}: {candidates[0].plugin!r}}}"
            )
        elif len(rivals) == 1 and overriding:
            problems.append(
                f"{what} {key!r} of {owners} overrides nothing; fix: drop override=True, or load what it overrides"
            )
        chosen.extend(candidates[:1])
    order = {id(entry): index for index, entry in enumerate(entries)}
    return sorted(chosen, key=lambda entry: order[id(entry)]), problems


def _repeated_registries(registries: Sequence[Registry]) -> list[str]:
    names = [registry.name for registry in registries]
    return [f"two registries are named {name!r}" for name in dict.fromkeys(names) if names.count(name) > 1]


def repeated_interceptors(owned: Sequence[tuple[str, Interceptor]]) -> list[str]:
    owners: dict[str, list[str]] = {}
    for owner, interceptor in owned:
        owners.setdefault(interceptor.id, []).append(owner)
    return [
        f"interceptor {name!r} is registered by {' and '.join(map(repr, plugins))}"
        for name, plugins in owners.items()
        if len(plugins) > 1
    ]
