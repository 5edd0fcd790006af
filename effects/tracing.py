"""Traces of dispatches: every step as a tree, with its place, its outcome and its time.

tracer = Tracer(dispatch) await tracer([["page/greet", "Ann"]]) print(tracer.trace)
"""

from ._tracing.trace import Status, Trace, TraceNode
from ._tracing.tracer import HasCounts, Tracer

__all__ = ["HasCounts", "Status", "Trace", "TraceNode", "Tracer"]
