"""One thing that a registry contributes, and the place where a registry was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import final

from .functions import source_of
from .signatures import Kind, Signature

__all__ = ["Origin", "Registration", "conflict", "namespace"]


@final
@dataclass(frozen=True, slots=True)
class Registration:
    """One thing that a registry contributes."""

    kind: Kind
    key: str
    plugin: str
    function: Callable[..., object]
    signature: Signature
    each: bool
    override: bool
    metadata: Mapping[str, object]
    annotations: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    """The annotations of the function, by parameter, and of its result under `return`. One that cannot be resolved is
    as it was written.
    """

    @property
    def source(self) -> str:
        """The function's name, file and line."""
        return source_of(self.function)


@final
@dataclass(frozen=True, slots=True)
class Origin:
    """The place where a registry was made."""

    file: str
    line: int
    doc: str
    """The docstring of the module, if the registry was made at its top level."""

    @classmethod
    def of(cls, frame: FrameType) -> Origin:
        doc: object = frame.f_globals.get("__doc__") if frame.f_code.co_name == "<module>" else None
        return cls(frame.f_code.co_filename, frame.f_lineno, doc if isinstance(doc, str) else "")


def conflict(first: Registration, second: Registration) -> bool:
    """Whether two registrations claim the same name. Effects and actions share one namespace."""
    return first.key == second.key and namespace(first) == namespace(second)


def namespace(entry: Registration) -> str:
    """Return the namespace in which a registration's key must be unique."""
    return "effect or action" if entry.kind in {"effect", "action"} else entry.kind
