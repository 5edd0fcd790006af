"""The first argument of an interpreter: its place in the data, and the way to dispatch more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import final

from .._language.paths import Link, Path, Via, flatten
from .._language.results import DispatchResult
from .frame import Frame, Handled, child_of, root_of

__all__ = ["Context", "context_of"]


@final
class Context:
    """One effect that is running: the first argument of every interpreter.

    `key` is the effect's key, `data` and `system` are read-only mappings, as they were when the effect began.
    """

    __slots__ = ("_frame", "_link", "_vector", "data", "key", "system")

    key: str
    data: Mapping[str, object]
    system: Mapping[str, object]
    _frame: Frame
    _vector: object
    _link: Link

    def __repr__(self) -> str:
        return f"<Context of {self.key!r}>"

    @property
    def path(self) -> Path:
        """The place of the effect in the dispatched data."""
        return flatten(self._link)

    async def dispatch(
        self,
        effects: Sequence[object],
        *,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
    ) -> DispatchResult:
        """Run effects as a continuation of this one.

        They see this effect's data and system, with `data` and `system` merged over them, shallowly; nothing is written
        back. Their errors also appear in the result of the dispatch around them, and they share its work budget. Raises
        no exception of user code; `Cancelled` passes. See `Dispatch.__call__`.
        """
        frame = self._frame
        engine, own_data, own_system = frame.engine, self.data, self.system
        inside = (
            child_of(frame, own_data, own_system)
            if frame.nesting
            else root_of(engine, own_data, own_system, frame.budget)
        )
        return await engine.run(inside, effects, self, data, system)

    async def attempt(
        self,
        effects: Sequence[object],
        *,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
    ) -> DispatchResult:
        """Run effects as `dispatch` does, and deal with their errors, which are in this result only.

        The dispatches around it go on as if nothing had failed: their results do not have these errors, `fail_fast` and
        the error hook do not see them, and the log has them at level INFO. To give up, call `result.raise_errors()`. An
        attempt cannot deal with two things: `Cancelled` passes, and a work budget that is used up is an error of all
        dispatches around. The error hook still hears errors of work that the effects spawn.
        """
        frame = self._frame
        inside = (child_of if frame.nesting else _root_in)(frame, self.data, self.system)
        inside.parent = Handled(inside.parent)
        return await frame.engine.run(inside, effects, self, data, system)

    def spawn(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start `await function(ctx, *args)` in the background, and return at once.

        The `ctx` it gets has this effect's data and system; each of its dispatches is a root with a budget of its own.
        It is cancelled when `dispatch.running()` ends. Its exception is an error record with the phase `execute`, which
        only the error hook hears, since this dispatch may be over. Raises `LifecycleError` outside
        `dispatch.running()`, and in another `trio.run` than the one that entered it, such as a thread's; `LimitError`
        if too much is alive already.
        """
        frame = root_of(self._frame.engine, self.data, self.system, self._frame.budget)
        frame.nesting = 0
        context = context_of(frame, self.key, self._vector, (self._link, Via.BACKGROUND))
        plugin = frame.engine.tables.entries[self.key].plugin

        async def work() -> None:
            try:
                await function(context, *args)
            except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
                frame.absorb(error, "execute", self.key, context._link, plugin, self._vector)

        frame.engine.background.start(work, frame.engine.limits.background)

    def charge(self, members: int) -> None:
        """Count visits to members of a sink against the budget of the root dispatch.

        For interpreters whose work grows with something other than their vector. Raises `LimitError` if the budget is
        used up, and `ValueError` for a negative count.
        """
        if members < 0:
            raise ValueError("a count of visits is 0 or more")
        self._frame.budget.take_members(members)


def _root_in(frame: Frame, data: Mapping[str, object], system: Mapping[str, object]) -> Frame:
    return root_of(frame.engine, data, system, frame.budget)


def context_of(frame: Frame, key: str, vector: object, link: Link) -> Context:
    """Return the context of an effect that is about to begin."""
    context = Context()
    context.key = key
    context.data = frame.data
    context.system = frame.system
    context._frame = frame
    context._vector = vector
    context._link = link
    return context
