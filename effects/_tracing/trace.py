"""The steps of one dispatch, as a tree that people and programs can read.

Nodes hold keys, places, types and times. They hold values only if these were asked for, shortened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, final

from .._language.errors import EffectsError
from .._language.paths import Path, Via, render
from .._language.results import ErrorRecord, message_of

__all__ = ["Status", "Trace", "TraceNode"]

Status = Literal["unfinished", "done", "failed", "skipped", "stopped"]
"""How a step ended: `unfinished` if it was cancelled, or still goes on; `stopped` for a dispatch that an interceptor
ended early.
"""


_COUNTED = {"dispatch": "of ", "action": "=> "}
"""The text before a count, if there is only one."""


@final
@dataclass(slots=True, eq=False)
class TraceNode:
    """One step: a dispatch, an action, an effect, or a vector that could not even be read."""

    kind: Literal["dispatch", "action", "effect", "vector"]
    key: str | None
    """The effect's or action's key; None if it is a dispatch."""
    path: Path
    types: tuple[str, ...] = ()
    """The type names of the arguments, after placeholders were resolved."""
    status: Status = "unfinished"
    seconds: float | None = None
    """The seconds that it took, by the clock of trio; None while unfinished."""
    result: str | None = None
    """The type name of the value that an effect returned."""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """The number of `vectors` that were dispatched, or of `effects` that an action expanded to, or the counts of an
    effect's result.
    """
    errors: list[ErrorRecord] = field(default_factory=list[ErrorRecord])
    """The failures here, without those of steps below."""
    values: str | None = None
    """The arguments, shortened; only if values are asked for."""
    returned: str | None = None
    """The value that an effect returned, shortened; only if values are asked for."""
    placeholders: dict[str, str] = field(default_factory=dict[str, str])
    """The value of each placeholder in the arguments, shortened; only if values are asked for."""
    state: dict[str, str] = field(default_factory=dict[str, str])
    """The slices of the state that an action saw, shortened; only if values are asked for."""
    children: list[TraceNode] = field(default_factory=list["TraceNode"])
    """The expansions of an action, or the dispatches of an effect, in the order in which they began."""

    def __repr__(self) -> str:
        return f"<TraceNode {self.kind} {self.key!r} {render(self.path)} {self.status}>"

    def __str__(self) -> str:
        arguments = f"({', '.join(self.types)})" if self.values is None else self.values
        name = self.kind if self.key is None else f"{self.kind} {self.key} {arguments}"
        time = "" if self.seconds is None else f", {self.seconds * 1000:.1f} ms"
        status = "" if self.status == "done" else f", {self.status}"
        errors = "; ".join(map(self._error_text, self.errors))
        line = f"{name}{self._outcome_text()}{time}{status}{f': {errors}' if errors else ''}"
        return " ".join(line.splitlines())  # an unregistered key, or a repr, may hold line breaks

    def seen(self) -> list[str]:
        """Return the values of placeholders, and the slices of the state that were seen, a line each; only if values
        are asked for.
        """
        slices = {f"state[{name!r}]": value for name, value in self.state.items()}
        return [" ".join(f"{what}: {value}".splitlines()) for what, value in {**self.placeholders, **slices}.items()]

    def _outcome_text(self) -> str:
        result = self.result if self.returned is None else self.returned
        value = "" if result in {None, "NoneType", "None"} else f" -> {result}"
        counts = [f"{_COUNTED.get(self.kind, f'{name}=')}{count}" for name, count in self.counts.items()]
        return " ".join([value, *counts])

    def _error_text(self, error: ErrorRecord) -> str:
        hides = self.values is None or isinstance(error.exception, EffectsError)
        text = error.cause if hides else f"{error.cause}: {message_of(error.exception)}"
        full = text if error.raised_by is None else f"{text}, from {error.raised_by}"
        return f"{full} (handled)" if error.handled else full

    def as_data(self) -> dict[str, object]:
        """Return this node and those below as JSON can represent them. Empty parts are left out."""
        data: dict[str, object] = {
            "kind": self.kind,
            "key": self.key,
            "path": [token.value if isinstance(token, Via) else token for token in self.path],
            "types": list(self.types),
            "status": self.status,
            "seconds": self.seconds,
            "result": self.result,
            "counts": dict(self.counts),
            "errors": [self._error_data(error) for error in self.errors],
            "values": self.values,
            "returned": self.returned,
            "placeholders": dict(self.placeholders),
            "state": dict(self.state),
            "children": [child.as_data() for child in self.children],
        }
        always = {"kind", "path", "status"}
        return {name: value for name, value in data.items() if name in always or value not in (None, [], {})}

    def _error_data(self, error: ErrorRecord) -> dict[str, object]:
        hook = {} if error.interceptor is None else {"interceptor": error.interceptor, "hook": error.hook}
        handled = {"handled": True} if error.handled else {}
        return {"phase": error.phase, "plugin": error.plugin, "error": self._error_text(error), **hook, **handled}


@final
class Trace:
    """The steps of one dispatch, continuations included: `print(trace)` shows them, `trace.as_data()` is for programs.

    A trace is bounded: steps after its limit, or nested deeper than 64, are left out and counted in `dropped`.
    """

    __slots__ = ("dropped", "root")

    def __init__(self, root: TraceNode) -> None:
        self.root = root
        self.dropped = 0

    def __iter__(self) -> Iterator[TraceNode]:
        """Yield every node, each before those below it."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def __repr__(self) -> str:
        return f"<Trace {self.root.status}, of {sum(1 for _ in self)} steps>"

    def __str__(self) -> str:
        lines = [str(self.root), *_branches(self.root, "")]
        return "\n".join([*lines, f"({self.dropped} more steps were left out)"] if self.dropped else lines)

    def as_data(self) -> dict[str, object]:
        """Return the tree as JSON can represent it: nested dicts with `kind`, `key`, `path`, `status`, `children` and
        more.
        """
        return {"dropped": self.dropped, "root": self.root.as_data()}


def _branches(node: TraceNode, margin: str) -> Iterator[str]:
    for child in node.children:
        last = child is node.children[-1]
        inside = f"{margin}{'   ' if last else '│  '}"
        yield f"{margin}{'└' if last else '├'}─ {child}"
        yield from (f"{inside}{'│  ' if child.children else '   '}{line}" for line in child.seen())
        yield from _branches(child, inside)
