"""An app that cannot start, or stop, says why: as the last that is said, in few lines."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import hypercorn.trio.run
import pytest
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from quart_trio import QuartTrio
from trio.testing import MockClock

from effects import Dispatch, RegistrationError, Registry, create_dispatch
from plugins.connections import Connections
from plugins.http import Live, _causes, serve
from plugins.http._causes import say_why_briefly
from tests.plugins.http.small import Small

NO_SERVER = "no mail server"


async def fail() -> None:
    """Raise something."""
    raise OSError(NO_SERVER)


async def plain() -> None:
    """Fail plainly, because of something else."""
    try:
        await fail()
    except OSError as error:
        raise LookupError("no mail") from error


async def group() -> None:
    """Fail twice."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fail)
        nursery.start_soon(plain)


async def nested() -> None:
    """Fail deep inside."""
    async with trio.open_nursery() as outer:
        outer.start_soon(group)


TOLD = {
    fail: ["OSError: no mail server"],
    plain: ["LookupError: no mail"],
    group: ["LookupError: no mail", "OSError: no mail server"],
    nested: ["LookupError: no mail", "OSError: no mail server"],
}
"""What is told of each, in some order."""


def at_start(call: Any) -> Live:
    """An app whose own start fails."""
    small = Small()
    small.app.before_serving(call)
    return small.live


def at_end(call: Any) -> Live:
    """An app whose own end fails, which comes at once."""
    small = Small()
    small.app.after_serving(call)
    return small.live


def in_lifespan(call: Any) -> Live:
    """An app with a plugin that cannot open what it needs."""
    mail = Registry("mail")

    @mail.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncGenerator[None]:
        await call()
        yield

    return Small(mail).live


WHERE: list[Callable[[Any], Live]] = [at_start, in_lifespan]


def without_secret() -> Live:
    """An app that cannot sign sessions."""
    return Live(QuartTrio("x"), create_dispatch([Connections()]))


def leaves(error: BaseException) -> list[BaseException]:
    """Return what is in a group and the groups in it."""
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return [leaf for one in inside for leaf in leaves(one)] or [error]


@pytest.mark.parametrize("call", TOLD)
@pytest.mark.parametrize("where", WHERE)
async def test_serve_raises_what_kept_the_app_from_starting(where: Callable[[Any], Live], call: Any) -> None:
    """The very error, with what it came of, and without the way through the server: that is in the log."""
    with pytest.raises((OSError, LookupError, ExceptionGroup)) as raised:
        await serve(where(call), "127.0.0.1:0", errorlog=None)
    error = raised.value
    assert sorted(f"{type(leaf).__name__}: {leaf}" for leaf in leaves(error)) == TOLD[call]
    assert getattr(error, "__notes__", []) == ["while the lifespan of plugin 'mail' opened"] * (where is in_lifespan)
    shown = traceback.format_exception(error)
    assert "hypercorn" not in "".join(shown)
    assert "quart" not in "".join(shown)


async def test_serve_reports_nothing_of_an_app_that_has_not_started() -> None:
    """Whoever waits for it gets the error."""
    async with trio.open_nursery() as nursery:
        with pytest.raises(OSError, match=NO_SERVER):
            await nursery.start(partial(serve, at_start(fail), "127.0.0.1:0", errorlog=None))


async def test_serve_raises_what_kept_the_app_from_stopping() -> None:
    """It has served until then."""
    raised: list[BaseException] = []

    async def served(*, task_status: trio.TaskStatus[list[str]]) -> None:
        with pytest.raises(OSError, match=NO_SERVER) as error:
            await serve(at_end(fail), "127.0.0.1:0", errorlog=None, task_status=task_status)
        raised.append(error.value)

    async with trio.open_nursery() as nursery:
        await nursery.start(served)
        signal.raise_signal(signal.SIGTERM)
    assert len(raised) == 1


async def test_serve_says_how_to_have_a_secret() -> None:
    """As the app's own tests do."""
    with pytest.raises(RegistrationError, match=r"app\.secret_key = "):
        await serve(without_secret(), "127.0.0.1:0", errorlog=None)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else has every address. (hypercorn forgets to close what it could not bind, so it is not tried.)"""

    def refuse(config: Config) -> None:
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    monkeypatch.setattr(Config, "create_sockets", refuse)


@pytest.mark.usefixtures("taken")
async def test_serve_names_the_address_that_it_cannot_have() -> None:
    """The system's own error does not."""
    with pytest.raises(OSError, match="in use") as raised:
        await serve(Small().live, "127.0.0.1:80", errorlog=None)
    assert raised.value.__notes__ == ["while the app was bound to 127.0.0.1:80"]


@pytest.mark.usefixtures("taken")
async def test_what_an_app_says_goes_before_what_came_of_it() -> None:
    """hypercorn goes on to bind an app that has not started."""
    with pytest.raises(OSError, match=NO_SERVER) as raised:
        await serve(at_start(fail), "127.0.0.1:80", errorlog=None)
    assert not hasattr(raised.value, "__notes__")


async def run_worker(live: Live) -> None:
    """Run what a worker of the command does, which is told to stop as soon as it has started."""
    config = Config.from_mapping(bind="127.0.0.1:0", errorlog=None, startup_timeout=5)
    app = ASGIWrapper(cast(Any, live.app))
    await hypercorn.trio.run.worker_serve(app, config, shutdown_trigger=trio.lowlevel.checkpoint)


async def last_words(live: Live) -> str:
    """Return what a worker says at its end, which comes by itself."""
    with pytest.raises(SystemExit) as left:
        await run_worker(live)
    return str(left.value.code)


@pytest.mark.parametrize("call", TOLD)
@pytest.mark.parametrize("where", WHERE)
async def test_a_worker_of_the_command_says_why_it_ends(where: Callable[[Any], Live], call: Any) -> None:
    """In a few lines, without a traceback: that is in the log."""
    first, *said = (await last_words(where(call))).splitlines()
    assert first == "the app could not start, or stop:"
    notes = ["  while the lifespan of plugin 'mail' opened"] * (where is in_lifespan)
    assert sorted(said) == sorted([f"  {line}" for line in TOLD[call]] + notes)


async def test_a_worker_of_the_command_says_that_the_app_hangs(autojump_clock: MockClock) -> None:
    """hypercorn gives up after a while."""
    assert "Timeout whilst awaiting startup" in await last_words(at_start(trio.sleep_forever))


async def test_of_very_many_errors_a_few_are_told() -> None:
    """The log has all of them."""

    async def many() -> None:
        raise ExceptionGroup("many", [OSError(number) for number in range(100)])

    assert len((await last_words(at_start(many))).splitlines()) == 6


async def test_a_worker_of_the_command_ends_well_although_the_app_could_not_stop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As hypercorn has it, or a reload would end the server; the log has the error."""
    await run_worker(at_end(fail))
    assert NO_SERVER in caplog.text


@pytest.mark.usefixtures("taken")
async def test_what_else_ends_a_worker_is_left_alone() -> None:
    """It is no failure of the app."""
    with pytest.raises(ExceptionGroup) as raised:
        await run_worker(Small().live)
    assert "in use" in str(leaves(raised.value)[0])


async def test_a_worker_that_is_told_to_stop_says_nothing() -> None:
    """All is well."""
    await run_worker(Small().live)


def test_without_the_workers_of_hypercorn_that_is_known_all_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer one may have others."""
    theirs = object()
    monkeypatch.setattr(hypercorn.trio.run, "worker_serve", theirs)
    monkeypatch.setattr(_causes, "find_cures", lambda: frozenset({"workers"}))
    say_why_briefly()
    assert hypercorn.trio.run.worker_serve is theirs


APP = """
import os
from contextlib import asynccontextmanager
from functools import partial

import trio
from quart_trio import QuartTrio

from effects import Context, Registry, create_dispatch
from plugins.connections import Connections
from plugins.http import Live, serve

fails = os.environ["FAILS"]
mail = Registry("mail")


async def connect():
    raise OSError("no mail server")


async def connect_twice():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(connect)
        nursery.start_soon(connect)


@mail.lifespan
@asynccontextmanager
async def lifespan(dispatch):
    if fails == "lifespan":
        await connect()
    if fails == "group":
        await connect_twice()
    yield


if fails == "import":
    import nowhere

if fails == "system":
    @mail.effect("mail/send")
    def send(ctx: Context, *, smtp): ...


app = QuartTrio(__name__)
app.secret_key = "" if fails == "secret" else "not very"
live = Live(app, create_dispatch([Connections(), mail]))

if fails == "before":
    app.before_serving(connect)

if __name__ == "__main__":
    trio.run(partial(serve, live, os.environ["BIND"]))
"""

ENDS = {
    "lifespan": "OSError: no mail server\nwhile the lifespan of plugin 'mail' opened",
    "group": "while the lifespan of plugin 'mail' opened",
    "before": "OSError: no mail server",
    "secret": 'fix  app.secret_key = os.environ["SECRET_KEY"]',
    "system": "or Registry(..., late=['smtp'])",
    "import": "ModuleNotFoundError: No module named 'nowhere'",
    "address": "Address already in use",
}
"""How it fails, and what stands last."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the app."""
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    return tmp_path


def run(folder: Path, fails: str, *command: str) -> tuple[int, str]:
    """Serve the app, which fails; the exit code, and what was said."""
    root = str(Path(__file__).resolve().parents[3])
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        if fails == "address":
            other.listen()
        bind = f"127.0.0.1:{other.getsockname()[1]}" if fails == "address" else "127.0.0.1:0"
        env = {**os.environ, "PYTHONPATH": root, "FAILS": fails, "BIND": bind}
        given = [sys.executable, *(bind if word == "BIND" else word for word in command)]
        done = subprocess.run(given, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr.rstrip()


@pytest.mark.slow
@pytest.mark.parametrize("fails", ENDS)
def test_under_serve_a_failed_start_is_an_exit_code(folder: Path, fails: str) -> None:
    """And a cause, last, in few lines; the way there is in the log."""
    code, said = run(folder, fails, "app.py")
    assert code == 1
    assert ENDS[fails] in "\n".join(line.lstrip(" |+") for line in said.splitlines()[-7:])
    assert len(said.rpartition("Running on")[2].splitlines()) < 30


@pytest.mark.slow
@pytest.mark.parametrize("fails", ENDS)
def test_under_the_command_the_cause_is_said_last(folder: Path, fails: str) -> None:
    """In few lines. Its exit code is 0 where a worker failed (fault F): once it is not, hypercorn has mended it."""
    code, said = run(folder, fails, "-m", "hypercorn", "-k", "trio", "--bind", "BIND", "app:app")
    assert code == (1 if fails == "address" else 0)  # which is bound before there are workers
    assert ENDS[fails] in "\n".join(line.lstrip() for line in said.splitlines()[-3:])
    assert len(said.rpartition("Running on")[2].splitlines()) < 40
