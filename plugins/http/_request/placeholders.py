"""Placeholders for the parts of a request. `Live` puts the parts into the data of each dispatch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, cast

from pydantic import BaseModel

from effects import EffectsError, Placeholder, copy_data

from .models import kind_in, part_of, unknown_part

__all__ = [
    "RESOLVERS",
    "MissingValueError",
    "PathParam",
    "Query",
    "Session",
    "Signal",
    "placeholder_kind",
    "placeholder_problem",
]

_NO_DEFAULT: Final = object()


def Signal(*path: str, default: object = _NO_DEFAULT) -> Placeholder:  # noqa: N802 - reads as the type that it stands for
    """The signal of that name in the request; `Signal("user", "name")` is a nested one.

    If the signals were read through a model, it is the model's value, with the model's types and defaults. If the
    request has no such signal, it is `default`; without a default, resolving it raises `MissingValueError`.
    """
    return _placeholder("http/signal", _check_path(path, "Signal"), default)


def Session(*path: str, default: object = _NO_DEFAULT) -> Placeholder:  # noqa: N802
    """The value of that name in the session, as it was when the request came in; `Session("user", "name")` is nested.

    If there is none, it is `default`; without a default, resolving it raises `MissingValueError`.
    """
    return _placeholder("http/session", _check_path(path, "Session"), default)


def Query(name: str, *, default: object = _NO_DEFAULT) -> Placeholder:  # noqa: N802
    """The parameter of that name in the query of the URL, a `str`; if there are several, the first.

    If there is none, it is `default`; without a default, resolving it raises `MissingValueError`. For other types, use
    a model: the query of a GET without Datastar fills the model.
    """
    return _placeholder("http/query", _check_path((name,), "Query"), default)


def PathParam(name: str) -> Placeholder:  # noqa: N802
    """The path parameter of that name in the URL. Resolving it raises `MissingValueError` if the path has none."""
    return _placeholder("http/path-param", _check_path((name,), "PathParam"), _NO_DEFAULT)


def _check_path(path: tuple[str, ...], kind: str) -> tuple[str, ...]:
    if not path or not all(isinstance(name, str) and name for name in cast(Sequence[object], path)):
        raise TypeError(f'{kind} is named by non-empty str: {kind}("name")')
    return path


def _placeholder(key: str, path: tuple[str, ...], default: object) -> Placeholder:
    return Placeholder(key, path) if default is _NO_DEFAULT else Placeholder(key, path, default)


class MissingValueError(EffectsError, LookupError):
    """A request lacks the value that a placeholder stands for, and the placeholder has no default."""


def _resolve(part: str, data: Mapping[str, object], path: Sequence[str], *default: object) -> object:
    value: object = data.get(part, {})
    try:
        for name in path:
            value = part_of(value, name)
    except LookupError:
        if default:
            return copy_data(default[0])  # a visitor must not see how an action changed another visitor's default
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
"""The part of a request that each placeholder is looked up in."""


def _resolver(part: str) -> Callable[..., object]:
    def resolve(data: Mapping[str, object], path: Sequence[str], *default: object) -> object:
        return _resolve(part, data, path, *default)

    resolve.__doc__ = f"Look up a name in the request's {part}."
    return resolve


RESOLVERS: Mapping[str, Callable[..., object]] = {key: _resolver(part) for key, part in _PARTS.items()}
"""The resolver of each placeholder."""


def placeholder_problem(
    placeholder: Placeholder, *, path: Collection[str], signals: type[BaseModel] | None
) -> EffectsError | None:
    """Return the reason why no request can ever have the value of a placeholder, or None if a request may have it.

    `path` are the names of the path's parameters. The signals fill the model `signals`; with None, a placeholder for a
    signal is a problem. Placeholders of other plugins are not checked.
    """
    finders = {"http/signal": partial(_signal_problem, signals), "http/path-param": partial(_path_problem, path)}
    if placeholder.key not in finders:
        return None
    if not placeholder.args or not isinstance(placeholder.args[0], tuple):
        return EffectsError(f"a placeholder {placeholder.key!r} without a name", fix='write Signal("name")')
    return finders[placeholder.key](cast("tuple[str, ...]", placeholder.args[0]))


def placeholder_kind(
    value: object, *, path: Mapping[str, type], signals: type[BaseModel] | None
) -> type[str] | type[int] | type[float] | type[bool] | None:
    """Return the simple type that the value of a placeholder always has, or None if it is not known.

    `path` holds the types of the path's parameters. The signals fill the model `signals`.
    """
    if not isinstance(value, Placeholder) or value.key not in _PARTS or len(value.args) != 1:
        return None
    names = cast("tuple[str, ...]", value.args[0])
    kinds = {"http/query": lambda: str, "http/path-param": lambda: path.get(names[0])}
    kind: object = kinds.get(value.key, lambda: kind_in(signals, names) if signals else None)()
    return cast("type[str]", kind) if kind in {str, int, float, bool} else None


def _path_problem(known: Collection[str], path: tuple[str, ...]) -> EffectsError | None:
    (name,) = path
    if name in known:
        return None
    _, colon, plain_name = name.rpartition(":")
    fix = f'write PathParam("{plain_name}")' if colon and plain_name in known else f"write <{name}> into the path"
    return EffectsError(f"no parameter {name!r} in the path", near=_format_names(known), fix=fix)


def _signal_problem(model: type[BaseModel] | None, path: tuple[str, ...]) -> EffectsError | None:
    dotted = ".".join(path)
    if model is None:
        return EffectsError(f"the signal {dotted!r} is read through no model", fix="name a model: signals=...")
    unknown = unknown_part(model, path)
    if unknown is None:
        return None
    depth, owner, known = unknown
    parts = tuple(path[depth].split("."))
    fix = f"add it to {owner}" if known or not depth else "name what is there"
    if len(parts) > 1 and unknown_part(model, (*path[:depth], *parts)) is None:
        fix = f"write Signal({', '.join(map(repr, (*path[:depth], *parts)))})"
    return EffectsError(f"no signal {dotted!r}: {owner} has no {path[depth]!r}", near=_format_names(known), fix=fix)


def _format_names(known: Collection[str]) -> str | None:
    return ", ".join(map(repr, known)) or None
