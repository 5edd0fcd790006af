"""Interceptors with an end: context managers around a step, which are left however the step ends.

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
    """The context managers around one step: `async with Around(hook_run) as around`, act on `around.verdict`, and call
    `around.ended`. It waits only if one of them does.
    """

    __slots__ = ("_entered", "_errors_before", "_hook_run", "_how", "verdict")

    def __init__(self, hook_run: HookRun) -> None:
        self._hook_run = hook_run
        self._entered: list[tuple[HookPair, Any, Ending]] = []
        self._errors_before = len(hook_run._frame.errors)
        self._how: How = "failed"
        self.verdict: Verdict = None
        """The verdict of the before hooks about the step, and of entering."""

    def ended(self, *, failed: bool = False, stopped: bool = False) -> None:
        """Note how the step ended. To be called if nothing was raised."""
        match self.verdict:
            case Skip():
                self._how = "skipped"
            case Stop():
                self._how = "stopped"
            case _:
                self._how = "failed" if failed else "stopped" if stopped else "done"

    async def __aenter__(self) -> Around:
        hook_run = self._hook_run
        self.verdict = hook_run.before()
        step = hook_run._step(None, False)
        for pair in hook_run._hook_pairs[: hook_run._completed]:
            if pair.around is not None and not await self._enter(pair, step):
                self.verdict = FAILED
                break
            step = hook_run._step(None, False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        passing = await self._leave_all(error)
        if passing is not None and passing is not error:
            raise passing

    async def _enter(self, pair: HookPair, step: Step) -> bool:
        """Enter one. Returns False, with a record, if that failed. An exception that is no `Exception` passes, once all
        are left.
        """
        try:
            answer = await self._enter_manager(pair, step)
            return answer is None or not isinstance(self._hook_run._apply_answer(answer, pair, step, "around"), Failed)
        except BaseException as error:  # noqa: BLE001 - a `Cancelled` and its like is raised below
            passing = self._record_failure(error, pair)
        if passing is not None:
            raise await self._leave_all(passing) or passing
        return False

    async def _enter_manager(self, pair: HookPair, step: Step) -> Step | None:
        ending = Ending()
        manager: Any = cast(Any, pair.around)(step, ending)
        is_async = _is_async(manager)
        if is_async is None:
            raise self._contract_error(pair, f"it returned {type(manager).__name__}", _NOT_A_MANAGER)
        if is_async and self._hook_run._kind != "dispatch":
            raise self._contract_error(
                pair, "it may have to wait", "use @contextmanager; only around_dispatch may wait"
            )
        answer: object = await manager.__aenter__() if is_async else manager.__enter__()
        self._entered.append((pair, manager, ending))
        if answer is not None and not isinstance(answer, Step):
            raise self._contract_error(pair, f"it yielded {type(answer).__name__}", "yield nothing, or a Step")
        return answer

    async def _leave_all(self, error: BaseException | None) -> BaseException | None:
        """Leave all that were entered, with `error` raised into them. Returns the exception that passes in the end, if
        any.
        """
        errors = self._hook_run._frame.errors
        while self._entered:
            pair, manager, ending = self._entered.pop()
            ending.errors = tuple(errors[self._errors_before :])
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
            self._hook_run._absorb(failure, pair, "around")
        except BaseException as passing:  # noqa: BLE001 - it takes the place of what has passed so far
            return passing
        return None

    def _contract_error(self, pair: HookPair, what: str, fix: str) -> InterceptorError:
        return InterceptorError(f"around_{self._hook_run._kind} of interceptor {pair.id!r}: {what}", fix=fix)


def _is_async(manager: object) -> bool | None:
    """Whether a context manager is an async one; None if it is no context manager."""
    kind = type(manager)
    return False if hasattr(kind, "__enter__") else True if hasattr(kind, "__aenter__") else None
