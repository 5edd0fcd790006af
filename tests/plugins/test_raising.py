"""A plugin that raises harms its own work only, wherever it does so, and it is named.

Four tables: what it registers, what it opens, what an app gives to `Live`, and objects that raise when they are looked
at. Around each place stand others that have nothing to do with it, and they notice nothing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NamedTuple, NoReturn

import pytest
import trio
from pydantic import BaseModel
from trio.testing import MockClock, wait_all_tasks_blocked

from effects import (
    Context,
    Dispatch,
    Effect,
    ErrorRecord,
    Interceptor,
    Placeholder,
    RegistrationError,
    Registry,
    Step,
    create_dispatch,
    hookimpl,
)
from effects.testing import MemorySink
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar
from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR, Small


class BrokenError(Exception):
    """What a broken plugin raises."""


def fails(*_: object) -> NoReturn:
    """Fail."""
    raise BrokenError


async def fails_later(*_: object) -> NoReturn:
    """Fail, after others ran."""
    await trio.lowlevel.checkpoint()
    raise BrokenError


class Ear:
    """Keeps the records of all errors."""

    name = "ear"

    def __init__(self) -> None:
        self.heard: list[ErrorRecord] = []

    @hookimpl
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Keep one."""
        self.heard.append(record)


class Log:
    """Writes the records of all errors to the log."""

    name = "log"

    @hookimpl
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Write one."""
        logging.getLogger("tests").error("%s", record)


class Good:
    """A registry of plain things, and what they noted."""

    def __init__(self) -> None:
        self.notes: list[object] = []
        self.registry = Registry("good")
        self.registry.effect("note")(self.note)
        self.registry.effect("within")(self.within)
        self.registry.action("grow")(self.grow)
        self.registry.action("look")(self.look)

    def note(self, ctx: Context, value: object) -> object:
        """Keep a value, and return it."""
        self.notes.append(value)
        return value

    async def within(self, ctx: Context, data: Mapping[str, object], *effects: Effect) -> None:
        """Dispatch effects with other data."""
        await ctx.dispatch(effects, data=data)

    def grow(self, state: object) -> list[object]:
        """Become a note."""
        return [["note", "grown"]]

    def look(self, state: Mapping[str, object]) -> list[object]:
        """Become a note of what the broken plugin has."""
        return [["note", state["bad/slice"]]]


def hook(name: str) -> Callable[[Registry], object]:
    """Contribute an interceptor with one hook, which fails where the data says so."""

    def raising(step: Step) -> None:
        if step.data.get("bad"):
            fails()

    hooks: dict[str, Any] = {name: raising}
    return lambda bad: bad.interceptor(Interceptor(id="bad/hook", **hooks))


def spawning(ctx: Context) -> None:
    """Start something in the background that fails."""
    ctx.spawn(fails_later)


class Place(NamedTuple):
    """Where a plugin raises: what it contributes, and an effect that leads there."""

    contribute: Callable[[Registry], object]
    effect: list[object]


MARKED: list[object] = ["within", {"bad": True}, ["grow"]]
PLACES = {
    "an interpreter": Place(lambda bad: bad.effect("bad/do")(lambda ctx: fails()), ["bad/do"]),
    "an async interpreter": Place(lambda bad: bad.effect("bad/do")(lambda ctx: fails_later()), ["bad/do"]),
    "an action": Place(lambda bad: bad.action("bad/do")(lambda state: fails()), ["bad/do"]),
    "a state slice": Place(lambda bad: bad.state("bad/slice")(lambda: fails()), ["look"]),
    "a placeholder": Place(
        lambda bad: bad.placeholder("bad/it")(lambda data: fails()), ["note", Placeholder("bad/it")]
    ),
    "background work": Place(lambda bad: bad.effect("bad/do")(spawning), ["bad/do"]),
    "a hook before a dispatch": Place(hook("before_dispatch"), MARKED),
    "a hook after a dispatch": Place(hook("after_dispatch"), MARKED),
    "a hook before an action": Place(hook("before_action"), MARKED),
    "a hook after an action": Place(hook("after_action"), MARKED),
    "a hook before an effect": Place(hook("before_effect"), MARKED),
    "a hook after an effect": Place(hook("after_effect"), MARKED),
}


@pytest.mark.parametrize("name", PLACES)
async def test_what_a_plugin_registers_may_raise(name: str, autojump_clock: MockClock) -> None:
    """Effects before and after it run, and so does the next dispatch; the record names the plugin."""
    place, good, ear, bad = PLACES[name], Good(), Ear(), Registry("bad")
    place.contribute(bad)
    dispatch = create_dispatch([bad, good.registry, ear])
    async with dispatch.running():
        await dispatch([["note", "before"], place.effect, ["note", "after"]])
        await wait_all_tasks_blocked()
        again = await dispatch([["note", "again"]])
    assert [note for note in good.notes if note != "grown"] == ["before", "after", "again"]
    assert again.errors == ()
    assert {(one.plugin, type(one.exception)) for one in ear.heard} == {("bad", BrokenError)}
    assert all("from plugin 'bad'" in str(one) for one in ear.heard)


async def test_a_listener_may_raise(caplog: pytest.LogCaptureFixture) -> None:
    """The others hear of the error, and the log names the plugin."""
    good, ear = Good(), Ear()
    good.registry.effect("fail")(lambda ctx: fails())

    class Bad:
        name = "bad"

        @hookimpl(tryfirst=True)
        def rhialto_error(self, record: ErrorRecord) -> None:
            fails()

    dispatch = create_dispatch([Bad(), good.registry, ear])
    await dispatch([["fail"], ["note", "after"]])
    assert good.notes == ["after"]
    assert len(ear.heard) == 1
    assert "plugin 'bad' failed to hear of an error: BrokenError" in caplog.text


def test_a_registry_may_raise() -> None:
    """No dispatch is made without saying whose fault it is."""

    class Bad:
        name = "bad"

        @hookimpl
        def rhialto_registry(self) -> Registry:
            fails()

    with pytest.raises(RegistrationError, match="plugin 'bad' failed to contribute its registry: BrokenError"):
        create_dispatch([Bad()])


def made(dispatch: Dispatch) -> AbstractAsyncContextManager[None]:
    """Fail to make a lifespan."""
    fails()


@asynccontextmanager
async def opened(dispatch: Dispatch) -> AsyncGenerator[None]:
    """Fail to open."""
    fails()
    yield


@asynccontextmanager
async def closed(dispatch: Dispatch) -> AsyncGenerator[None]:
    """Fail to close."""
    yield
    fails()


@asynccontextmanager
async def at_work(dispatch: Dispatch) -> AsyncGenerator[None]:
    """Fail while others run."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fails_later)
        yield


LIFESPANS = {
    made: "while the lifespan of plugin 'bad' was made",
    opened: "while the lifespan of plugin 'bad' opened",
    closed: "while the lifespan of plugin 'bad' closed",
    at_work: "while the lifespan of plugin 'bad' closed",
}


@pytest.mark.parametrize("lifespan", LIFESPANS)
async def test_what_a_plugin_opens_may_raise(lifespan: Any, autojump_clock: MockClock) -> None:
    """What others have opened is closed, the exception says whose it is, and the dispatch goes on without."""
    good, bad, log = Good(), Registry("bad"), list[str]()
    bad.lifespan(lifespan)

    @good.registry.lifespan
    @asynccontextmanager
    async def pool(dispatch: Dispatch) -> AsyncGenerator[None]:
        log.append("opened")
        try:
            yield
        finally:
            log.append("closed")

    dispatch = create_dispatch([good.registry, bad])
    with pytest.raises((BrokenError, ExceptionGroup)) as raised:  # a group from a nursery of its own
        async with dispatch.running():
            await trio.sleep(1)
    assert raised.value.__notes__ == [LIFESPANS[lifespan]]
    assert log == ["opened", "closed"]
    assert (await dispatch([["note", "after"]])).errors == ()


async def test_what_a_plugin_keeps_running_may_raise_while_an_app_serves(caplog: pytest.LogCaptureFixture) -> None:
    """Streams end and are refused; the rest of the app goes on; the log names the plugin."""
    bad, begin = Registry("bad"), trio.Event()

    @bad.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncGenerator[None]:
        async def work() -> None:
            await begin.wait()
            fails()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(work)
            yield

    small = Small(bad)

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([], key="k")

    async with small.app.test_app():
        ann = await small.visitor()
        async with open_sse(ann, "/sse") as stream:
            begin.set()
            assert [event async for event in stream] == []
        assert (await ann.get("/sse", headers=DATASTAR)).status_code == 503
        assert (await ann.get("/")).status_code == 200
    assert "while the lifespan of plugin 'bad' closed" in caplog.text


class Name(BaseModel):
    """A form."""

    name: str


class Hostile:
    """Raises however it is looked at."""

    __repr__ = __str__ = __html__ = __eq__ = __hash__ = __bool__ = __len__ = __iter__ = __getattr__ = fails


class HostileText(str):
    """Text that raises however it is looked at."""

    __slots__ = ()
    __repr__ = __str__ = __html__ = __eq__ = __hash__ = __bool__ = __len__ = __iter__ = fails


FAILING: list[object] = [["fail"]]
GIVEN: dict[str, tuple[Callable[[Small], Any], int, str]] = {
    "allow of a stream": (lambda small: small.live.stream([], key="bad", allow=fails), 500, "GET /bad"),
    "an async allow": (lambda small: small.live.stream([], key="bad", allow=fails_later), 500, "GET /bad"),
    "allow of a reply": (lambda small: small.live.reply([], allow=fails), 500, "GET /bad"),
    "a snapshot": (lambda small: small.live.stream(fails, key="bad"), 500, "GET /bad"),
    "an async snapshot": (lambda small: small.live.stream(fails_later, key="bad"), 500, "GET /bad"),
    "the effects of a stream": (lambda small: small.live.stream(FAILING, key="bad"), 500, "'fail'"),
    "the effects of a reply": (lambda small: small.live.reply(FAILING), 500, "'fail'"),
    "otherwise": (lambda small: small.live.reply([], otherwise=fails), 500, "GET /bad"),
    "on_error": (lambda small: small.live.reply(FAILING, on_error=fails), 500, "GET /bad"),
    "what on_error says": (lambda small: small.live.reply(FAILING, on_error=FAILING), 500, "'fail'"),
    "on_invalid": (lambda small: small.live.reply([], signals=Name, on_invalid=fails), 500, "GET /bad"),
    "what on_invalid says": (lambda small: small.live.reply([], signals=Name, on_invalid=FAILING), 500, "'fail'"),
    "a key": (lambda small: small.live.stream([], key=Hostile()), 500, "GET /bad"),
    "on_error of a passing stream": (lambda small: small.live.stream(FAILING, on_error=fails), 200, "on_error"),
    "on_open": (lambda small: small.live.stream([["close-sse"]], key="bad", on_open=FAILING), 200, "'fail'"),
    "on_close": (lambda small: small.live.stream([["close-sse"]], key="bad", on_close=FAILING, grace=0), 200, "'fail'"),
}
"""What an app gives to `Live`, the status of the answer, and by what the log says whose it is."""


@pytest.mark.parametrize("name", GIVEN)
async def test_what_an_app_gives_may_raise(
    name: str, caplog: pytest.LogCaptureFixture, autojump_clock: MockClock
) -> None:
    """The streams of others go on, and so does the next request; the log says where it was; nothing is left open."""
    answer, status, named = GIVEN[name]
    small = Small(Log())

    @small.app.get("/sse")
    async def sse() -> Any:
        return await small.live.stream([], key="good")

    @small.app.get("/bad")
    async def bad() -> Any:
        return await answer(small)

    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/sse") as stream:
            headers = {"Sec-Fetch-Site": "same-origin", "Datastar-Request": str(name != "otherwise").lower()}
            async with open_sse(ben, "/bad", headers=headers) as failed:
                assert [event async for event in failed] == []
            assert failed.status == status
            await trio.sleep(5)
            assert [one.key for one in small.streams()] == ["good"]
            await small.dispatch([["broadcast", {"pattern": [ANY, ANY]}, ["patch-signals", {"still": "here"}]]])
            assert (await stream.event()).signals == {"still": "here"}
        async with open_sse(ben, "/sse") as stream:
            assert stream.status == 200
    assert named in caplog.text


async def test_when_full_may_raise(caplog: pytest.LogCaptureFixture) -> None:
    """The slow stream is cut off, as it would be without; the others go on; the log says where it was."""
    small = Small(max_frames=1, when_full=fails)

    @small.app.get("/sse/<key>")
    async def sse(key: str) -> Any:
        return await small.live.stream([], key=key)

    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/sse/slow") as slow, open_sse(ben, "/sse/quick") as quick:
            slow.stall()
            for number in range(20):
                await small.dispatch([["broadcast", {"pattern": [ANY, ANY]}, ["patch-signals", {"n": number}]]])
                assert (await quick.event()).signals == {"n": number}
            assert [one.key for one in small.streams()] == ["quick"]
    assert "could not be merged" in caplog.text
    assert "BrokenError" in caplog.text


HOSTILE: dict[str, list[object]] = {
    "an argument": ["note", Hostile()],
    "an argument that is refused": ["typed", Hostile()],
    "an argument of an action": ["shout", Hostile()],
    "too many arguments": ["note", Hostile(), Hostile()],
    "a result": ["make"],
    "a key": [Hostile()],
    "a key that is text": [HostileText("note"), 1],
    "an effect": Hostile(),  # type: ignore[dict-item]
    "elements": ["patch-elements", Hostile()],
    "text as elements": ["patch-elements", HostileText("x")],
    "a signal": ["patch-signals", {"a": Hostile()}],
    "signals": ["patch-signals", Hostile()],
    "a script": ["execute-script", HostileText("x")],
    "a pattern": ["broadcast", {"pattern": [ANY, Hostile()]}, ["note", 1]],
    "a name": ["with-connection", ["s", Hostile()], ["note", 1]],
    "data": ["within", {"it": Hostile()}, ["note", Placeholder("it")]],
    "a system value": ["use"],
    "an argument of a placeholder": ["note", Placeholder("it", Hostile())],
}


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_dispatched_may_raise(name: str, debug: bool) -> None:
    """When it is looked at, shown, compared, counted or hashed: its siblings run, and so does the next dispatch."""
    good, ear = Good(), Ear()

    @good.registry.effect("typed")
    def typed(ctx: Context, number: int) -> None: ...

    @good.registry.effect("make")
    def make(ctx: Context) -> object:
        return Hostile()

    @good.registry.effect("use")
    def use(ctx: Context, *, hostile: object) -> object:
        return hostile

    @good.registry.action("shout")
    def shout(state: object, what: object) -> list[object]:
        return [["note", what]]

    @good.registry.placeholder("it")
    def it(data: Mapping[str, object], *more: object) -> object:
        return data["it"]

    system = {"sink": MemorySink(), "hostile": Hostile()}
    dispatch = create_dispatch([good.registry, Datastar(), Connections(), ear], system=system, debug=debug)
    result = await dispatch([["note", "before"], HOSTILE[name], ["note", "after"]])
    kept = [one for one in good.notes if type(one) is str]
    assert kept == ["before", "after"]
    assert list(result.errors) == ear.heard
    assert all(str(one) and repr(one) for one in result.errors)
    assert (await dispatch([["note", "again"]])).errors == ()
