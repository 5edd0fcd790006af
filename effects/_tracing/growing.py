"""A trace while it grows, within its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from .._language.paths import Path, Via
from .._language.results import ErrorRecord
from .trace import Trace, TraceNode

__all__ = ["GrowingTrace", "TracedDispatch"]

_MAX_DEPTH = 64


@final
class GrowingTrace:
    """The trace of one root dispatch so far, and the number of nodes that may still be added."""

    def __init__(self, root: TraceNode, limit: int) -> None:
        self.trace = Trace(root)
        self._nodes_left = limit - 1
        self._depths = {root: 0}
        self._errors: dict[int, ErrorRecord] = {}

    def add(self, parent: TraceNode, node: TraceNode) -> None:
        """Put a node below another. A node over the limit, too deep, or below a dropped one is counted as dropped
        instead.
        """
        depth = self._depths.get(parent, _MAX_DEPTH)
        if depth >= _MAX_DEPTH or self._nodes_left <= 0:
            self.trace.dropped += 1
            return
        self._nodes_left -= 1
        self._depths[node] = depth + 1
        parent.children.append(node)

    def is_new(self, error: ErrorRecord) -> bool:
        """Whether an error is seen for the first time: all dispatches around a continuation report its errors."""
        new = id(error) not in self._errors
        self._errors[id(error)] = error
        return new


@final
class TracedDispatch:
    """One dispatch in a trace: its steps by their places, and the number of its errors that were seen."""

    def __init__(self, growing: GrowingTrace, node: TraceNode) -> None:
        self.growing = growing
        self._node = node
        self._nodes: dict[Path, TraceNode] = {node.path: node}
        self._errors_seen = 0

    def add(self, node: TraceNode) -> None:
        """Add a vector: below the action that expanded to it, or right below the dispatch."""
        path = node.path
        expanded = len(path) > 1 and path[-2] is Via.EXPANSION
        parent = self._nodes.get(path[:-2], self._node) if expanded else self._node
        self._nodes[path] = node
        self.growing.add(parent, node)

    def take(self, errors: Sequence[ErrorRecord]) -> None:
        """Add the new errors to their nodes. A vector that no hook saw could not be read: its node is added now."""
        for error in errors[self._errors_seen :]:
            if self.growing.is_new(error):
                self._failed_node(error).errors.append(error)
        self._errors_seen = len(errors)

    def _failed_node(self, error: ErrorRecord) -> TraceNode:
        node = self._nodes.get(error.path)
        if node is None:
            key = None if error.key is None else error.key[:200]
            node = TraceNode("vector", key, error.path, error.types, "failed", values=error.values)
            self.add(node)
        return node
