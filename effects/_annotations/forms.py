"""Special forms that typing and typing_extensions both have, as two objects in some versions of Python."""

from __future__ import annotations

import typing
from typing import Any

import typing_extensions

__all__ = ["QUALIFIERS", "UNPACKS"]


def _find_forms(*names: str) -> frozenset[Any]:
    modules = (typing, typing_extensions)
    return frozenset(getattr(module, name) for name in names for module in modules if hasattr(module, name))


UNPACKS = _find_forms("Unpack")
QUALIFIERS = _find_forms("Required", "NotRequired", "ReadOnly", "Final", "ClassVar")
"""Forms that qualify a field or a name, and not its type."""
