"""What the demo takes from its environment: `SECRET_KEY` and `DATASTAR_URL`. Both may be left out."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from quart import Response, send_file  # pyright: ignore[reportUnknownVariableType]
from quart_trio import QuartTrio

from plugins.datastar import DATASTAR_URL

__all__ = ["client_url", "secret_key", "serve_client"]

_SECRET_FILE = Path(__file__).with_name(".secret")


def secret_key() -> str:
    """The key that signs session cookies: from `SECRET_KEY`, else made once and kept in a file that git ignores."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    try:
        with open(os.open(_SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return _SECRET_FILE.read_text()


def client_url() -> str:
    """Where pages load the Datastar client from: `DATASTAR_URL`, a URL or a local file, else the official bundle."""
    return "/datastar.js" if _client_file() else os.environ.get("DATASTAR_URL", DATASTAR_URL)


def serve_client(app: QuartTrio) -> None:
    """Serve the client from `DATASTAR_URL` where that is a local file, so that the demo works offline.

    Raises `FileNotFoundError` where it is neither a URL nor a file.
    """
    given = os.environ.get("DATASTAR_URL", DATASTAR_URL)
    file = _client_file()
    if file is None and "://" not in given:
        raise FileNotFoundError(f"DATASTAR_URL is neither a URL nor a file: {given}")

    @app.get("/datastar.js")
    async def client() -> Response:
        return Response(b"", 404) if file is None else await send_file(file, mimetype="text/javascript")


def _client_file() -> Path | None:
    file = Path(os.environ.get("DATASTAR_URL", DATASTAR_URL))
    return file.resolve() if file.is_file() else None
