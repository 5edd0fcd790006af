"""The parts of the libraries below that we rely on without their promise: found once, at start, or done without.

Each cure names what it needs: `Class`, `Class.attribute`, or `Class.method(parameters)` where a method is called or
replaced. If a newer hypercorn, quart or quart-trio lacks such a part, that cure is off, and so are those that build on
it; one line in the log says what is missing and what is lost. Everything goes on in the plain way.

Attributes that an object gets in its life are on no class: what counts is whether the class's own code sets them.
"""

from __future__ import annotations

import dis
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from types import FunctionType
from typing import TYPE_CHECKING, cast, final

from quart_trio import QuartTrio

__all__ = [
    "BUFFER_HIGH_WATER",
    "BUFFER_LOW_WATER",
    "MAX_RECV",
    "BufferCompleteError",
    "Closed",
    "H2Protocol",
    "H11Protocol",
    "HTTPStream",
    "LifespanTimeoutError",
    "Logger",
    "RawData",
    "ResponseBody",
    "StreamBuffer",
    "TCPServer",
    "find_cures",
    "h11",
    "is_standard",
]

_logger = logging.getLogger("plugins.http")

_PLACES = {
    "h11": "h11",
    "Closed": "hypercorn.events",
    "RawData": "hypercorn.events",
    "Logger": "hypercorn.logging",
    "ASGIWrapper": "hypercorn.app_wrappers",
    "ProtocolWrapper": "hypercorn.protocol",
    "BUFFER_HIGH_WATER": "hypercorn.protocol.h2",
    "BUFFER_LOW_WATER": "hypercorn.protocol.h2",
    "BufferCompleteError": "hypercorn.protocol.h2",
    "H2Protocol": "hypercorn.protocol.h2",
    "StreamBuffer": "hypercorn.protocol.h2",
    "H11Protocol": "hypercorn.protocol.h11",
    "HTTPStream": "hypercorn.protocol.http_stream",
    "Lifespan": "hypercorn.trio.lifespan",
    "LifespanTimeoutError": "hypercorn.utils",
    "MAX_RECV": "hypercorn.trio.tcp_server",
    "TCPServer": "hypercorn.trio.tcp_server",
    "WorkerContext": "hypercorn.trio.worker_context",
    "worker_serve": "hypercorn.trio.run",
    "ResponseBody": "quart.wrappers.response",
    "TrioASGIHTTPConnection": "quart_trio.asgi",
}
"""The module of each name."""


class _Missing:
    """Stands for what is not there: nothing is an instance of it."""


def _find(name: str) -> object:
    try:
        module = import_module(_PLACES[name])
    except ImportError:
        return _Missing
    return module if name == _PLACES[name] else getattr(module, name, _Missing)


if TYPE_CHECKING:
    import h11
    from hypercorn.events import Closed, RawData
    from hypercorn.logging import Logger
    from hypercorn.protocol.h2 import (
        BUFFER_HIGH_WATER,
        BUFFER_LOW_WATER,
        BufferCompleteError,
        H2Protocol,
        StreamBuffer,
    )
    from hypercorn.protocol.h11 import H11Protocol
    from hypercorn.protocol.http_stream import HTTPStream
    from hypercorn.trio.tcp_server import MAX_RECV, TCPServer
    from hypercorn.utils import LifespanTimeoutError
    from quart.wrappers.response import ResponseBody
else:
    for _name in _PLACES:
        globals()[_name] = _find(_name)


@final
@dataclass(frozen=True, slots=True)
class _Cure:
    """The needs of a cure, the cures that it builds on, and the loss without it."""

    lost: str
    needs: tuple[str, ...]
    on: tuple[str, ...] = ()


_CURES = {
    "shutdown": _Cure(
        "open streams are told of the server's end only after its graceful_timeout",
        ("HTTPStream.context", "WorkerContext.terminated"),
    ),
    "causes": _Cure(
        "the command ends with more than the cause where an app cannot start",
        ("LifespanTimeoutError", "worker_serve"),
    ),
    "workers": _Cure("nobody is warned of several workers", ("Lifespan.config",)),
    "responses": _Cure(
        "an open stream keeps its request",
        ("TrioASGIHTTPConnection._send_response(self, send, response)", "ResponseBody"),
    ),
    "sockets": _Cure(
        "clients that vanish without a word are noticed late, and those that never read delay the end",
        ("HTTPStream.send", "H11Protocol.send", "H2Protocol.send", "TCPServer.stream"),
    ),
    "http2": _Cure(
        "streams over HTTP/2 are buffered without bounds, and end after keep_alive_max_requests",
        (
            "BUFFER_HIGH_WATER",
            "BUFFER_LOW_WATER",
            "BufferCompleteError",
            "H2Protocol.context",
            "H2Protocol.keep_alive_requests",
            "H2Protocol.stream_buffers",
            "HTTPStream.stream_id",
            "StreamBuffer._complete",
            "StreamBuffer._is_empty",
            "StreamBuffer._paused",
            "StreamBuffer.buffer",
            "StreamBuffer.pop(self, max_length)",
            "StreamBuffer.push(self, data)",
            "WorkerContext.event_class",
        ),
    ),
    "connections": _Cure(
        "connections whose clients have left may stay, and one broken request may end the server",
        (
            "Closed",
            "H11Protocol.can_read",
            "H11Protocol.connection",
            "H11Protocol.stream",
            "HTTPStream.closed",
            "HTTPStream.send",
            "MAX_RECV",
            "ProtocolWrapper.protocol",
            "RawData",
            "TCPServer._close(self)",
            "TCPServer._idle_timeout(self)",
            "TCPServer._read_data(self)",
            "TCPServer.app",
            "TCPServer.config",
            "TCPServer.idle_task",
            "TCPServer.protocol",
            "TCPServer.run(self)",
            "TCPServer.stream",
            "h11",
        ),
    ),
    "short answers": _Cure(
        "short answers leave in several writes",
        (
            "H11Protocol.send",
            "H11Protocol.ssl",
            "HTTPStream.send",
            "RawData",
            "TCPServer.protocol_send(self, event)",
            "TCPServer.send_lock",
            "TCPServer.stream",
        ),
    ),
    "direct writes": _Cure(
        "each event goes through the whole server to each stream",
        ("H11Protocol.ssl", "RawData", "h11", "H11Protocol.connection", "HTTPStream.app_put", "HTTPStream.closed"),
        ("responses", "sockets"),
    ),
    "parking": _Cure(
        "idle streams keep their connection's parser and tasks",
        (
            "ASGIWrapper.app",
            "HTTPStream.app",
            "HTTPStream.config",
            "HTTPStream.response",
            "HTTPStream.scope",
            "HTTPStream.start_time",
            "Logger.access(self, request, response, request_time)",
            "Logger.access_logger",
            "TCPServer.app",
            "TCPServer.context",
            "TCPServer.state",
            "WorkerContext.terminated",
        ),
        ("connections", "direct writes"),
    ),
}


@cache
def find_cures() -> frozenset[str]:
    """Find the cures whose needs are met, by name. The loss without the others is logged, the first time."""
    missing = {name: [need for need in cure.needs if not _is_met(need)] for name, cure in _CURES.items()}
    found: set[str] = set()
    for name, cure in _CURES.items():  # those that others build on come before them
        if not missing[name] and found.issuperset(cure.on):
            found.add(name)
    lost = [cure for name, cure in _CURES.items() if name not in found]
    if lost:
        _logger.warning(
            "this hypercorn %s, or quart-trio %s, has no %s. Without that, %s. Everything else works as ever",
            metadata.version("hypercorn"),
            metadata.version("quart-trio"),
            ", ".join(sorted({need for needs in missing.values() for need in needs})),
            "; ".join(cure.lost for cure in lost),
        )
    return frozenset(found)


def is_standard(connection_class: object) -> bool:
    """Whether an app's connection class is quart-trio's own. The loss with another one is logged."""
    if connection_class is QuartTrio.asgi_http_class:
        return True
    _logger.warning(
        "the app has an asgi_http_class of its own, %s, so %s, and %s. Everything else works as ever",
        getattr(connection_class, "__name__", type(connection_class).__name__),
        _CURES["responses"].lost,
        _CURES["direct writes"].lost,
    )
    return False


def _is_met(need: str) -> bool:
    path, _, parameters = need.partition("(")
    owner, _, attribute = path.partition(".")
    found = _find(owner)
    if not attribute or found is _Missing:
        return found is not _Missing
    if not parameters:
        return attribute in _attributes_of(cast(type, found))
    method: object = getattr(found, attribute, None)
    return inspect.isfunction(method) and ", ".join(inspect.signature(method).parameters) == parameters[:-1]


@cache
def _attributes_of(owner: type) -> frozenset[str]:
    """Return the names that a class has, and those that its functions set."""
    return frozenset(vars(owner)).union(*(_set_by(part) for part in vars(owner).values() if callable(part)))


def _set_by(part: Callable[..., object]) -> frozenset[str]:
    function = inspect.unwrap(part)
    if not isinstance(function, FunctionType):
        return frozenset()
    return frozenset(step.argval for step in dis.get_instructions(function) if step.opname == "STORE_ATTR")
