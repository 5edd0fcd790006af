"""The places where functions, classes and modules were written, and their docstrings."""

from __future__ import annotations

import functools
import inspect
from types import ModuleType

from .description import Source

__all__ = ["doc_of", "source_of"]


def source_of(thing: object) -> Source | None:
    """Return the place where a function, class, module or object of a class was written; None if it cannot be known."""
    thing = _unwrap(thing)
    code = getattr(thing, "__code__", None)
    if code is not None:
        return Source(code.co_filename, code.co_firstlineno)
    if not isinstance(thing, (type, ModuleType)):
        return None
    try:
        file = inspect.getsourcefile(thing)
        line = 1 if isinstance(thing, ModuleType) else inspect.getsourcelines(thing)[1]
    except (OSError, TypeError):  # a built-in thing, or one that was made without a file
        return None
    return None if file is None else Source(file, line)


def doc_of(thing: object) -> str:
    """Return the docstring of a function, or of an object or its class, without its indentation."""
    doc: object = getattr(_unwrap(thing), "__doc__", None)
    return inspect.cleandoc(doc) if isinstance(doc, str) else ""


def _unwrap(thing: object) -> object:
    """Return the written thing: the function inside wrappers and partials, the class of an object."""
    while isinstance(thing, functools.partial):
        thing = thing.func  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if callable(thing):
        thing = inspect.unwrap(thing)
    return thing if inspect.isroutine(thing) or isinstance(thing, (type, ModuleType)) else type(thing)
