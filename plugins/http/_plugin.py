"""The plugin: what came with a request, and the session that goes back with the answer."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import cast, final

from pydantic import JsonValue

from effects import Context, EffectsError, Registry, hookimpl

from ._placeholders import RESOLVERS
from ._session import RESERVED

__all__ = ["Http", "SessionError"]


class SessionError(EffectsError, ValueError):
    """Something cannot be kept in a session."""


@final
class Http:
    """The plugin: what `Signal`, `Session`, `Query` and `PathParam` stand for, and the effect `patch-session`."""

    name = "http"

    def __init__(self) -> None:
        self._registry = Registry("http", late=["session"])
        for key, resolver in RESOLVERS.items():
            self._registry.placeholder(key)(resolver)
        self._registry.effect("patch-session")(_patch_session)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute placeholders and effects."""
        return self._registry


def _patch_session(ctx: Context, values: Mapping[str, JsonValue], *, session: MutableMapping[str, object]) -> None:
    """Merge values into the visitor's session, as `patch-signals` does with signals: None removes (RFC 7396).

    Only where there is an answer to put it into: inside `Live.reply`, and routes. Placeholders keep what the session
    was when the request came in. Raises `SessionError` for names that begin with `rhialto.`, which are the server's.
    """
    if any(name.startswith(RESERVED) for name in values):
        raise SessionError(f"names in a session that begin with {RESERVED!r} are the server's", fix="use another name")
    for name, value in values.items():
        merged = _merged(session.get(name), value)
        if merged is None:
            session.pop(name, None)
        else:
            session[name] = merged


def _merged(old: object, new: object) -> object:
    if not isinstance(new, Mapping):
        return new
    kept = dict(cast(Mapping[str, object], old)) if isinstance(old, Mapping) else {}
    for name, value in cast(Mapping[str, object], new).items():
        merged = _merged(kept.get(name), value)
        if merged is None:
            kept.pop(name, None)
        else:
            kept[name] = merged
    return kept
