"""The tables of a dispatch, made once from all registries: the interpreter of each key, and the hooks around it.

This module finds everything that is wrong with a set of registries, and lists it in one error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, final, get_args

from .._language.errors import RegistrationError
from .._registry.interceptors import AroundHook, Hook, Interceptor, StepKind
from .._registry.registration import Registration, namespace
from .._registry.registry import Registry
from .._registry.signatures import Signature
from .conflicts import Owned, choose_and_check, owned_interceptors, repeated_interceptors
from .fast_call import FastCall, make_fast_call
from .lifespans import Lifespan
from .own_defaults import with_own_defaults

__all__ = ["Entry", "HookPair", "Tables", "make_tables", "with_more_hooks"]


_STEPS: tuple[StepKind, ...] = get_args(StepKind)


@final
class Entry:
    """One effect, action, placeholder or state slice, laid out for the hot path."""

    __slots__ = (
        "at_least",
        "at_most",
        "each",
        "fast_call",
        "function",
        "is_action",
        "is_async",
        "is_once",
        "key",
        "plugin",
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
        """Whether it is an effect that runs once, and not once for each member of a sink."""
        self.registration = registration
        self.validate = validate
        self.fast_call: FastCall = make_fast_call(self.function, self.signature, validate=self.validate)


@final
@dataclass(frozen=True, slots=True)
class HookPair:
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
    dispatch_hooks: tuple[HookPair, ...]
    action_hooks: tuple[HookPair, ...]
    effect_hooks: tuple[HookPair, ...]
    around_dispatch: bool = field(init=False)
    """Whether a context manager is entered around each dispatch."""
    around_action: bool = field(init=False)
    around_effect: bool = field(init=False)

    def __post_init__(self) -> None:
        for kind in _STEPS:
            pairs: tuple[HookPair, ...] = getattr(self, f"{kind}_hooks")
            object.__setattr__(self, f"around_{kind}", any(pair.around for pair in pairs))


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
    chosen, problems = choose_and_check(registries, lifespans, system, owned, prefer)
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
        dispatch_hooks=_hook_pairs("dispatch", owned),
        action_hooks=_hook_pairs("action", owned),
        effect_hooks=_hook_pairs("effect", owned),
    )


def with_more_hooks(tables: Tables, owned: Sequence[Owned]) -> Tables:
    """Return the same tables, with more interceptors before all others. Raises `RegistrationError` for ids that are
    taken.
    """
    ids = {pair.id for pairs in (tables.dispatch_hooks, tables.action_hooks, tables.effect_hooks) for pair in pairs}
    problems = repeated_interceptors(owned) + [
        f"interceptor {interceptor.id!r} is there already" for _, interceptor in owned if interceptor.id in ids
    ]
    if problems:
        raise RegistrationError("; ".join(problems), fix="give each an id of its own")
    return replace(
        tables,
        dispatch_hooks=(*_hook_pairs("dispatch", owned), *tables.dispatch_hooks),
        action_hooks=(*_hook_pairs("action", owned), *tables.action_hooks),
        effect_hooks=(*_hook_pairs("effect", owned), *tables.effect_hooks),
    )


def _hook_pairs(kind: StepKind, owned: Sequence[tuple[str, Interceptor]]) -> tuple[HookPair, ...]:
    moments = ("before", "after", "around")
    pairs = [
        HookPair(interceptor.id, owner, *(getattr(interceptor, f"{moment}_{kind}") for moment in moments))
        for owner, interceptor in owned
    ]
    return tuple(pair for pair in pairs if pair.before or pair.after or pair.around)
