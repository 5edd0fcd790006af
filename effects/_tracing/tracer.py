"""Traces of dispatches, recorded by hooks around every step.

Steps are tied together by a context variable: it holds the innermost step that is open, and is inherited by the tasks
that an interpreter starts, so that their dispatches are found below it. If a step was cancelled, its after hook does
not run, and the variable still names it: so each step looks upwards for the one that it belongs to.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Protocol, cast, final, runtime_checkable

import trio

from .._dispatch.dispatch import Dispatch
from .._language.display import shorten_repr, type_names
from .._language.paths import Path
from .._language.results import DispatchResult
from .._registry.interceptors import Interceptor, Step
from .growing import GrowingTrace, TracedDispatch
from .trace import Status, Trace, TraceNode
from .watching import Watcher

__all__ = ["HasCounts", "Tracer"]

_logger = logging.getLogger("effects")
_MAX_AROUND = 256
"""At most this many steps may be around a root dispatch. In a task that goes on after many cancelled steps, the
variable still names these; they are forgotten then.
"""


@runtime_checkable
class HasCounts(Protocol):
    """The result of an effect that says how much it did: a `BroadcastResult` is one."""

    def counts(self) -> Mapping[str, int]:
        """Return names and numbers that are no secret: traces show them without being asked for values."""
        ...


@final
class _Open:
    """A step that has begun."""

    __slots__ = ("began", "depth", "inside", "node", "owner", "parent")

    def __init__(self, owner: Tracer, node: TraceNode, inside: TracedDispatch, parent: _Open | None) -> None:
        self.owner = owner
        self.node = node
        self.inside = inside
        """That of a dispatch is its own; that of a vector is the one of its dispatch."""
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.began = trio.current_time()


_innermost: ContextVar[_Open | None] = ContextVar("rhialto_trace", default=None)


@final
class Tracer:
    """Traces dispatches: call it as you would call the dispatch, then look at `trace`.

    `tracer.dispatch` is the same engine with the tracer's hooks around everything, outside of all others: give it to a
    `Live`, or a `Recorder`. The original dispatch is not changed, and not slower. Tracing does not change the result of
    a dispatch. A trace holds keys, places, types and times; with `values`, also arguments, results and messages, the
    values of placeholders, and the state that each action saw, shortened. The latest `keep` traces are in `traces`,
    unfinished ones too, each of at most `limit` steps. `hear` is called with each finished trace and must be quick; if
    it raises, the type of the exception is logged.

    Effects that an interpreter dispatches by `ctx` are in the trace of its effect, from any task; background work has
    traces of its own.

    >>> from effects import Registry, create_dispatch
    >>> plugin = Registry("plugin")
    >>> _ = plugin.effect("greet")(lambda ctx, name: None)
    >>> tracer = Tracer(create_dispatch([plugin]))
    >>> result = trio.run(tracer, [["greet", "Ann"], ["great"]])
    >>> [(node.kind, node.key, node.status) for node in tracer.trace]
    [('dispatch', None, 'failed'), ('effect', 'greet', 'done'), ('vector', 'great', 'failed')]
    """

    def __init__(
        self,
        dispatch: Dispatch,
        *,
        values: bool = False,
        limit: int = 1_000,
        keep: int = 10,
        hear: Callable[[Trace], object] | None = None,
    ) -> None:
        self.traces: deque[Trace] = deque(maxlen=keep)
        self._watcher = Watcher(self._note_state) if values else None
        watched = dispatch if self._watcher is None else self._watcher.watch(dispatch)
        self.dispatch = watched.with_interceptors(
            Interceptor(
                id="rhialto.tracer",
                before_dispatch=self._begin,
                after_dispatch=self._end,
                before_action=self._begin,
                after_action=self._end,
                before_effect=self._begin,
                after_effect=self._end,
            )
        )
        self._values = values
        self._limit = limit
        self._hear = hear

    async def __call__(
        self,
        effects: Sequence[object],
        *,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
    ) -> DispatchResult:
        """Dispatch, traced. See `Dispatch.__call__`."""
        return await self.dispatch(effects, data=data, system=system)

    def __repr__(self) -> str:
        return f"<Tracer of {', '.join(self.dispatch.plugins)}, with {len(self.traces)} traces>"

    @property
    def trace(self) -> Trace:
        """The latest trace. Raises `LookupError` if there is none: a dispatch of a value that is no list of vectors has
        no trace.
        """
        if not self.traces:
            raise LookupError("nothing was traced yet")
        return self.traces[-1]

    def _begin(self, step: Step) -> None:
        self._call_safely(self._open, step)

    def _end(self, step: Step) -> None:
        self._call_safely(self._close, step)

    @staticmethod
    def _call_safely(trace: Callable[[Step], None], step: Step) -> None:
        """Call a function, and log what it raises: if a before hook raised, its step would not run."""
        try:
            trace(step)
        except Exception as error:  # noqa: BLE001 - values may be of any type, and a trace may not cost the dispatch
            _logger.error("a step could not be traced: %s", type(error).__name__)  # noqa: TRY400

    def _open(self, step: Step) -> None:
        node = self._node(step)
        inside = self._attach(step, node)
        outer = _innermost.get()
        if inside.growing.trace.root is node and outer is not None and outer.depth >= _MAX_AROUND:
            outer = None
        _innermost.set(_Open(self, node, inside, outer))

    def _node(self, step: Step) -> TraceNode:
        if step.kind == "dispatch":
            return TraceNode("dispatch", None, step.path, counts={"vectors": len(step.vector)})
        node = TraceNode(step.kind, str(step.key), step.path, type_names(step.vector))
        if self._watcher is not None:
            node.values = shorten_repr(tuple(step.vector[1:]))
            node.placeholders = self._watcher.take()
        return node

    def _note_state(self, name: str, value: str) -> None:
        """Note a state slice that the open action sees."""
        place = self._find("action", None)
        if place is not None:
            place.node.state[name] = value

    def _attach(self, step: Step, node: TraceNode) -> TracedDispatch:
        """Attach the node of a step: a vector in its dispatch, a continuation below its effect."""
        if step.kind != "dispatch":
            inside = cast(_Open, self._find("dispatch", None)).inside
            inside.take(step.errors)
            inside.add(node)
            return inside
        origin = self._find("effect", step.path)
        if origin is not None:
            origin.inside.growing.add(origin.node, node)
            return TracedDispatch(origin.inside.growing, node)
        growing = GrowingTrace(node, self._limit)
        self.traces.append(growing.trace)
        return TracedDispatch(growing, node)

    def _find(self, kind: str, path: Path | None) -> _Open | None:
        """Return the innermost open step of that kind; if a place is given, the one at that place."""
        place = _innermost.get()
        while place is not None:
            if place.owner is self and place.node.kind == kind and path in {None, place.node.path}:
                return place
            place = place.parent
        return None

    def _close(self, step: Step) -> None:
        place = cast(_Open, self._find(step.kind, step.path))
        _innermost.set(place.parent)
        node = place.node
        node.seconds = trio.current_time() - place.began
        node.status = _status(step)
        place.inside.take(step.errors)
        self._take_result(node, step.result)
        trace = place.inside.growing.trace
        if trace.root is node and self._hear is not None:
            self._hear(trace)

    def _take_result(self, node: TraceNode, result: object) -> None:
        if node.kind == "action" and node.status == "done":
            node.counts = {"effects": len(cast("Sequence[object]", result))}
        elif node.kind == "effect":
            node.result = type(result).__name__
            node.returned = shorten_repr(result) if self._values else None
            if isinstance(result, HasCounts):
                node.counts = {str(name): int(count) for name, count in result.counts().items()}


def _status(step: Step) -> Status:
    if isinstance(step.result, DispatchResult) and step.kind == "dispatch" and step.result.stopped is not None:
        return "stopped"
    return "skipped" if step.skipped else "failed" if step.failed else "done"
