"""The settings that the demo reads from its environment: `SECRET_KEY`, `DATASTAR_URL` and `DATASTAR_CLIENT`. All may be
left out.
"""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from quart import Response, send_file  # pyright: ignore[reportUnknownVariableType]
from quart_trio import QuartTrio

from plugins.datastar import DATASTAR_URL, Client

__all__ = ["client", "client_url", "secret_key", "serve_client"]

_log = logging.getLogger(__name__)
_SECRET_FILE = Path(__file__).with_name(".secret")


def secret_key() -> str:
    """The key that signs session cookies: from `SECRET_KEY`, else made once and kept in a file that git ignores.

    If no file can be written, it is good for this process, and the log says so.
    """
    if key := os.environ.get("SECRET_KEY"):
        return key
    try:
        return _read_or_make_key()
    except OSError as error:
        _log.warning("sessions end with this process, since their key cannot be kept: %s; set SECRET_KEY", error)
        return _make_key()


def _read_or_make_key() -> str:
    if not _SECRET_FILE.exists() or not _SECRET_FILE.read_text(encoding="ascii"):
        _SECRET_FILE.unlink(missing_ok=True)
        _write_key(_make_key())
    return _SECRET_FILE.read_text(encoding="ascii")


def _write_key(key: str) -> None:
    """Write a key to its file, whole at once, unless another worker was faster: its key is everybody's."""
    with NamedTemporaryFile("w", encoding="ascii", dir=_SECRET_FILE.parent, prefix=".secret-", delete=False) as file:
        file.write(key)
    try:
        with suppress(FileExistsError):
            _link_secret_file(file.name)
    finally:
        Path(file.name).unlink(missing_ok=True)


def _link_secret_file(file: str) -> None:
    try:
        os.link(file, _SECRET_FILE)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.rename(file, _SECRET_FILE)


def _make_key() -> str:
    return secrets.token_urlsafe(32)


def client() -> Client:
    """The browser client, as pages load it: from `client_url`."""
    return Client(client_url())


def client_url() -> str:
    """Return the address that pages load the client from: `DATASTAR_URL`, else the file `DATASTAR_CLIENT`, else the
    official bundle.

    `DATASTAR_URL` may be a file, too. Files are served by the demo.
    """
    return "/datastar.js" if _client_file() else os.environ.get("DATASTAR_URL") or DATASTAR_URL


def serve_client(app: QuartTrio) -> None:
    """Serve the client where it is a file, so that the demo works offline; where that is missing, the log says so.

    Raises `FileNotFoundError` where `DATASTAR_URL` is neither a URL nor a file.
    """
    if _client_file() is None and not client_url().startswith(("http://", "https://")):
        raise FileNotFoundError(f"DATASTAR_URL is neither a URL nor a file: {client_url()}")
    if client_url() == DATASTAR_URL and (missing := os.environ.get("DATASTAR_CLIENT")):
        _log.warning("no browser client at %s: pages load it from %s", missing, DATASTAR_URL)

    @app.get("/datastar.js")
    async def client_file() -> Response:
        file = _client_file()
        return Response(b"", 404) if file is None else await send_file(file, mimetype="text/javascript")


def _client_file() -> Path | None:
    file = Path(os.environ.get("DATASTAR_URL") or os.environ.get("DATASTAR_CLIENT") or "")
    return file.resolve() if file.is_file() else None
