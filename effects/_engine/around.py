"""Interceptors that end what they began: context managers around a step, left however it ends.

They are entered behind all before hooks, outermost first, and left in reverse, before the after hooks. A failure while
one is entered or left is recorded, and the others are left all the same. `Cancelled` is raised into them, and passes.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, cast, final

from .._assembly.tables import HookPair
from .._language.errors import InterceptorError
from .._registry.interceptors import Ending, How, Skip, Step, Stop
from .interception import FAILED, Failed, HookRun, Verdict

__all__ = ["Around"]

_NOT_A_MANAGER = "return a context manager: decorate a generator function with @contextmanager"


@final
class Around:
    """All that is around one step: `async with Around(guarded) as around`, act on `around.verdict`, and say how that
    ended. It waits only where its context managers do."""

    __slots__ = ("_before", "_entered", "_hooks", "_how", "verdict")

    def __init__(self, hooks: HookRun) -> None:
        self._hooks = hooks
        self._entered: list[tuple[HookPair, Any, Ending]] = []
        self._before = len(hooks._frame.errors)
        self._how: How = "failed"
        self.verdict: Verdict = None
        """The verdict of the before hooks about the step, and of entering."""

    def ended(self, *, failed: bool = False, stopped: bool = False) -> None:
        """Say how the step ended, if nothing was raised."""
        match self.verdict:
            case Skip():
                self._how = "skipped"
            case Stop():
                self._how = "stopped"
            case _:
                self._how = "failed" if failed else "stopped" if stopped else "done"

    async def __aenter__(self) -> Around:
        hooks = self._hooks
        self.verdict = hooks.before()
        step = hooks._step(None, False)
        for pair in hooks._hook_pairs[: hooks._completed]:
            if pair.around is not None and not await self._enter(pair, step):
                self.verdict = FAILED
                break
            step = hooks._step(None, False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        passing = await self._leave(error)
        if passing is not None and passing is not error:
            raise passing

    async def _enter(self, pair: HookPair, step: Step) -> bool:
        """Enter one. False, with a record, where that failed; what is no `Exception` passes, once all are left."""
        try:
            answer = await self._enter_manager(pair, step)
            return answer is None or not isinstance(self._hooks._apply_answer(answer, pair, step, "around"), Failed)
        except BaseException as error:  # noqa: BLE001 - what is no `Exception` is raised below
            passing = self._record_failure(error, pair)
        if passing is not None:
            raise await self._leave(passing) or passing
        return False

    async def _enter_manager(self, pair: HookPair, step: Step) -> Step | None:
        ending = Ending()
        manager: Any = cast(Any, pair.around)(step, ending)
        waits = _is_async(manager)
        if waits is None:
            raise self._contract_error(pair, f"it returned {type(manager).__name__}", _NOT_A_MANAGER)
        if waits and self._hooks._kind != "dispatch":
            raise self._contract_error(
                pair, "it may have to wait", "use @contextmanager; only around_dispatch may wait"
            )
        answer: object = await manager.__aenter__() if waits else manager.__enter__()
        self._entered.append((pair, manager, ending))
        if answer is not None and not isinstance(answer, Step):
            raise self._contract_error(pair, f"it yielded {type(answer).__name__}", "yield nothing, or a Step")
        return answer

    async def _leave(self, error: BaseException | None) -> BaseException | None:
        """Leave all that were entered, with `error` raised into them. Returns the exception that passes in the end, if
        any.
        """
        errors = self._hooks._frame.errors
        while self._entered:
            pair, manager, ending = self._entered.pop()
            ending.errors = tuple(errors[self._before :])
            ending.how = "cancelled" if error is not None else "failed" if ending.errors else self._how
            raised = (None, None, None) if error is None else (type(error), error, error.__traceback__)
            try:
                suppressed = await manager.__aexit__(*raised) if _is_async(manager) else manager.__exit__(*raised)
                if suppressed and error is not None:
                    fix = "let it pass: raise it again, or do not catch it"
                    self._record_failure(self._contract_error(pair, f"it suppressed {type(error).__name__}", fix), pair)
            except BaseException as failure:  # noqa: BLE001 - what passes is raised once all are left
                if failure is not error:
                    error = self._record_failure(failure, pair) or error
        return error

    def _record_failure(self, failure: BaseException, pair: HookPair) -> BaseException | None:
        """Record the part of a failure that is an `Exception`. Returns the other part, if any."""
        try:
            self._hooks._absorb(failure, pair, "around")
        except BaseException as passing:  # noqa: BLE001 - it takes the place of what has passed so far
            return passing
        return None

    def _contract_error(self, pair: HookPair, what: str, fix: str) -> InterceptorError:
        return InterceptorError(f"around_{self._hooks._kind} of interceptor {pair.id!r}: {what}", fix=fix)


def _is_async(manager: object) -> bool | None:
    """Whether a context manager is an async one; None if it is no context manager."""
    kind = type(manager)
    return False if hasattr(kind, "__enter__") else True if hasattr(kind, "__aenter__") else None
