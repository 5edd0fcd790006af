"""A record, its text and its log are of bounded size for every exception."""

import linecache
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
import trio
import trio.testing

from effects import Context, Effect, EffectsError, Placeholder, Registry, create_dispatch
from effects.testing import Fault, Recorder, with_faults

Kit = Callable[[], Registry]
Raise = Callable[[], object]
LONG = "x" * 100_000
MOST = 20_000
"""So many characters may a log record have, and a record's text."""


def raising(act: Raise) -> Registry:
    """A registry with one effect, which calls this function."""
    plugin = Registry("plugin")
    plugin.effect("raise")(lambda ctx: act())
    return plugin


def deep(error: Exception, depth: int) -> object:
    """Raise from so deep in calls."""
    if depth:
        return deep(error, depth - 1)
    raise error


def held(make: Callable[[], Exception]) -> Raise:
    """Raise one and the same exception each time."""
    error = make()
    return lambda: deep(error, 3)


def caught(error: Exception) -> Raise:
    """Raise and catch the same exception a hundred times, in code of its own, then once more."""

    def act() -> None:
        for _ in range(100):
            try:
                deep(error, 1)
            except OSError:
                continue
        raise error

    return act


def wrapped(error: Exception) -> Raise:
    """Raise another exception each time, from one that is raised and caught."""

    def act() -> None:
        try:
            deep(error, 1)
        except OSError as cause:
            raise ValueError from cause

    return act


@dataclass(frozen=True)
class Frozen(Exception):
    """Its attributes cannot be set."""

    text: str


def one_in_a_group() -> Exception:
    """A group in which one has many frames."""
    inner = OSError("down")
    for _ in range(200):
        try:
            raise inner
        except OSError:
            pass
    return ExceptionGroup("several", [ExceptionGroup("more", [inner] * 10)] * 10)


def cyclic() -> Exception:
    """Two that are each other's cause."""
    first, second = OSError("down"), ValueError("no")
    first.__cause__, second.__cause__ = second, first
    return first


RAISED: Mapping[str, Raise] = {
    "one that is held": held(lambda: OSError("down")),
    "one whose attributes cannot be set": held(lambda: Frozen("down")),
    "a group that is held": held(one_in_a_group),
    "one that is its own cause": held(cyclic),
    "one that is caught again and again": caught(OSError("down")),
    "one that is the cause each time": wrapped(OSError("down")),
    "deep in calls": lambda: deep(OSError("down"), 500),
    "a long message of a plugin": held(lambda: EffectsError(LONG, near=LONG, fix=LONG)),
    "a type with a long name": held(lambda: type(LONG, (Exception,), {})()),
    "a group of many": held(lambda: ExceptionGroup(LONG, [ExceptionGroup("", [OSError(LONG)] * 1_000)] * 1_000)),
}


@pytest.fixture
def log() -> Iterator[list[str]]:
    """The records that are logged."""
    logged: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage() + repr(vars(record)["effect_key"]))  # type: ignore[method-assign]
    logger = logging.getLogger("effects")
    logger.addHandler(handler)
    yield logged
    logger.removeHandler(handler)


def behind(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and all exceptions in it and behind it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


@pytest.mark.parametrize("what", RAISED)
@pytest.mark.parametrize("debug", [False, True])
async def test_whatever_is_raised_a_record_is_bounded(what: str, debug: bool, log: list[str]) -> None:
    """Its log, its text and the objects that it keeps alive are bounded, even if an exception is raised again and
    again.
    """
    result = await create_dispatch([raising(RAISED[what])], debug=debug)([["raise"]] * 50)
    assert len(log) == len(result.errors) == 50
    assert max(map(len, log)) < MOST
    assert len(log[-1]) < 3 * len(log[0]) + 1_000
    assert len(str(result.errors[-1])) < MOST
    for error in behind(result.errors[-1].exception):
        assert len(traceback.extract_tb(error.__traceback__)) <= 40


@pytest.mark.parametrize(
    "vector",
    [
        [LONG],
        ["note", *[type(LONG, (), {})()] * 20],
        ["note", {LONG: Placeholder("nobody")}],
        ["run", {LONG: 1}, [LONG]],
    ],
)
async def test_whatever_is_dispatched_a_record_is_bounded(kit: Kit, vector: list[object], log: list[str]) -> None:
    """Keys, the names of options and of types are shown shortened."""
    result = await create_dispatch([kit()])([vector])
    assert len(result.errors) == 1
    assert len(str(result.errors[0])) < MOST
    assert max(map(len, log)) < MOST


async def test_a_place_deep_in_the_data_is_bounded(kit: Kit, log: list[str]) -> None:
    """The path itself is whole; its text has only the beginning and the end."""
    value: object = Placeholder("nobody")
    for _ in range(10_000):
        value = [value]
    result = await create_dispatch([kit()])([["note", value]])
    assert len(result.errors[0].path) == 10_002
    assert str(result.errors[0]).partition("\n")[2].startswith("  at   effects[0][1][0][0]")
    assert " ... [0]" in str(result.errors[0])
    assert max(map(len, log)) < 1_000


async def test_what_is_raised_again_shows_where_now_and_where_first(kit: Kit) -> None:
    """The raises between the two are left out."""
    error = OSError("down")
    plugin = Registry("plugin")

    @plugin.effect("first")
    def first(ctx: Context) -> None:
        raise error

    @plugin.effect("between")
    def between(ctx: Context) -> None:
        raise error

    @plugin.effect("latest")
    def latest(ctx: Context) -> None:
        raise error

    await create_dispatch([plugin])([["first"], ["between"], ["between"], ["latest"]])
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert [name for name in names if name in {"first", "between", "latest"}] == ["latest", "first"]


async def test_of_a_deep_call_the_last_frames_are_kept() -> None:
    """A reader looks for the place where it was raised, and for the calls that led there."""
    result = await create_dispatch([raising(lambda: deep(OSError(), 500))])([["raise"]])
    lines = [frame.line for frame in traceback.extract_tb(result.errors[0].exception.__traceback__)]
    assert lines[-1] == "raise error"
    assert "plugin.effect" in str(lines[:4])


async def test_generated_code_shows_its_lines() -> None:
    """The fast call is made when the dispatch is made; tracebacks show its lines as those of any code."""
    result = await create_dispatch([raising(lambda: deep(OSError(), 0))])([["raise"]])
    linecache.checkcache()
    generated = [
        frame
        for frame in traceback.extract_tb(result.errors[0].exception.__traceback__)
        if frame.filename.startswith("<")
    ]
    assert [frame.line for frame in generated] == ["return function(first)"]


@pytest.mark.parametrize("kind", ["recorder", "faults"])
async def test_faults_on_purpose_are_bounded(kind: str, kit: Kit, log: list[str]) -> None:
    """They raise one exception for all."""
    dispatch = create_dispatch([kit()], system={"notes": []})
    if kind == "recorder":
        recorder = Recorder(dispatch)
        recorder.fails("note", OSError("down"))
        await recorder([["note", 1]] * 200)
    else:
        await with_faults(dispatch, {"note": Fault(OSError("down"))})([["note", 1]] * 200)
    assert len(log) == 200
    assert len(log[-1]) < 2 * len(log[0])


async def test_background_work_and_continuations_are_bounded(log: list[str]) -> None:
    """Wherever the exception is caught."""
    error = OSError("down")
    plugin = Registry("plugin")

    async def work(ctx: Context) -> None:
        raise error

    @plugin.effect("spawn")
    async def spawn(ctx: Context, *then: Effect) -> None:
        ctx.spawn(work)
        await trio.testing.wait_all_tasks_blocked()
        await ctx.dispatch(then)
        raise error

    dispatch = create_dispatch([plugin])
    async with dispatch.running():
        await dispatch([["spawn", ["spawn"]]] * 50)
    assert len(log) == 200
    assert max(map(len, log)) < 6_000
