"""What the demo takes from its environment: `SECRET_KEY` and `DATASTAR_URL`. Both may be left out."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from quart import Response, send_file  # pyright: ignore[reportUnknownVariableType]
from quart_trio import QuartTrio

from plugins.datastar import DATASTAR_URL

__all__ = ["client_url", "secret_key", "serve_client"]

_SECRET_FILE = Path(__file__).with_name(".secret")


def secret_key() -> str:
    """The key that signs session cookies: from `SECRET_KEY`, else made once and kept in a file that git ignores."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    if not _SECRET_FILE.exists() or not _SECRET_FILE.read_text():
        _SECRET_FILE.unlink(missing_ok=True)
        with NamedTemporaryFile("w", dir=_SECRET_FILE.parent, prefix=".secret-") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            with suppress(FileExistsError):  # another worker was faster: its key is everybody's
                os.link(file.name, _SECRET_FILE)
    return _SECRET_FILE.read_text()


def client_url() -> str:
    """Where pages load the Datastar client from: `DATASTAR_URL`, a URL or a local file, else the official bundle."""
    return "/datastar.js" if _client_file() else _client()


def serve_client(app: QuartTrio) -> None:
    """Serve the client from `DATASTAR_URL` where that is a local file, so that the demo works offline.

    Raises `FileNotFoundError` where it is neither a URL nor a file.
    """
    if _client_file() is None and not _client().startswith(("http://", "https://")):
        raise FileNotFoundError(f"DATASTAR_URL is neither a URL nor a file: {_client()}")

    @app.get("/datastar.js")
    async def client() -> Response:
        file = _client_file()
        return Response(b"", 404) if file is None else await send_file(file, mimetype="text/javascript")


def _client() -> str:
    return os.environ.get("DATASTAR_URL") or DATASTAR_URL


def _client_file() -> Path | None:
    file = Path(_client())
    return file.resolve() if file.is_file() else None
