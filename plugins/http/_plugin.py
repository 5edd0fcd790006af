"""The http plugin: placeholders for the parts of a request, and the effect that changes the session."""

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
    """A value cannot be kept in a session."""


@final
class Http:
    """The plugin: it resolves `Signal`, `Session`, `Query` and `PathParam`, and has the effect `patch-session`."""

    name = "http"

    def __init__(self) -> None:
        self._registry = Registry("http", late=["session"])
        for key, resolver in RESOLVERS.items():
            self._registry.placeholder(key)(resolver)
        self._registry.effect("patch-session")(_patch_session)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the placeholders and the effect."""
        return self._registry


def _patch_session(ctx: Context, values: Mapping[str, JsonValue], *, session: MutableMapping[str, object]) -> None:
    """Merge values into the visitor's session, as `patch-signals` does with signals: None removes (RFC 7396).

    It works only where there is an answer to send the session with: inside `Live.reply`, and routes. The session goes
    with that answer even if a later effect fails. Placeholders keep the session as it was when the request came in.

    Raises `SessionError` for names that begin with `rhialto.` or `_`, which belong to the server. If the session is
    kept in a cookie, it also raises `SessionError` for more than a cookie can hold, since browsers would drop such a
    cookie without a word.
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
"""In base64, and signed, these become 4,000 bytes; browsers keep cookies of up to 4,096 (RFC 6265, 6.1)."""


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
