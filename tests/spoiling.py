"""Interceptors that do the worst that actions, interpreters and hooks may do: they change all that they are handed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from pydantic import BaseModel

from effects import Interceptor, Placeholder, Registry, Step

__all__ = ["Spoiler", "spoil"]


def spoil(value: object) -> None:
    """Change everything in a value that can be changed, but what there is one of."""
    if isinstance(value, Enum):
        return
    for part in [*_parts(value)]:
        spoil(part)
    if isinstance(value, (list, deque)):
        cast("list[object]", value).append("spoilt")
    elif isinstance(value, dict):
        cast("dict[object, object]", value)["spoilt"] = True
    elif isinstance(value, set):
        cast("set[object]", value).add("spoilt")
    elif isinstance(value, bytearray):
        value.extend(b"spoilt")
    else:
        _spoil_attributes(value)


def _parts(value: Any) -> Iterable[object]:
    if isinstance(value, Placeholder):
        return value.args
    if isinstance(value, Mapping):
        return cast("Mapping[object, object]", value).values()
    if isinstance(value, (list, tuple, deque)):
        return cast("Iterable[object]", value)
    return [getattr(value, name, None) for name in _names(value)]


def _names(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        return [*type(value).model_fields, *(value.model_extra or {})]
    return [field.name for field in fields(value)] if is_dataclass(value) else []


def _spoil_attributes(value: Any) -> None:
    for name in _names(value):
        try:
            setattr(value, name, "spoilt")
        except (AttributeError, ValueError):  # it is frozen
            return


class Spoiler:
    """Notes what each step is handed as it begins, and changes all of it as it ends."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        hooks: dict[str, Any] = {f"before_{kind}": self._see for kind in ("dispatch", "action", "effect")}
        hooks |= {f"after_{kind}": self._spoil for kind in ("dispatch", "action", "effect")}
        self.registry = Registry("spoiler")
        self.registry.interceptor(Interceptor(id="spoiler", **hooks))

    def _see(self, step: Step) -> None:
        self.seen.append(repr([step.kind, step.held, _plain(step.data)]))

    def _spoil(self, step: Step) -> None:
        spoil(step.held)
        for value in step.data.values():
            spoil(value)


def _plain(data: Mapping[str, object]) -> list[object]:
    return [*data.items()]
