"""One call of a dispatch, while it runs: its data and system, its results and errors so far, and how it reports
these.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, cast, final

from .._assembly.tables import Tables
from .._language.containers import is_list
from .._language.display import shorten_repr, type_names
from .._language.errors import LimitError, ShapeError
from .._language.limits import Limits
from .._language.paths import Link, flatten
from .._language.results import DispatchResult, ErrorRecord, Outcome, Phase
from .._language.vectors import plain_key
from .background import Background
from .budget import YIELD_EVERY, Budget
from .resolved import Resolved
from .tracebacks import keep_few_frames

__all__ = ["EMPTY", "Caller", "Engine", "Frame", "Handled", "child_of", "merged", "root_of"]

EMPTY: Mapping[str, object] = MappingProxyType({})
HookName = tuple[str | None, str | None]
"""An interceptor's id, and the name of one of its hooks."""
NO_HOOK: HookName = (None, None)


class Caller(Protocol):
    """The effect whose interpreter makes a call: the part of a `Context` that a run needs to know."""

    key: str
    _vector: object
    _link: Link


Run = Callable[
    ["Frame", object, "Caller | None", "Mapping[str, object] | None", "Mapping[str, object] | None"],
    Coroutine[Any, Any, DispatchResult],
]


@final
@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that all dispatches made from one set of plugins share."""

    tables: Tables
    limits: Limits
    debug: bool
    hear: Callable[[ErrorRecord], None]
    background: Background
    run: Run


@final
class Frame:
    """One call of a dispatch. Its parent is the dispatch whose interpreter made the call; a root has none.

    Made by `root_of` and `child_of`: see *What makes a dispatch fast* in the design.
    """

    __slots__ = ("budget", "data", "engine", "errors", "muted", "nesting", "outcomes", "parent", "stopped", "system")

    engine: Engine
    parent: Frame | Handled | None
    budget: Budget
    nesting: int
    """How many dispatches run inside one another here; 0 in background work, which is in none."""
    data: Mapping[str, object]
    system: Mapping[str, object]
    outcomes: list[Outcome]
    errors: list[ErrorRecord]
    stopped: str | None
    muted: int | None
    """If set, errors are only counted here, and recorded neither here nor further up."""

    def fail(
        self,
        phase: Phase,
        key: str | None,
        link: Link | None,
        plugin: str | None,
        error: Exception,
        vector: object = None,
        hook: HookName = NO_HOOK,
    ) -> None:
        """Record a failure here and in every parent, up to an attempt, and tell the listeners."""
        keep_few_frames(error)
        reached: list[Frame] = []
        frame: Frame | Handled | None = self
        while frame is not None:
            if isinstance(frame, Handled):
                if not self._is_spent(error):
                    break
                frame = frame.around
            elif frame.muted is not None:
                frame.muted += 1
                break
            else:
                reached.append(frame)
                frame = frame.parent
        handled = isinstance(frame, Handled)
        values = shorten_repr(vector) if self.engine.debug and vector is not None else None
        types = type_names(vector)
        record = ErrorRecord(phase, key, flatten(link), plugin, error, types, values, *hook, handled=handled)
        for outer in reached:
            outer.errors.append(record)
        if frame is None or handled:
            self.engine.hear(record)

    @property
    def is_over(self) -> bool:
        """Whether no more vectors are taken up: an interceptor has stopped the dispatch, or its budget is spent."""
        return self.stopped is not None or self.budget.spent

    def _is_spent(self, error: Exception) -> bool:
        """Whether an error says that the budget is spent, here and in all dispatches around. No attempt can deal with
        that.
        """
        return self.budget.spent and isinstance(error, LimitError)

    def absorb(
        self,
        error: BaseException,
        phase: Phase,
        key: str | None,
        link: Link | None,
        plugin: str | None,
        vector: object = None,
        hook: HookName = NO_HOOK,
    ) -> None:
        """Record the part of `error` that is an `Exception`, and raise the rest: `Cancelled` always passes."""
        if isinstance(error, Exception):
            self.fail(phase, key, link, plugin, error, vector, hook)
            return
        if isinstance(error, BaseExceptionGroup):
            recorded, rest = cast("BaseExceptionGroup[BaseException]", error).split(Exception)
            if recorded is not None and rest is not None:
                self.fail(phase, key, link, plugin, recorded, vector, hook)
                raise rest
        raise error

    def too_many(self, vector: object, link: Link) -> None:
        """Record that there are more vectors than the limit; this is the first that is too many."""
        error = self.budget.exceeded("vectors", "effect vectors")
        self.fail("shape", _key_of(vector), link, None, error, vector)

    def result(self) -> DispatchResult:
        """Return the result so far."""
        return DispatchResult(self.outcomes, self.errors, self.stopped)


@final
class Handled:
    """Stands between an attempt and the dispatch around it: the caller of the attempt deals with its errors."""

    __slots__ = ("around",)

    def __init__(self, around: Frame | Handled | None) -> None:
        self.around = around


def root_of(
    engine: Engine, data: Mapping[str, object], system: Mapping[str, object], spawner: Budget | None = None
) -> Frame:
    """Return the frame of a dispatch that is in no other one, before anything is done.

    The values of placeholders in the dispatch of its `spawner` are data here, too.
    """
    limits, budget, frame = engine.limits, Budget(), Frame()
    budget.limits = limits
    budget.taken = budget.nodes = budget.members = 0
    budget.free = YIELD_EVERY - 1 if limits.vectors >= YIELD_EVERY else limits.vectors
    budget.resolved = None
    if spawner is not None and spawner.resolved is not None:
        budget.resolved = Resolved(spawner.resolved)
        budget.free = 0
    frame.engine = engine
    frame.parent = frame.stopped = frame.muted = None
    frame.budget = budget
    frame.nesting = 1
    frame.data = data
    frame.system = system
    frame.outcomes = []
    frame.errors = []
    return frame


def child_of(parent: Frame, data: Mapping[str, object], system: Mapping[str, object]) -> Frame:
    """Return the frame of a dispatch that an interpreter of another one makes, before anything is done."""
    frame = Frame()
    frame.engine = parent.engine
    frame.parent = parent
    frame.stopped = frame.muted = None
    frame.budget = parent.budget
    frame.nesting = parent.nesting + 1
    frame.data = data
    frame.system = system
    frame.outcomes = []
    frame.errors = []
    return frame


def merged(old: Mapping[str, object], new: Mapping[str, object], name: str = "data") -> Mapping[str, object]:
    """Return a read-only mapping of both; `new` wins. Later changes to either dict do not show in it.

    Raises `ShapeError` if `new` is no mapping, and whatever a mapping raises when it is read.
    """
    if type(new) is not dict and not isinstance(new, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ShapeError(f"{name} is a mapping, not {type(new).__name__}", fix=f"write {name}={{...}}")
    return MappingProxyType({**old, **new})


def _key_of(vector: object) -> str | None:
    try:
        head = next(iter(cast("Sequence[object]", vector)), None) if is_list(vector) else None
        return plain_key(cast(str, head)) if issubclass(type(head), str) else None
    except Exception:  # noqa: BLE001 - a subclass of list or str may fail in any way when it is read
        return None
