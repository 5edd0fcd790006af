"""Start the demo: `python -m demo 127.0.0.1:8000`, as `make demo` does once all is installed.

It becomes the command that the README shows, unless nobody could listen there.
"""

from __future__ import annotations

import os
import socket
import sys

__all__ = ["main"]


def main(bind: str = "127.0.0.1:8000") -> None:
    """Serve the demo at an address. Raises `SystemExit`, which says why, where nothing can be served there."""
    if why := _bind_problem(bind):
        sys.exit(f"{bind} cannot be used: {why}. Choose another address, as in `make demo BIND=127.0.0.1:8001`")
    command = [sys.executable, "-m", "hypercorn", "-k", "trio", "--bind", bind, "demo.app:app"]
    os.execv(command[0], command)  # noqa: S606 (there is no shell on purpose)


def _bind_problem(bind: str) -> str | None:
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
