"""`async with app.test_app()`: what an app fails with is what the test shows."""

from __future__ import annotations

import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio
from quart_trio.testing import TrioTestApp
from trio.testing import MockClock

from effects import Dispatch, RegistrationError, Registry, create_dispatch
from plugins.connections import Connections
from plugins.http import Live
from tests.plugins.http.small import Small


async def fail() -> None:
    """Raise the error that is to be shown."""
    raise OSError("no mail server")


async def begins() -> AsyncGenerator[None]:
    """Fail at the start."""
    await fail()
    yield


async def goes_on() -> AsyncGenerator[None]:
    """Fail at the end."""
    yield
    await fail()


def at_work(app: QuartTrio) -> None:
    """Fail in a task of the app, once it has started."""

    @app.before_serving
    async def start() -> None:
        app.nursery.start_soon(fail)


def made(dispatch: Dispatch) -> Any:
    """Fail to make a lifespan."""
    raise OSError("no mail server")


APPS: dict[str, Callable[[QuartTrio], object]] = {
    "before_serving": lambda app: app.before_serving(fail),
    "while_serving, as it begins": lambda app: app.while_serving(begins),
    "while_serving, as it goes on": lambda app: app.while_serving(goes_on),
    "after_serving": lambda app: app.after_serving(fail),
    "a task of the app": at_work,
}
LIFESPANS: dict[str, Callable[[Dispatch], Any]] = {
    "a lifespan is made": made,
    "a lifespan opens": asynccontextmanager(lambda dispatch: begins()),
    "a lifespan closes": asynccontextmanager(lambda dispatch: goes_on()),
}


async def raised_by(app: QuartTrio) -> BaseException:
    """Return what leaves a test of an app that fails."""
    with pytest.raises(OSError, match="no mail server") as raised:
        async with app.test_app():
            await trio.testing.wait_all_tasks_blocked()
    return raised.value


@pytest.mark.parametrize("fails", APPS)
async def test_what_an_app_fails_with_is_what_the_test_shows(fails: str) -> None:
    """At its start, at its end, in between: the very exception, in no group; and the next test begins anew."""
    app = Small().app
    APPS[fails](app)
    await raised_by(app)
    again = Small().app
    async with again.test_app() as running:
        assert (await running.test_client().get("/")).status_code == 200


@pytest.mark.parametrize("fails", LIFESPANS)
async def test_what_a_plugin_fails_with_is_what_the_test_shows(fails: str) -> None:
    """With the note that says whose lifespan it was."""
    bad = Registry("bad")
    bad.lifespan(LIFESPANS[fails])
    error = await raised_by(Small(bad).app)
    (note,) = error.__notes__
    assert note.startswith("while the lifespan of plugin 'bad'")


@pytest.mark.parametrize("nested", [False, True])
async def test_a_group_stays_what_it_was(nested: bool) -> None:
    """Only the nurseries around it are not shown: it is a plugin's own, and has a note that says whose."""
    bad = Registry("bad")

    @bad.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncGenerator[None]:
        inner = ExceptionGroup("inner", [OSError()])
        raise ExceptionGroup("outer", [inner] if nested else [OSError(), ValueError()])
        yield

    with pytest.raises(ExceptionGroup, match="outer") as raised:
        async with Small(bad).app.test_app():
            pass
    assert raised.value.__notes__ == ["while the lifespan of plugin 'bad' opened"]


async def test_an_app_without_a_secret_key_says_so() -> None:
    """When it starts, and what to do."""
    app = QuartTrio("x")
    Live(app, create_dispatch([Connections()]))
    with pytest.raises(RegistrationError, match="no secret_key"):
        async with app.test_app():
            pass


async def test_nothing_of_a_test_runs_where_the_app_has_not_started() -> None:
    """Not even up to its first await."""
    small, ran = Small(), list[str]()
    small.app.before_serving(fail)
    with pytest.raises(OSError):  # noqa: PT011 - it is about what runs
        async with small.app.test_app():
            ran.append("the test")
    assert ran == []


async def test_what_a_test_fails_with_is_shown_as_itself() -> None:
    """The app is stopped first; what that fails with is shown, too."""
    small, log = Small(), list[str]()
    small.app.after_serving(lambda: log.append("stopped"))
    with pytest.raises(AssertionError, match="a test"):
        async with small.app.test_app():
            raise AssertionError("a test")
    assert log == ["stopped"]
    small.app.after_serving(fail)
    with pytest.raises(OSError, match="no mail server") as raised:
        async with small.app.test_app():
            raise AssertionError("a test")
    shown = "".join(traceback.format_exception(raised.value))
    assert "AssertionError: a test" in shown


async def test_a_test_that_runs_out_of_time_says_so(autojump_clock: MockClock) -> None:
    """Wherever it hangs."""
    small = Small()
    with pytest.raises(trio.TooSlowError), trio.fail_after(1):
        async with small.app.test_app():
            await trio.sleep_forever()
    with trio.move_on_after(1) as scope:
        async with small.app.test_app():
            await trio.sleep_forever()
    assert scope.cancelled_caught


@pytest.mark.parametrize("hang", [QuartTrio.before_serving, QuartTrio.after_serving])
async def test_an_app_that_hangs_is_given_up(hang: Any, autojump_clock: MockClock) -> None:
    """At its start and at its end, after some seconds."""
    small = Small()
    hang(small.app, trio.sleep_forever)
    with pytest.raises(trio.TooSlowError):
        async with small.app.test_app():
            pass
    assert trio.current_time() < 10


async def test_a_lifespan_class_of_an_app_s_own_is_heard() -> None:
    """Whether it says why or not."""

    class Own:
        def __init__(self, app: object, scope: object) -> None: ...

        async def __call__(self, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "not today"})

    small = Small()
    small.app.asgi_lifespan_class = Own  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match="not today"):
        async with small.app.test_app():
            pass


async def test_a_test_app_of_an_app_s_own_stays() -> None:
    """And so does that of an app that has two `Live`."""

    class Own(TrioTestApp):
        pass

    app = QuartTrio("x")
    app.test_app_class = Own
    Live(app, create_dispatch([Connections()]))
    assert type(app.test_app()) is Own


async def test_it_hands_out_clients_of_the_app() -> None:
    """As the app itself does."""
    async with Small().app.test_app() as under_test:
        assert (await under_test.test_client().get("/")).status_code == 200
