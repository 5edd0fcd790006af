"""Placeholders for the connection that a dispatch is about, and for the connection to which one frame of it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, cast, runtime_checkable

from effects import EffectsError, Placeholder, copy_data

from ._keys import Name

__all__ = ["PLACEHOLDERS", "PLACEHOLDERS_EACH", "NoConnectionError", "own_key"]


class NoConnectionError(EffectsError, LookupError):
    """A placeholder needs a connection, and there is none."""


def own_key(key: object) -> Name:
    """Return the name of the caller's connections under `key`: `["with-connection", own_key(("page", "home")), ...]`.

    Its scope is a placeholder. It is bound when the effect runs, from the data of the dispatch, where the transport
    puts the scope; so no browser can choose it. With wildcards in `key` the result is a pattern:
    `"exclude": own_key(ANY)` leaves out all connections of the caller.
    """
    return [Placeholder("connection/own-scope"), key]


def _read_connection_data(data: Mapping[str, object], part: str) -> object:
    """Return one part of the connection or caller that `data` is about. Raises `NoConnectionError` if it has none."""
    connection = data.get("connection")
    if not isinstance(connection, Mapping) or part not in connection:
        raise NoConnectionError(
            f"this dispatch is not about a connection, so there is no {part} of it",
            fix=f'dispatch it in a request with a session, or with data={{"connection": {{"{part}": ...}}}}',
        )
    return cast(Mapping[str, object], connection)[part]


@runtime_checkable
class _ConnectionLike(Protocol):
    """A connection, a member of a group, or the sink of a connection that opens."""

    scope: object
    key: object


def _require_connection(member: object) -> _ConnectionLike:
    """Return the member of a group, if it has a scope and a key. Raises `NoConnectionError` if not."""
    if not isinstance(member, _ConnectionLike):
        raise NoConnectionError(
            f"a {type(member).__name__} is no connection and has no key", fix="use it inside broadcast"
        )
    return member


def _member_key(data: object, member: object) -> object:
    """The key of the connection to which one copy of the effect goes."""
    return copy_data(_require_connection(member).key)


def _member_scope(data: object, member: object) -> object:
    """The scope of the connection to which one copy of the effect goes."""
    return _require_connection(member).scope


def _caller_key(data: Mapping[str, object]) -> object:
    """The key of the connection that this dispatch is about."""
    return _read_connection_data(data, "key")


def _caller_scope(data: Mapping[str, object]) -> object:
    """The scope of the caller, or of the connection that this dispatch is about."""
    return _read_connection_data(data, "scope")


def _end_cause(data: Mapping[str, object]) -> object:
    """The cause of the end of the last connection, in `on_close`."""
    return _read_connection_data(data, "cause")


PLACEHOLDERS: Mapping[str, Callable[..., object]] = {
    "connection/own-key": _caller_key,
    "connection/own-scope": _caller_scope,
    "connection/cause": _end_cause,
}
"""The function that resolves each placeholder from the data of a dispatch."""
PLACEHOLDERS_EACH: Mapping[str, Callable[..., object]] = {
    "connection/key": _member_key,
    "connection/scope": _member_scope,
}
"""The function that resolves each placeholder for one connection of a group."""
