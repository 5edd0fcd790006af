"""Runs interceptors' hooks around one step, and holds them to their contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, cast, final

from .._assembly.tables import HookPair
from .._language.errors import InterceptorError
from .._language.paths import Link, Path, flatten
from .._language.results import so_far
from .._language.vectors import Problem, list_problem, plain_key, vector_problem
from .._registry.interceptors import Skip, Step, StepKind, Stop
from .frame import EMPTY, Frame, merged

__all__ = ["FAILED", "Failed", "HookRun", "Verdict", "hooks_around"]


@final
class Failed:
    """The verdict of a before hook that raised or broke its contract: the step behind it does not run."""


FAILED = Failed()
Refusal = Skip | Stop | Failed
Verdict = Refusal | None
Moment = Literal["before", "after", "around"]


_new_step: Callable[[type[Step], tuple[object, ...]], Step] = cast(Any, tuple).__new__
"""Makes a `Step` in half the time of its own constructor: hooks run in the hot path."""


@final
class HookRun:
    """The hooks around one step of a frame: call `before`, act on its verdict, then call `after`.

    Made by `hooks_around`.

    `before` and `after` call hooks directly, since a function between would cost as much as most hooks do.
    """

    __slots__ = ("_completed", "_frame", "_hook_pairs", "_kind", "_link", "_path", "_skipped", "rewritten", "vector")

    _frame: Frame
    _hook_pairs: Sequence[HookPair]
    _kind: StepKind
    _link: Link | None
    _path: Path
    _completed: int
    """The number of hook pairs whose before hooks have completed."""
    _skipped: bool
    vector: tuple[object, ...]
    """The vector as the hooks have left it."""
    rewritten: bool
    """Whether they have replaced it."""

    def before(self) -> Verdict:
        """Run the before hooks in order, until one says that the step is not to run. Returns its verdict, or None."""
        step, completed = self._step(None, False), 0
        for pair in self._hook_pairs:
            if pair.before is not None:
                try:
                    answer: object = pair.before(step)
                except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
                    self._absorb(error, pair, "before")
                    answer = FAILED
                if answer is not None:
                    verdict = answer if answer is FAILED else self._apply_answer(answer, pair, step, "before")
                    if not isinstance(verdict, Step):
                        self._completed = completed + (verdict is not FAILED)
                        return verdict
                    step = self._step(None, False)
            completed += 1
        self._completed = completed
        return None

    def after(self, result: object, *, failed: bool) -> object:
        """Run the after hooks in reverse, of those whose before hook completed. Returns the result as they left it."""
        step = self._step(result, failed)
        pairs, completed = self._hook_pairs, self._completed
        for pair in reversed(pairs if completed == len(pairs) else pairs[:completed]):
            if pair.after is not None:
                try:
                    answer: object = pair.after(step)
                except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
                    self._absorb(error, pair, "after")
                    answer = FAILED
                if answer is not None:
                    verdict = answer if answer is FAILED else self._apply_answer(answer, pair, step, "after")
                    result = verdict.result if isinstance(verdict, Step) else result
                    step = self._step(result, failed)
        return result

    def _step(self, result: object, failed: bool) -> Step:
        """Return the step that hooks see now."""
        frame = self._frame
        errors = tuple(frame.errors) if frame.errors else ()
        done = so_far(frame.outcomes) if frame.outcomes else ()
        kind, vector, data, system, path = self._kind, self.vector, frame.data, frame.system, self._path
        return _new_step(Step, (kind, vector, data, system, path, errors, result, failed, self._skipped, done))

    def _apply_answer(self, answer: object, pair: HookPair, step: Step, moment: Moment) -> Step | Refusal:
        """Do as a hook has answered. Returns `FAILED`, with a record, if the answer breaks the contract."""
        try:
            problem = self._problem(step, answer, before=moment != "after")
            if problem is None and isinstance(answer, Step):
                self._apply_step(step, answer)
        except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
            self._absorb(error, pair, moment)
            return FAILED
        if problem is not None:
            what = f"{moment}_{self._kind} of interceptor {pair.id!r}: {problem[0]}"
            self._absorb(InterceptorError(what, fix=problem[1]), pair, moment)
            return FAILED
        if not isinstance(answer, Step):
            self._skipped |= moment == "before"
            if isinstance(answer, Stop) and self._frame.stopped is None:
                self._frame.stopped = answer.reason
        return cast("Step | Skip | Stop", answer)

    def _absorb(self, error: BaseException, pair: HookPair, moment: Moment) -> None:
        hook = (pair.id, f"{moment}_{self._kind}")
        self._frame.absorb(error, "interceptor", self._key, self._link, pair.plugin, self.vector, hook)

    def _apply_step(self, step: Step, answer: Step) -> None:
        if answer.held is not step.held:
            self.vector = tuple(answer.held) if self._kind == "dispatch" else _with_plain_key(answer.held)
            self.rewritten = True
        if answer.data is not step.data:
            self._frame.data = merged(EMPTY, answer.data)
        if answer.system is not step.system:
            self._frame.system = merged(EMPTY, answer.system)

    @property
    def _key(self) -> str | None:
        return None if self._kind == "dispatch" else str(self.vector[0])

    def _problem(self, step: Step, answer: object, *, before: bool) -> Problem | None:
        """Return the rule that a hook's answer breaks, and the fix; None if it breaks none."""
        if isinstance(answer, Stop) or (isinstance(answer, Skip) and before):
            return self._skip_problem(answer) if isinstance(answer, Skip) and answer.result is not None else None
        if not isinstance(answer, Step):
            if inspect.iscoroutine(answer):
                answer.close()
            return (
                f"it returned {type(answer).__name__}",
                f"return None, a Step, {'Skip or Stop' if before else 'or Stop'}",
            )
        if not all(isinstance(mapping, Mapping) for mapping in cast("list[object]", [answer.data, answer.system])):
            return "it replaced data or system by something else", "both are mappings"
        return self._rewrite_problem(step, answer) if before else self._result_problem(step, answer)

    def _skip_problem(self, answer: Skip) -> Problem | None:
        if self._kind == "dispatch":
            return "it skips a dispatch with a result", "a dispatch has no result of its own: return Skip()"
        return list_problem(answer.result) if self._kind == "action" else None

    def _rewrite_problem(self, step: Step, answer: Step) -> Problem | None:
        if answer.held is step.held:
            return None
        if self._kind == "dispatch":
            return list_problem(answer.held)
        if (problem := vector_problem(answer.held)) is not None:
            return problem
        key = plain_key(cast(str, answer.held[0]))
        entry = self._frame.engine.tables.entries.get(key)
        if entry is None or entry.is_action != (self._kind == "action"):
            return (
                f"it rewrote the vector to {key!r}, which is no {self._kind}",
                f"keep to registered {self._kind}s",
            )
        return None

    def _result_problem(self, step: Step, answer: Step) -> Problem | None:
        if answer.held is not step.held:
            return "it rewrote a vector that has run already", "rewrite it in the before hook"
        if answer.result is step.result:
            return None
        if self._kind == "dispatch":
            return "it replaced the result of a dispatch", "change data in before_dispatch, or effects one by one"
        return list_problem(answer.result) if self._kind == "action" else None


def _with_plain_key(vector: Sequence[object]) -> tuple[object, ...]:
    """Return a vector with its key as plain text."""
    key, *args = vector
    return plain_key(cast(str, key)), *args


def hooks_around(
    frame: Frame, pairs: Sequence[HookPair], kind: StepKind, vector: Iterable[object], link: Link | None
) -> HookRun:
    """Return the hooks around one step that is about to begin."""
    hook_run = HookRun()
    hook_run._frame = frame
    hook_run._hook_pairs = pairs
    hook_run._kind = kind
    hook_run._link = link
    hook_run._path = () if link is None else (cast("int", link[1]),) if link[0] is None else flatten(link)
    hook_run._completed = 0
    hook_run._skipped = hook_run.rewritten = False
    hook_run.vector = tuple(vector)
    return hook_run
