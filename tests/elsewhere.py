"""The project as it would be on another platform: `python -m tests.elsewhere win32`.

Everything is imported where the standard library lacks what it lacks there, and the demo is visited. What others have
imported by then is theirs: trio, hypercorn and quart have code of their own for each platform, which is not run here.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

import trio

from tests.platforms import MODULES, is_absent, missing

ROOT = Path(__file__).resolve().parents[1]
OURS = ("effects", "plugins", "demo", "rhialto_pytest", "rhialto_scheduler", "tests")
GREETING = b'{"name": "Ann"}'


def import_everything() -> None:
    """Import all that is ours: each module, and what pytest imports of the tests before it asks for any."""
    for package in map(importlib.import_module, OURS[:-1]):
        for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}."):
            if not module.name.endswith("__main__"):  # which would run
                importlib.import_module(module.name)
    for file in ROOT.glob("tests/**/conftest.py"):
        importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def move_to(platform: str) -> None:
    """Forget all that is ours, and take away what a platform lacks."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    sys.platform = platform
    for name in MODULES:
        sys.modules[name] = _left(importlib.import_module(name), platform)
    for name in missing("socket", platform):
        vars(trio.socket).pop(name, None)


def _left(module: ModuleType, platform: str) -> ModuleType:
    """Return what is left of a module there; None, which Python takes for no module, where there is none."""
    if is_absent(module.__name__, platform):
        return None  # type: ignore[return-value]
    gone = missing(module.__name__, platform)
    copy = ModuleType(module.__name__)
    vars(copy).update({name: value for name, value in vars(module).items() if name not in gone})
    if module is os:
        vars(copy)["name"] = "nt" if platform == "win32" else "posix"
    return copy


async def _visit() -> None:
    """See a greeting on an open page, and the page's stream end when the server stops."""
    from demo.app import live
    from plugins.http import serve
    from tests.faults.client import Raw, connect, visit

    async with trio.open_nursery() as nursery:
        (bound,) = await nursery.start(partial(serve, live, "127.0.0.1:0"))
        port = int(bound.rpartition(":")[2])
        cookie = await visit(port)
        page = await Raw.ask(port, cookie, "/sse/home")
        await page.until(b'"connected":true')
        async with await connect(port) as stream:
            headers = f"Cookie: {cookie}\r\nDatastar-Request: true\r\nContent-Type: application/json\r\n"
            start = f"POST /greet HTTP/1.1\r\nHost: a\r\nContent-Length: {len(GREETING)}\r\n{headers}\r\n"
            await stream.send_all(start.encode() + GREETING)
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 200")
        await page.until(b"Hello, Ann")
        signal.raise_signal(signal.SIGTERM)
        assert (await page.to_the_end()).endswith(b"\r\n0\r\n\r\n")
        await page.stream.aclose()


if __name__ == "__main__":
    import_everything()
    move_to(sys.argv[1])
    import_everything()
    trio.run(_visit)
