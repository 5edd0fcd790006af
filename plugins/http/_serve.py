"""`serve` runs the app in the process that was started, with hypercorn's own API. It does what the command cannot.

**F. A server whose worker is killed ends with exit code 0**: `hypercorn.run.run` forgets how the worker ended. A
supervisor then takes the work for done. Here nothing stands between the process and its supervisor.

**A server that is about to stop cannot be asked.** At the signal, hypercorn stops listening, so a load balancer learns
of it from connections that fail. Here the server may go on for a while, with `Live.ready` False.

**An app that cannot start looks as if it had started.** hypercorn reports where it can be reached, and then raises, in
groups, that it cannot start. Here the app's own error is raised, and nothing is reported.

HTTP/2 in TLS is offered only if it is asked for: a proxy in front does it better.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Sequence
from difflib import get_close_matches
from typing import cast, final

import trio
from hypercorn.config import Config
from hypercorn.trio import serve as hypercorn_serve  # pyright: ignore[reportUnknownVariableType]

from effects import RegistrationError

from ._causes import collect_errors, drop_tracebacks, single_cause
from ._live import Live

__all__ = ["serve"]

_STOP_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
_COMMAND_SETTINGS = frozenset(
    {"application_path", "daemon", "debug", "pid_path", "reload", "use_reloader", "worker_class", "workers"}
)


async def serve(
    live: Live,
    bind: str | Sequence[str] = "127.0.0.1:8000",
    *,
    drain: float = 0.0,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    **options: object,
) -> None:
    """Serve the app of a `Live` until the process is told to stop: `trio.run(partial(serve, live, "0.0.0.0:8000"))`.

    On SIGTERM, SIGINT or SIGHUP it calls `live.drain()`. After `drain` seconds, or at the next signal, streams end, as
    they do under the `hypercorn` command. It returns when all requests have ended; hypercorn's `graceful_timeout`, 3
    seconds, bounds that. One signal more cuts all of them off, and so does cancelling it.

    `options` are settings of hypercorn, such as `certfile`; `alpn_protocols=["h2", "http/1.1"]` switches HTTP/2 on.
    When the app can be reached, `task_status` is told the addresses that it is bound to.

    Raises `RegistrationError` for a setting that hypercorn does not have, or that belongs to its command, and
    `RuntimeError` outside the main thread, since only the main thread gets signals. An error that keeps the app from
    starting, from being bound or from stopping is raised as itself, such as a plugin's own error.
    """
    if type(drain) not in (int, float) or not drain >= 0:
        raise RegistrationError("drain is a number of seconds, 0 or more", fix="leave it out")
    config = _make_config({"alpn_protocols": ["http/1.1"], **options, "bind": bind})
    error: BaseException | None = None
    with collect_errors(live.app) as errors:
        start = _Start(task_status, errors)
        try:
            await _run(live, config, drain, start)
        except ExceptionGroup as group:
            error = single_cause(group)
            if not start.is_bound:
                error.add_note(f"while the app was bound to {bind}")
    if errors:
        error = drop_tracebacks(errors[0])
    if error is not None:
        raise error


async def _run(live: Live, config: Config, drain: float, start: _Start) -> None:
    stop = trio.Event()
    with trio.open_signal_receiver(*_STOP_SIGNALS) as signals:
        async with trio.open_nursery() as nursery:
            with trio.CancelScope() as serving:
                nursery.start_soon(_obey, signals, live, drain, stop, serving)
                status = cast("trio.TaskStatus[list[str]]", start)
                await hypercorn_serve(live.app, config, shutdown_trigger=stop.wait, task_status=status, mode="asgi")
            nursery.cancel_scope.cancel()


@final
class _Start:
    """Reports the addresses that the app is bound to, unless the app could not start."""

    def __init__(self, task_status: trio.TaskStatus[list[str]], errors: Sequence[Exception]) -> None:
        self._task_status = task_status
        self._errors = errors
        self.is_bound = False

    def started(self, binds: list[str]) -> None:
        """Hear from hypercorn which addresses the app is bound to."""
        self.is_bound = True
        if not self._errors:
            self._task_status.started(binds)


async def _obey(
    signals: AsyncIterator[int], live: Live, drain: float, stop: trio.Event, serving: trio.CancelScope
) -> None:
    await anext(signals)
    live.drain()
    with trio.move_on_after(drain):
        await anext(signals)
    stop.set()
    await anext(signals)
    serving.cancel()
    while True:  # the server is stopping already
        await anext(signals)


def _make_config(settings: dict[str, object]) -> Config:
    known_names = {name for name in dir(Config) if not name.startswith("_") and not callable(getattr(Config, name))}
    for name in settings:
        if name in _COMMAND_SETTINGS:
            raise RegistrationError(f"{name} is a setting of the hypercorn command", fix="leave it out, or run that")
        if name not in known_names:
            near = get_close_matches(name, known_names - _COMMAND_SETTINGS, 1)
            raise RegistrationError(
                f"hypercorn has no setting {name!r}", fix=f"write {near[0]}" if near else "leave it out"
            )
    return Config.from_mapping(settings)
