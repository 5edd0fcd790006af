"""Why an app could not start, or stop: its own error, as the last that is said, in few lines.

Told of it, hypercorn goes on to bind the app, and raises an error of its own out of several nurseries, or, at the end
of an app, none at all; its command prints all that, and ends with exit code 0 (fault F). So it is not asked: quart has
a signal for it. `serve` raises what was heard. Of the command, `say_why_briefly` replaces what a worker runs, for this
process: see `_relied.py`. It could go if hypercorn's command ended with the app's own error, and an exit code of 1.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from types import TracebackType
from typing import Any, cast

from quart.signals import got_serving_exception

from ._relied import LifespanTimeoutError, find_cures

__all__ = ["begin_with_theirs", "collect_errors", "drop_tracebacks", "say_why_briefly", "single_cause"]

_MARK = "_rhialto_brief"
_MAX_ERRORS = 5
"""So many errors of a group are told."""
_PACKAGES_BETWEEN = frozenset({"contextlib", "effects", "plugins", "trio"})
"""Packages that stand between an app's start and the code that it runs."""


@contextmanager
def collect_errors(*app: object) -> Generator[list[Exception]]:
    """Hear what keeps an app, or any, from starting, or stopping: the list, of which the first is the cause of all."""
    errors: list[Exception] = []

    async def hear(_: object, exception: Exception, **__: object) -> None:
        errors.append(exception)

    with got_serving_exception.connected_to(hear, *app):
        yield errors


def single_cause(error: BaseException) -> BaseException:
    """What is in a group of one, and in groups of one in it; else the error itself."""
    while len(_errors_in(error)) == 1:
        (error,) = _errors_in(error)
    return error


def drop_tracebacks(error: Exception) -> Exception:
    """An error without its traceback, which quart has logged already."""
    error.__traceback__ = None
    for inside in _errors_in(error):
        drop_tracebacks(cast(Exception, inside))
    return error


def begin_with_theirs(error: Exception) -> None:
    """Have an error's traceback begin in code that is not ours, where it gets there."""
    place = error.__traceback__
    while place is not None and _is_between(place):
        place = place.tb_next
    if place is not None:
        error.__traceback__ = place


def _is_between(place: TracebackType) -> bool:
    return str(place.tb_frame.f_globals.get("__name__")).partition(".")[0] in _PACKAGES_BETWEEN


def say_why_briefly() -> None:
    """Have workers of the hypercorn command that fail say why the app could not start, or stop. Twice is once."""
    if "causes" not in find_cures():
        return
    run: Any = import_module("hypercorn.trio.run")
    serve = run.worker_serve
    if hasattr(serve, _MARK):
        return

    @wraps(serve)
    async def worker_serve(*args: object, **options: object) -> None:
        with collect_errors() as errors:
            try:
                await serve(*args, **options)
            except ExceptionGroup as group:
                if isinstance(timeout := single_cause(group), LifespanTimeoutError):
                    errors.append(timeout)
                if not errors:
                    raise
            else:
                return
        sys.exit("\n  ".join(["the app could not start, or stop:", *_error_lines(errors[0])]))

    setattr(worker_serve, _MARK, True)
    run.worker_serve = worker_serve


def _error_lines(error: BaseException) -> Iterator[str]:
    """The lines that tell of an error, and of those in a group."""
    for inside in _errors_in(error)[:_MAX_ERRORS]:
        yield from _error_lines(inside)
    if _errors_in(error):
        yield from getattr(error, "__notes__", ())
    else:
        yield from "".join(traceback.format_exception_only(error)).splitlines()


def _errors_in(error: BaseException) -> Sequence[BaseException]:
    """What is in a group; nothing is in any other exception."""
    return cast("BaseExceptionGroup[BaseException]", error).exceptions if isinstance(error, BaseExceptionGroup) else ()
