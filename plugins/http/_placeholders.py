"""Placeholders for what came with a request. `Live` puts it into the data of each dispatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, final

from effects import EffectsError, Placeholder, Registry, hookimpl

__all__ = ["Http", "PathParam", "Session", "Signal"]


def Signal(*path: str) -> Placeholder:  # noqa: N802 - reads as the type that it stands for
    """The signal of that name in the request, `Signal("user", "name")` for a nested one.

    Resolving it raises `LookupError` where the request has no such signal.
    """
    return Placeholder("http/signal", *path)


def Session(name: str) -> Placeholder:  # noqa: N802
    """The value of that name in the session. Resolving it raises `LookupError` where there is none."""
    return Placeholder("http/session", name)


def PathParam(name: str) -> Placeholder:  # noqa: N802
    """The path parameter of that name in the URL. Resolving it raises `LookupError` where there is none."""
    return Placeholder("http/path-param", name)


class MissingValueError(EffectsError, LookupError):
    """A request does not carry what a placeholder stands for."""


@final
class Http:
    """The plugin: what `Signal`, `Session` and `PathParam` stand for."""

    name = "http"

    def __init__(self) -> None:
        self._registry = Registry("http")
        self._registry.placeholder("http/signal")(_signal)
        self._registry.placeholder("http/session")(_session)
        self._registry.placeholder("http/path-param")(_path_param)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the placeholders."""
        return self._registry


def _signal(data: Mapping[str, object], name: str, *inner: str) -> object:
    value = _value(data, "signals", name)
    for step in inner:
        if not isinstance(value, Mapping) or step not in value:
            raise _missing("signals", ".".join((name, *inner)))
        value = cast(Mapping[str, object], value)[step]
    return value


def _session(data: Mapping[str, object], name: str) -> object:
    return _value(data, "session", name)


def _path_param(data: Mapping[str, object], name: str) -> object:
    return _value(data, "path", name)


def _value(data: Mapping[str, object], part: str, name: str) -> object:
    found = cast(Mapping[str, object], data.get(part, {}))
    if name not in found:
        raise _missing(part, name)
    return found[name]


def _missing(part: str, name: str) -> MissingValueError:
    return MissingValueError(
        f"no {name!r} in the request's {part}", fix="send it, or dispatch inside Live.reply or Live.stream"
    )
