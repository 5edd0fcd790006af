"""Placeholders for what came with a request. `Live` puts it into the data of each dispatch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, cast

from pydantic import BaseModel

from effects import EffectsError, Placeholder

from ._models import part_of, unknown_part

__all__ = ["RESOLVERS", "MissingValueError", "PathParam", "Query", "Session", "Signal", "placeholder_problem"]

_NO_DEFAULT: Final = object()


def Signal(*path: str, default: object = _NO_DEFAULT) -> Placeholder:  # noqa: N802 - reads as the type that it stands for
    """The signal of that name in the request, `Signal("user", "name")` for a nested one.

    Where the signals were read through a model, it is the model's value, with the model's types and defaults. Where the
    request has no such signal it is `default`; without one, resolving it raises `MissingValueError`.
    """
    if not path or not all(isinstance(name, str) and name for name in cast(Sequence[object], path)):
        raise TypeError('a signal is named by one or several non-empty str: Signal("user", "name")')
    return _placeholder("http/signal", path, default)


def Session(name: str, default: object = _NO_DEFAULT) -> Placeholder:  # noqa: N802
    """The value of that name in the session, as it was when the request came in.

    Where there is none it is `default`; without one, resolving it raises `MissingValueError`.
    """
    return _placeholder("http/session", _one(name, "Session"), default)


def Query(name: str, default: object = _NO_DEFAULT) -> Placeholder:  # noqa: N802
    """The parameter of that name in the query of the URL, a `str`; the first, where there are several.

    Where there is none it is `default`; without one, resolving it raises `MissingValueError`.
    """
    return _placeholder("http/query", _one(name, "Query"), default)


def PathParam(name: str) -> Placeholder:  # noqa: N802
    """The path parameter of that name in the URL. Resolving it raises `MissingValueError` where the path has none."""
    return _placeholder("http/path-param", _one(name, "PathParam"), _NO_DEFAULT)


def _one(name: object, kind: str) -> tuple[str]:
    if not isinstance(name, str) or not name:
        raise TypeError(f'{kind} takes a name, a non-empty str: {kind}("name")')
    return (name,)


def _placeholder(key: str, path: tuple[str, ...], default: object) -> Placeholder:
    return Placeholder(key, path) if default is _NO_DEFAULT else Placeholder(key, path, default)


class MissingValueError(EffectsError, LookupError):
    """A request does not carry what a placeholder stands for, and the placeholder has no default."""


def _resolve(part: str, data: Mapping[str, object], path: Sequence[str], *default: object) -> object:
    value: object = data.get(part, {})
    try:
        for name in path:
            value = part_of(value, name)
    except LookupError:
        if default:
            return default[0]
        raise MissingValueError(
            f"no {'.'.join(path)!r} in the request's {part}",
            fix="send it, give the placeholder a default, or dispatch inside Live.reply or Live.stream",
        ) from None
    return value


_PARTS: Mapping[str, str] = {
    "http/signal": "signals",
    "http/session": "session",
    "http/query": "query",
    "http/path-param": "path",
}
"""Which part of a request each placeholder is looked up in."""


def _resolver(part: str) -> Callable[..., object]:
    def resolve(data: Mapping[str, object], path: Sequence[str], *default: object) -> object:
        return _resolve(part, data, path, *default)

    resolve.__doc__ = f"What the request's {part} hold under a name."
    return resolve


RESOLVERS: Mapping[str, Callable[..., object]] = {key: _resolver(part) for key, part in _PARTS.items()}
"""What each placeholder is resolved by."""


def placeholder_problem(
    placeholder: Placeholder, *, path: Collection[str], signals: type[BaseModel] | None
) -> EffectsError | None:
    """Why no request ever has what this stands for, or None where it has, or may have.

    The parameters of the request's path are those of `path`; its signals fill a model, or are not to be read at all.
    Other plugins' placeholders are not looked at.
    """
    look = {"http/signal": partial(_signal_problem, signals), "http/path-param": partial(_path_problem, path)}
    return look[placeholder.key](cast("tuple[str, ...]", placeholder.args[0])) if placeholder.key in look else None


def _path_problem(known: Collection[str], path: tuple[str, ...]) -> EffectsError | None:
    (name,) = path
    if name in known:
        return None
    return EffectsError(f"no parameter {name!r} in the path", near=_listed(known), fix=f"write <{name}> into the path")


def _signal_problem(model: type[BaseModel] | None, path: tuple[str, ...]) -> EffectsError | None:
    dotted = ".".join(path)
    if model is None:
        return EffectsError(f"the signal {dotted!r} is read through no model", fix="name a model: signals=...")
    unknown = unknown_part(model, path)
    if unknown is None:
        return None
    name, known = unknown
    whose = model.__name__ if name == path[0] else f"{'.'.join(path[: path.index(name)])!r} of {model.__name__}"
    return EffectsError(
        f"no signal {dotted!r}: {whose} has no {name!r}", near=_listed(known), fix=f"add it to {model.__name__}"
    )


def _listed(known: Collection[str]) -> str | None:
    return ", ".join(map(repr, known)) or None
