"""Interceptors: hooks before, after and around a dispatch, an action and an effect.

A hook sees a frozen `Step` and answers with None (go on, nothing changed), a `Step` (go on with this one), `Skip` or
`Stop`. Any other answer, and any exception, fails closed: the step behind a *before* hook does not run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, fields
from operator import is_
from typing import Any, Literal, NamedTuple, cast, final

from .._language.containers import PLAIN
from .._language.errors import RegistrationError
from .._language.paths import Path, render
from .._language.results import ErrorRecord, ResultRecord
from .._language.vectors import plain_key
from .first_parameter import refuse_unfit
from .functions import is_async, is_generator

__all__ = [
    "AroundHook",
    "Ending",
    "Hook",
    "How",
    "Interceptor",
    "Skip",
    "Step",
    "StepKind",
    "Stop",
    "checked_interceptors",
    "fail_fast",
]

StepKind = Literal["dispatch", "action", "effect"]


class _Moment(NamedTuple):
    """The parts of a step. Many hooks see the same one, so no hook may change anything in it."""

    kind: StepKind
    held: Sequence[object]
    data: Mapping[str, object]
    system: Mapping[str, object]
    path: Path
    errors: Sequence[ErrorRecord]
    """The errors of this dispatch so far."""
    result: object
    """In an after hook: the value of the effect, the expansion of the action, or the `DispatchResult`."""
    failed: bool
    """In an after hook: whether this very step failed."""
    skipped: bool
    """In an after hook: whether a before hook skipped or stopped, so that nothing ran."""
    results: Sequence[ResultRecord]
    """The results of the effects of this dispatch so far; those of continuations are in their own."""


@final
class Step(_Moment):
    """The step that an interceptor's hook sees. Change it with `step.replace(...)` and return the changed one."""

    __slots__ = ()

    def __new__(
        cls,
        kind: StepKind,
        vector: Sequence[object],
        data: Mapping[str, object],
        system: Mapping[str, object],
        path: Path,
        errors: Sequence[ErrorRecord],
        result: object = None,
        failed: bool = False,
        skipped: bool = False,
        results: Sequence[ResultRecord] = (),
    ) -> Step:
        """Make a step, for tests of hooks."""
        return super().__new__(cls, kind, tuple(vector), data, system, path, errors, result, failed, skipped, results)

    def __repr__(self) -> str:
        return f"<Step {self.kind} {self.key!r} {render(self.path)}>"

    @property
    def vector(self) -> list[object]:
        """The effect vector, its placeholders resolved; for a dispatch, the list of effect vectors as it was
        dispatched.

        It is a copy each time: no one sees changes that are made to it in place.
        """
        return [*self.held]

    @property
    def key(self) -> object:
        """The key of the effect or action; None if the step is a dispatch."""
        return None if self.kind == "dispatch" else self.held[0]

    def replace(
        self,
        *,
        vector: Sequence[object] | None = None,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
        **result: object,
    ) -> Step:
        """Return this step with other content. Before hooks may change `vector`, `data` and `system`; after hooks
        `result` (of effects and actions), `data` and `system`.

        Raises `TypeError` for anything else.
        """
        if result.keys() - {"result"}:
            raise TypeError(f"a step has no {', '.join(map(repr, sorted(result.keys() - {'result'})))} to replace")
        return self._replace(
            held=self.held if vector is None or self._holds(vector) else vector,
            data=self.data if data is None else data,
            system=self.system if system is None else system,
            result=result.get("result", self.result),
        )

    def _holds(self, vector: Sequence[object]) -> bool:
        """Whether a vector has the very items that this step holds: a hook that puts back what it read has changed
        nothing.
        """
        return type(vector) in PLAIN and len(vector) == len(self.held) and all(map(is_, vector, self.held))


@final
@dataclass(frozen=True, slots=True)
class Skip:
    """Do not run this step; `result` stands in for the value that it would have returned (for an action: its
    expansion).
    """

    result: object = None


@final
@dataclass(frozen=True, slots=True)
class Stop:
    """Do not run this step, nor any later one of this dispatch. A parent dispatch goes on."""

    reason: str = "stopped by an interceptor"


How = Literal["open", "done", "failed", "skipped", "stopped", "cancelled"]


@final
class Ending:
    """How a step ended, for the context manager around it: read it behind the `yield`."""

    __slots__ = ("errors", "how")

    def __init__(self) -> None:
        self.how: How = "open"
        """`failed` if anything in it failed outside an attempt; `cancelled` if an exception passes that is no
        `Exception`; `open` before it has ended.
        """
        self.errors: Sequence[ErrorRecord] = ()
        """The failures in it, continuations included."""

    def __repr__(self) -> str:
        return f"<Ending {self.how}>"


Entered = AbstractContextManager["Step | None", Any] | AbstractAsyncContextManager["Step | None", Any]
AroundHook = Callable[[Step, Ending], Entered]
Hook = Callable[[Step], Step | Skip | Stop | None]
_A_HOOK = "a hook is a plain function that takes a Step"
_A_MANAGER = "write def around(step, ending), and decorate it with @contextmanager"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Interceptor:
    """Hooks around the steps of a dispatch, under one id.

    Before hooks run in the order of the plugins, after hooks in reverse. If a before hook skips or stops, later
    interceptors do not see the step, neither before nor after; if it raises, its own after hook does not run, either.
    When a step is cancelled, `Cancelled` passes and no after hook runs. Hooks are plain functions.

    `around_*` hooks are for things that have to end, however the step does: spans, locks, transactions. They take the
    step and an `Ending`, and return a context manager, which is entered behind all before hooks, outermost first, and
    left in reverse, before the after hooks. It may yield a changed `Step`, as a before hook returns it. Errors are
    records, and are not raised into it: behind the `yield`, the ending says what became of the step. `Cancelled` is
    raised into it, and passes even if it is suppressed. An exception of its own is a record; the others are left all
    the same. If a step was skipped or stopped, only those are entered and left whose before hooks completed. Only
    `around_dispatch` may return an async one. Background work is no part of the dispatch that it came from.

    Raises `RegistrationError` for a hook that cannot be called with these arguments, is async, or is a bare generator.
    """

    id: str
    before_dispatch: Hook | None = None
    after_dispatch: Hook | None = None
    before_action: Hook | None = None
    after_action: Hook | None = None
    before_effect: Hook | None = None
    after_effect: Hook | None = None
    around_dispatch: AroundHook | None = None
    around_action: AroundHook | None = None
    around_effect: AroundHook | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", plain_key(self.id))
        hooks = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "id"}
        for name, hook in hooks.items():
            if hook is not None:
                _check_hook(f"interceptor {self.id!r}: {name}", name, hook)
        if not any(hooks.values()):
            raise RegistrationError(f"interceptor {self.id!r} has no hooks", fix="give it at least one")


def _check_hook(where: str, name: str, hook: object) -> None:
    """Raise `RegistrationError` for an object that cannot be the hook of that name."""
    moment, _, kind = name.partition("_")
    around = moment == "around"
    fix = _A_MANAGER if around else _A_HOOK
    if not callable(hook):
        raise RegistrationError(f"{where} is not callable", fix=fix)
    if is_async(hook):
        raise RegistrationError(f"{where} is async", fix=fix)
    if is_generator(hook):
        raise RegistrationError(f"{where} is a bare generator", fix=fix)
    if around and kind != "dispatch" and inspect.isasyncgenfunction(inspect.unwrap(hook)):
        raise RegistrationError(f"{where} may have to wait", fix="only around_dispatch may: use @contextmanager")
    refuse_unfit(where, hook, f"{name}=", arguments=1 + around, fix=fix)


def _stop_when_failed(step: Step) -> Stop | None:
    """Stop a dispatch at its first error."""
    return Stop("fail-fast: an earlier step failed") if step.errors else None


fail_fast = Interceptor(
    id="fail-fast",
    before_action=_stop_when_failed,
    after_action=_stop_when_failed,
    before_effect=_stop_when_failed,
    after_effect=_stop_when_failed,
)
"""Stops a dispatch at its first error, nested ones included. Effects that have run are not undone.

Hooks run around vectors that can be run. So vectors that cannot even be read, such as two unknown keys in a row, are
each an error of their own.
"""


def checked_interceptors(interceptors: object) -> list[Interceptor]:
    items = list(cast(Iterable[object], interceptors)) if isinstance(interceptors, Iterable) else [None]
    if not all(isinstance(item, Interceptor) for item in items):
        raise RegistrationError("interceptors is a list of Interceptor objects", fix="write interceptors=[...]")
    return cast(list[Interceptor], items)
