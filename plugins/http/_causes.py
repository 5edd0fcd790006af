"""Reports why an app could not start or stop: the app's own error, last and in few lines.

When hypercorn is told that a start failed, it goes on to bind the app, and then raises an error of its own out of
several nurseries; when a stop failed, it raises none. Its command prints all that, and ends with exit code 0 (fault F).
So the error does not come from hypercorn: quart has a signal for it. `serve` raises the error that the signal brought.
For the command, `say_why_briefly` replaces the function that a worker runs, in this process only: see `_relied.py`. It
could go if hypercorn's command ended with the app's own error and exit code 1.
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
"""The maximum number of errors of a group that are reported."""
_PACKAGES_BETWEEN = frozenset({"contextlib", "effects", "plugins", "trio"})
"""Packages whose code stands between an app's start and the code that it runs."""


@contextmanager
def collect_errors(*app: object) -> Generator[list[Exception]]:
    """Collect the errors that keep an app, or any, from starting or stopping. The first one caused the others."""
    errors: list[Exception] = []

    async def hear(_: object, exception: Exception, **__: object) -> None:
        errors.append(exception)

    with got_serving_exception.connected_to(hear, *app):
        yield errors


def single_cause(error: BaseException) -> BaseException:
    """The error inside a group of one, and inside groups of one in that; else the error itself."""
    while len(_errors_in(error)) == 1:
        (error,) = _errors_in(error)
    return error


def drop_tracebacks(error: Exception) -> Exception:
    """Return an error without its traceback, and those of the errors in it: quart has logged them already."""
    error.__traceback__ = None
    for inside in _errors_in(error):
        drop_tracebacks(cast(Exception, inside))
    return error


def begin_with_theirs(error: Exception) -> None:
    """Shorten an error's traceback so that it begins outside of rhialto and trio, if it gets there."""
    place = error.__traceback__
    while place is not None and _is_between(place):
        place = place.tb_next
    if place is not None:
        error.__traceback__ = place


def _is_between(place: TracebackType) -> bool:
    return str(place.tb_frame.f_globals.get("__name__")).partition(".")[0] in _PACKAGES_BETWEEN


def say_why_briefly() -> None:
    """Make failing workers of the hypercorn command say why the app could not start or stop. Twice does no harm."""
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
    """Yield the lines that describe an error, and the errors in a group."""
    for inside in _errors_in(error)[:_MAX_ERRORS]:
        yield from _error_lines(inside)
    if _errors_in(error):
        yield from getattr(error, "__notes__", ())
    else:
        yield from "".join(traceback.format_exception_only(error)).splitlines()


def _errors_in(error: BaseException) -> Sequence[BaseException]:
    """The errors in a group; none for any other exception."""
    return cast("BaseExceptionGroup[BaseException]", error).exceptions if isinstance(error, BaseExceptionGroup) else ()
