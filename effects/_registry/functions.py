"""Facts about a function: whether it is async, where it was written, and which names its annotations can use."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from types import CodeType

__all__ = ["caller_scope", "is_async", "is_generator", "source_of"]


def _underlying(function: Callable[..., object]) -> object:
    inner: object = function
    while isinstance(inner, functools.partial):
        inner = inner.func  # pyright: ignore[reportUnknownMemberType]
    return inner if inspect.isroutine(inner) else getattr(inner, "__call__", inner)  # noqa: B004


def is_async(function: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(_underlying(function))


def is_generator(function: Callable[..., object]) -> bool:
    inner = _underlying(function)
    return inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner)


def source_of(function: object) -> str:
    """Return the name of a function and the place where it was written: `send, alerts.py:12`."""
    inner = inspect.unwrap(function) if callable(function) else function
    code = getattr(inner, "__code__", None)
    name: object = getattr(inner, "__qualname__", None)
    if type(name) is not str:  # the attributes of a mock are mocks
        name = type(inner).__qualname__
    if type(code) is not CodeType:
        return name
    return f"{name}, {code.co_filename.rpartition('/')[2]}:{code.co_firstlineno}"


def caller_scope(depth: int) -> Mapping[str, object]:
    """Return the local names `depth` calls up: annotations written inside a function may use them."""
    return sys._getframe(depth + 1).f_locals
