"""Interceptors: hooks before and after a dispatch, an action and an effect.

A hook sees a frozen `Step` and answers with None (go on, nothing changed), a `Step` (go on with this one), `Skip` or
`Stop`. Whatever else it returns, and whatever it raises, fails closed: what a *before* hook guards is not run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import is_
from typing import Literal, NamedTuple, final

from ._errors import ErrorRecord, RegistrationError
from ._first import refuse_unfit
from ._paths import Path, render
from ._signatures import is_async
from ._vectors import PLAIN

__all__ = ["Hook", "Interceptor", "Skip", "Step", "StepKind", "Stop", "fail_fast"]

StepKind = Literal["dispatch", "action", "effect"]


class _Moment(NamedTuple):
    """What a step is made of. One is shown to many hooks: nothing in it may be changed by any of them."""

    kind: StepKind
    held: Sequence[object]
    data: Mapping[str, object]
    system: Mapping[str, object]
    path: Path
    errors: Sequence[ErrorRecord]
    """The errors of this dispatch so far."""
    result: object
    """In an after hook: what the effect returned, what the action expanded to, or the `DispatchResult`."""
    failed: bool
    """In an after hook: whether this very step failed."""
    skipped: bool
    """In an after hook: whether a before hook skipped or stopped, so that nothing was run."""


@final
class Step(_Moment):
    """What an interceptor's hook sees. Change it with `step.replace(...)` and return the changed one."""

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
    ) -> Step:
        """A step, for tests of hooks."""
        return super().__new__(cls, kind, tuple(vector), data, system, path, errors, result, failed, skipped)

    def __repr__(self) -> str:
        return f"<Step {self.kind} {self.key!r} {render(self.path)}>"

    @property
    def vector(self) -> list[object]:
        """The effect vector, its placeholders resolved; for a dispatch, the list of them as it was given.

        A copy each time: what is done to it in place is not seen by anyone.
        """
        return [*self.held]

    @property
    def key(self) -> object:
        """The key of the effect or action; None for a dispatch."""
        return None if self.kind == "dispatch" else self.held[0]

    def replace(
        self,
        *,
        vector: Sequence[object] | None = None,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
        **result: object,
    ) -> Step:
        """This step with other content. Before hooks may change `vector`, `data` and `system`; after hooks `result`
        (of effects and actions), `data` and `system`.

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
        """Whether a vector is what this one has already: put back as it was read, it is no other."""
        return type(vector) in PLAIN and len(vector) == len(self.held) and all(map(is_, vector, self.held))


@final
@dataclass(frozen=True, slots=True)
class Skip:
    """Do not run this one; `result` stands in for what it would have returned (for an action: its expansion)."""

    result: object = None


@final
@dataclass(frozen=True, slots=True)
class Stop:
    """Do not run this one, nor anything after it in this dispatch. A parent dispatch goes on."""

    reason: str = "stopped by an interceptor"


Hook = Callable[[Step], Step | Skip | Stop | None]
_A_HOOK = "a hook is a plain function that takes a Step"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Interceptor:
    """Hooks around what a dispatch does, under one id.

    Before hooks run in the order of the plugins, after hooks in reverse. Where a before hook skips or stops,
    interceptors that come later see nothing of the step, neither before nor after; where one raises, its own after hook
    does not run, either. When a step is cancelled, `Cancelled` passes and no after hook runs. Hooks are plain
    functions. Raises `RegistrationError` for one that is async or not callable.
    """

    id: str
    before_dispatch: Hook | None = None
    after_dispatch: Hook | None = None
    before_action: Hook | None = None
    after_action: Hook | None = None
    before_effect: Hook | None = None
    after_effect: Hook | None = None

    def __post_init__(self) -> None:
        hooks = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "id"}
        for name, hook in hooks.items():
            if hook is not None and (not callable(hook) or is_async(hook)):
                raise RegistrationError(
                    f"interceptor {self.id!r}: {name} is {'async' if callable(hook) else 'not callable'}",
                    fix=_A_HOOK,
                )
            if hook is not None:
                refuse_unfit(f"interceptor {self.id!r}: {name}", hook, f"{name}=", _A_HOOK)
        if not any(hooks.values()):
            raise RegistrationError(f"interceptor {self.id!r} has no hooks", fix="give it at least one")


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
"""Stops a dispatch at its first error, nested ones included. What has run is not undone.

Hooks run around what can be run: of vectors that cannot even be read, such as two unknown keys in a row, each is an
error of its own.
"""
