"""Sessions are Quart's signed cookies, with an id that only the server makes: the scope of a visitor's streams."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, cast, final

import trio
from quart import Quart, Response, current_app, g, request, session
from quart.sessions import SecureCookieSessionInterface, SessionMixin
from quart_trio import QuartTrio

from effects import RegistrationError

from .client import is_datastar

__all__ = [
    "RESERVED",
    "Sessions",
    "make_session_id",
    "prepare_cookies",
    "session_had_ended",
    "session_id",
    "sessions_of",
]

RESERVED = ("rhialto.", "_")
"""Names in a session that begin so belong to the server: rhialto's own, and Quart's."""
_ID = "rhialto.id"


def prepare_cookies(app: QuartTrio, *, secure: bool) -> None:
    """Set up an app's session cookie: `SameSite=Lax` unless the app says otherwise and, if `secure`, only over https.

    `secure` also adds the prefix `__Host-` (RFC 6265bis, 4.1.3.2), so that no other host of the domain can plant a
    cookie. Raises `RegistrationError` if the app's own settings contradict that.
    """
    app.config["SESSION_COOKIE_SAMESITE"] = app.config["SESSION_COOKIE_SAMESITE"] or "Lax"
    hooks = cast("list[Callable[[], object]]", app.before_request_funcs[None])
    if _drop_ended_session not in hooks:
        hooks.insert(0, _drop_ended_session)
        app.after_request(_give_session)
    if type(app.session_interface) is SecureCookieSessionInterface:
        app.session_interface = _SessionInterface()
    if not secure:
        return
    if app.config["SESSION_COOKIE_DOMAIN"] or app.config["SESSION_COOKIE_PATH"] not in {None, "/"}:
        raise RegistrationError(
            "a __Host- cookie has no domain and the path /, and the app sets SESSION_COOKIE_DOMAIN or _PATH",
            fix="leave them out, or pass secure_cookies=False and set SESSION_COOKIE_SECURE yourself",
        )
    app.config["SESSION_COOKIE_SECURE"] = True
    app.config["SESSION_COOKIE_PATH"] = "/"
    name = cast(str, app.config["SESSION_COOKIE_NAME"])
    app.config["SESSION_COOKIE_NAME"] = f"__Host-{name.removeprefix('__Host-')}"


@final
class Sessions:
    """The sessions that have ended, and the functions that end their streams. All `Live`s of an app share one."""

    def __init__(self) -> None:
        self.enders: list[Callable[[str], object]] = []
        """Each is called with the id of a session that has ended, and ends the streams of that session."""
        self._ended: dict[str, float] = {}

    def end(self, session_id: str) -> None:
        """End all streams of a session. From now on none is opened, not even one that was requested before."""
        self._ended[session_id] = trio.current_time()
        if len(self._ended) > _MAX_ENDED:
            del self._ended[next(iter(self._ended))]
        for ender in self.enders:
            ender(session_id)

    def seconds_since_end(self, session_id: str) -> float | None:
        """Seconds since a session has ended in this process, or None if this process does not know of an end."""
        end = self._ended.get(session_id)
        return None if end is None else trio.current_time() - end


_MAX_ENDED = 10_000
"""The maximum number of ended sessions that are remembered."""
_COOKIE_DELAY = 10
"""Seconds in which a browser may still send an old cookie, because the new one is on its way."""


def sessions_of(app: Quart) -> Sessions:
    """The `Sessions` of an app."""
    return cast(Sessions, app.extensions.setdefault("rhialto.sessions", Sessions()))


def session_id() -> str | None:
    """The id of the current request's session, or None if it has none."""
    value: object = session.get(_ID)
    return value if isinstance(value, str) else None


def make_session_id() -> str:
    """Give the current request's session a new id, and return it."""
    new_id = secrets.token_urlsafe(24)
    session[_ID] = new_id
    return new_id


async def _give_session(response: Response) -> Response:
    """Make a session when a page is answered, and not for a stream, another answer or a file.

    A visitor who is about to get a new cookie gets no session either: this answer might arrive later, and replace the
    new cookie.
    """
    if response.mimetype == "text/html":  # it may set a session, and show what is in one: caches must know
        response.vary.add("Cookie")
    is_page = request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"
    ended_ago = g.get("_rhialto_session_ended_ago")
    is_early = ended_ago is not None and ended_ago < _COOKIE_DELAY
    if is_page and not is_datastar() and not is_early and session_id() is None:
        make_session_id()
    current: SessionMixin | None = g.get("_rhialto_session")
    g._rhialto_session_unread = current is not None and not current.accessed
    return response


@final
class _SessionInterface(SecureCookieSessionInterface):
    """Quart's own session interface, but saving a session does not count as reading it.

    With Quart 0.23 it does, and then every answer, files included, would vary with the cookie.
    """

    async def save_session(self, app: Quart, session: SessionMixin, response: Any) -> None:
        """Save the session."""
        if g.get("_rhialto_session_unread"):
            session.accessed = False
        await super().save_session(app, session, response)


async def _drop_ended_session() -> None:
    """Empty a session that had ended before this request: its cookie came too late, or is a copy.

    This does not count as reading the session, or every answer, files included, would vary with the cookie. It does not
    count as changing the session either, or the answer would remove the new cookie that is on its way.
    """
    current: SessionMixin = cast(Any, session)._get_current_object()
    sent_id = _peek_id(current)
    current.accessed = False
    g._rhialto_session = current
    ended_ago = sessions_of(current_app).seconds_since_end(sent_id) if isinstance(sent_id, str) else None
    if ended_ago is not None:
        current.clear()
        current.accessed = current.modified = False
        g._rhialto_session_ended_ago = ended_ago


def _peek_id(current: SessionMixin) -> object:
    return dict[str, object].get(current, _ID) if isinstance(current, dict) else current.get(_ID)


def session_had_ended() -> bool:
    """Whether the current request came with a session that had ended before."""
    return "_rhialto_session_ended_ago" in g
