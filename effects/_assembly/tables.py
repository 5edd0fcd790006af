"""What a dispatch knows, made once from all registries: who interprets which key, and what runs around it.

Everything that can be wrong with a set of registries is found here, and all of it is said in one error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, final, get_args

from .._language.errors import RegistrationError
from .._language.vectors import plain_key
from .._registry.interceptors import AroundHook, Hook, Interceptor, StepKind
from .._registry.needs import need_problems, needs_of
from .._registry.registration import Registration, namespace
from .._registry.registry import Registry
from .._registry.signatures import Signature
from .._registry.tags import tag_problems
from .fast_call import Quick, quick
from .lifespans import Lifespan
from .own_defaults import with_own_defaults

__all__ = ["Entry", "Guard", "Tables", "guarded", "make_tables", "owned_interceptors", "settle"]


_STEPS: tuple[StepKind, ...] = get_args(StepKind)
Owned = tuple[str, Interceptor]
"""An interceptor, and who brings it."""


@final
class Entry:
    """One effect, action or placeholder, laid out for the hot path."""

    __slots__ = (
        "at_least",
        "at_most",
        "each",
        "function",
        "is_action",
        "is_async",
        "is_once",
        "key",
        "plugin",
        "quick",
        "registration",
        "signature",
        "validate",
    )

    def __init__(self, registration: Registration, *, validate: bool = True) -> None:
        self.key = registration.key
        self.plugin = registration.plugin
        self.function: Callable[..., Any] = with_own_defaults(registration.function)
        self.signature: Signature = registration.signature
        self.is_async = registration.signature.is_async
        self.at_least = registration.signature.at_least
        self.at_most = sys.maxsize if registration.signature.at_most is None else registration.signature.at_most
        self.is_action = registration.kind == "action"
        self.each = registration.each
        self.is_once = not self.is_action and not self.each
        """Whether it is an effect that runs once, whoever is to be reached."""
        self.registration = registration
        self.validate = validate
        self.quick: Quick = quick(self.function, self.signature, validate=self.validate)


@final
@dataclass(frozen=True, slots=True)
class Guard:
    """One interceptor's hooks around one kind of step."""

    id: str
    plugin: str
    before: Hook | None
    after: Hook | None
    around: AroundHook | None


@final
@dataclass(frozen=True, slots=True)
class Tables:
    """The merged registries."""

    entries: Mapping[str, Entry]
    placeholders: Mapping[str, Entry]
    slices: Mapping[str, Entry]
    dispatch_guards: tuple[Guard, ...]
    action_guards: tuple[Guard, ...]
    effect_guards: tuple[Guard, ...]
    around_dispatch: bool = field(init=False)
    """Whether something is entered around each dispatch."""
    around_action: bool = field(init=False)
    around_effect: bool = field(init=False)

    def __post_init__(self) -> None:
        for kind in _STEPS:
            guards: tuple[Guard, ...] = getattr(self, f"{kind}_guards")
            object.__setattr__(self, f"around_{kind}", any(guard.around for guard in guards))


def make_tables(
    registries: Sequence[Registry],
    lifespans: Sequence[Lifespan],
    system: Mapping[str, object],
    interceptors: Iterable[Owned],
    prefer: Mapping[str, str],
    *,
    validate: bool,
) -> Tables:
    """Merge registries. Raises one `RegistrationError` that lists every conflict, and every system value that is
    missing or does not fit."""
    owned = owned_interceptors(registries, interceptors)
    chosen, problems = settle(registries, lifespans, system, owned, prefer)
    if problems:
        raise RegistrationError(
            "this dispatch cannot be made\n" + "\n".join(f"  - {problem}" for problem in problems),
        )
    for registry in registries:
        registry.close()
    entries = {entry.key: Entry(entry, validate=validate) for entry in chosen if namespace(entry) == "effect or action"}
    return Tables(
        entries=entries,
        placeholders={entry.key: Entry(entry) for entry in chosen if entry.kind == "placeholder"},
        slices={entry.key: Entry(entry) for entry in chosen if entry.kind == "state slice"},
        dispatch_guards=_guards("dispatch", owned),
        action_guards=_guards("action", owned),
        effect_guards=_guards("effect", owned),
    )


def settle(
    registries: Sequence[Registry],
    lifespans: Sequence[Lifespan],
    system: Mapping[str, object],
    owned: Sequence[Owned],
    prefer: Mapping[str, str],
) -> tuple[list[Registration], list[str]]:
    """Choose one registration for each name, and list all that is wrong with the registries together."""
    chosen, problems = _choose([entry for registry in registries for entry in registry.registrations], prefer)
    late = {name for registry in registries for name in registry.late}
    problems += _repeated_registries(registries) + _repeated_interceptors(owned)
    problems += tag_problems((registry.name, tag) for registry in registries for tag in registry.tags)
    needs = [need for taker in (*map(needs_of, chosen), *(one.needs for one in lifespans)) for need in taker]
    problems += need_problems(needs, system, late)
    return chosen, problems


def owned_interceptors(registries: Sequence[Registry], before: Iterable[Owned]) -> list[Owned]:
    """Every interceptor with its owner, in the order in which before hooks run."""
    return [*before, *((registry.name, one) for registry in registries for one in registry.interceptors)]


def guarded(tables: Tables, owned: Sequence[Owned]) -> Tables:
    """The same tables, with more interceptors before all others. Raises `RegistrationError` for ids that are taken."""
    there = {
        guard.id for guards in (tables.dispatch_guards, tables.action_guards, tables.effect_guards) for guard in guards
    }
    problems = _repeated_interceptors(owned) + [
        f"interceptor {one.id!r} is there already" for _, one in owned if one.id in there
    ]
    if problems:
        raise RegistrationError("; ".join(problems), fix="give each an id of its own")
    return replace(
        tables,
        dispatch_guards=(*_guards("dispatch", owned), *tables.dispatch_guards),
        action_guards=(*_guards("action", owned), *tables.action_guards),
        effect_guards=(*_guards("effect", owned), *tables.effect_guards),
    )


def _choose(entries: Sequence[Registration], prefer: Mapping[str, str]) -> tuple[list[Registration], list[str]]:
    """Choose one registration for each name: the preferred one, else the one that overrides, else the only one."""
    chosen: list[Registration] = []
    problems: list[str] = []
    prefer = {plain_key(key): plain_key(plugin) for key, plugin in prefer.items()}
    plugins_of = {key: {entry.plugin for entry in entries if entry.key == key} for key in prefer}
    problems += [f"prefer names {key!r}, which nobody registers" for key in prefer if not plugins_of[key]]

    def name(entry: Registration) -> tuple[str, str]:
        return namespace(entry), entry.key

    for (what, key), group in groupby(sorted(entries, key=name), key=name):
        rivals = list(group)
        wanted = prefer.get(key) if len(rivals) > 1 else None
        overriding = [entry for entry in rivals if entry.override]
        candidates = [entry for entry in rivals if entry.plugin == wanted] or overriding or rivals
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


def _repeated_interceptors(owned: Sequence[tuple[str, Interceptor]]) -> list[str]:
    owners: dict[str, list[str]] = {}
    for owner, interceptor in owned:
        owners.setdefault(interceptor.id, []).append(owner)
    return [
        f"interceptor {name!r} is registered by {' and '.join(map(repr, who))}"
        for name, who in owners.items()
        if len(who) > 1
    ]


def _guards(kind: StepKind, owned: Sequence[tuple[str, Interceptor]]) -> tuple[Guard, ...]:
    moments = ("before", "after", "around")
    guards = [Guard(one.id, owner, *(getattr(one, f"{moment}_{kind}") for moment in moments)) for owner, one in owned]
    return tuple(guard for guard in guards if guard.before or guard.after or guard.around)
