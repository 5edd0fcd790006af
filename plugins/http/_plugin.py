"""The plugin: what came with a request, and the session that goes back with the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from typing import cast, final

from pydantic import JsonValue
from quart.sessions import SecureCookieSession

from effects import Context, EffectsError, Registry, hookimpl

from ._request.placeholders import RESOLVERS
from ._request.session import RESERVED

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

    Only where there is an answer to put it into: inside `Live.reply`, and routes. It goes with that answer even if a
    later effect fails. Placeholders keep what the session was when the request came in.

    Raises `SessionError` for names that begin with `rhialto.` or `_`, which are the server's, and for more than a
    cookie can hold, where that is what keeps the session: browsers would drop it without a word.
    """
    if any(name.startswith(RESERVED) for name in values):
        raise SessionError("names in a session that begin with 'rhialto.' or '_' are the server's", fix="rename it")
    patched = {name: _merge_patch(session.get(name), value) for name, value in values.items()}
    if isinstance(session, SecureCookieSession) and len(json.dumps({**session, **patched})) > _MAX_JSON_BYTES:
        raise SessionError("this is more than a cookie can hold", fix="keep it on the server, under an id")
    for name, value in patched.items():
        if value is None:
            session.pop(name, None)
        else:
            session[name] = value


_MAX_JSON_BYTES = 2_900
"""Of JSON: in base64, and signed, it becomes 4,000 bytes, and browsers keep cookies of up to 4,096 (RFC 6265, 6.1)."""


def _merge_patch(old: object, new: object) -> object:
    if not isinstance(new, Mapping):
        return new
    patched = dict(cast(Mapping[str, object], old)) if isinstance(old, Mapping) else {}
    for name, value in cast(Mapping[str, object], new).items():
        merged = _merge_patch(patched.get(name), value)
        if merged is None:
            patched.pop(name, None)
        else:
            patched[name] = merged
    return patched
