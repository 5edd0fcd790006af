"""The docstrings below the fields of a class, read from its source, since Python does not keep them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import cast

from typing_extensions import get_original_bases

__all__ = ["field_docs"]


@lru_cache(maxsize=256)
def field_docs(cls: type) -> Mapping[str, str]:
    """Return the docstrings of the fields of a class and of its bases; none if the source cannot be read."""
    docs: dict[str, str] = {}
    for base in reversed(list(_with_bases(cls))):
        docs |= _own_docs(base)
    return docs


def _with_bases(cls: type) -> Iterator[type]:
    """Yield a class and its bases. A TypedDict forgets its bases, except those in `__orig_bases__`."""
    yield cls
    bases = get_original_bases(cls) if "__orig_bases__" in vars(cls) else cls.__bases__
    for base in bases:
        if isinstance(base, type) and base.__module__ not in {
            "builtins",
            "typing",
            "typing_extensions",
            "pydantic.main",
        }:
            yield from _with_bases(base)


def _own_docs(cls: type) -> Mapping[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):  # a class made by a call, in a console, or in another language
        return {}
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(cast(ast.ClassDef, tree.body[0]).body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }
