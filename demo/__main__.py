"""Start the demo: `python -m demo 127.0.0.1:8000 .venv/datastar.js`, as `make demo` does once all is installed.

Both may be left out. It says where pages have the browser client from, then becomes the command that the README shows.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from plugins.datastar import DATASTAR_URL

__all__ = ["main"]


def main(bind: str = "127.0.0.1:8000", client: str = "") -> None:
    """Serve the demo at an address, with the browser client from a file if that is there and nothing else is asked for.

    Raises `SystemExit`, which says why, where nothing can be served there.
    """
    if Path(client).is_file():
        os.environ["DATASTAR_URL"] = os.environ.get("DATASTAR_URL") or client
    if why := _refused(bind):
        sys.exit(f"{bind} cannot be used: {why}. Choose another address, as in `make demo BIND=127.0.0.1:8001`")
    print(f"Pages load the browser client from {os.environ.get('DATASTAR_URL') or f'the network, {DATASTAR_URL}'}")
    sys.stdout.flush()
    command = [sys.executable, "-m", "hypercorn", "-k", "trio", "--bind", bind, "demo.app:app"]
    os.execv(command[0], command)  # noqa: S606 (there is no shell on purpose)


def _refused(bind: str) -> str | None:
    """Why nobody can listen at a host and a port, if so; what else a server may be bound to is its own affair."""
    host, _, port = bind.rpartition(":")
    if not port.isdigit():
        return None
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host.strip("[]"), int(port)))
    except OSError as error:
        return error.strerror
    except OverflowError as error:
        return str(error).removeprefix("bind(): ").rstrip(".")
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
