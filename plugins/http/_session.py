"""Sessions: Quart's signed cookies, with an id that only the server makes. It is the scope of a visitor's streams."""

from __future__ import annotations

import secrets
from typing import cast

from quart import Response, request, session
from quart_trio import QuartTrio

from effects import RegistrationError

from ._answers import is_datastar

__all__ = ["drop_session_id", "make_session_id", "prepare_cookies", "session_id"]

_ID = "rhialto.id"


def prepare_cookies(app: QuartTrio, *, secure: bool) -> None:
    """Set up an app's session cookie: never sent along from other sites and, if `secure`, only over https.

    `secure` also gives it the prefix `__Host-` (RFC 6265bis, 4.1.3.2), so that no other host of the domain can plant
    one. Raises `RegistrationError` where the app's own settings stand against it.
    """
    app.config["SESSION_COOKIE_SAMESITE"] = app.config["SESSION_COOKIE_SAMESITE"] or "Lax"
    app.after_request(_give_session)
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
    app.config["SESSION_COOKIE_NAME"] = f"__Host-{name}"


def session_id() -> str | None:
    """The id of the current request's session, if it has one."""
    found: object = session.get(_ID)
    return found if isinstance(found, str) else None


def make_session_id() -> str:
    """Give the current request's session a new id."""
    made = secrets.token_urlsafe(24)
    session[_ID] = made
    return made


def drop_session_id() -> None:
    """Empty the current request's session."""
    session.clear()


async def _give_session(response: Response) -> Response:
    """A page makes the session; a stream, an answer or a file does not."""
    is_page = request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"
    if is_page and not is_datastar() and session_id() is None:
        make_session_id()
    return response
