"""Interceptors with an end: `around_*` hooks."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any, Literal

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import (
    Context,
    Dispatch,
    Effect,
    Ending,
    ErrorRecord,
    Interceptor,
    InterceptorError,
    RegistrationError,
    Registry,
    Skip,
    Step,
    Stop,
    create_dispatch,
    fail_fast,
)
from effects.testing import Recorder

Kit = Callable[[], Registry]
Kind = Literal["dispatch", "action", "effect"]
KINDS: list[Kind] = ["dispatch", "action", "effect"]
Log = list[str]


def noting(log: Log, name: str = "a", kind: Kind = "effect") -> Interceptor:
    """Note each moment, with how the step has ended."""

    @contextmanager
    def around(step: Step, ending: Ending) -> Generator[None]:
        log.append(f"{name} enters {ending.how}")
        try:
            yield
        finally:
            log.append(f"{name} leaves {ending.how}")

    hooks: dict[str, Any] = {
        f"before_{kind}": lambda step: log.append(f"{name} before"),
        f"around_{kind}": around,
        f"after_{kind}": lambda step: log.append(f"{name} after"),
    }
    return Interceptor(id=name, **hooks)


def acting(log: Log) -> Registry:
    """An effect and an action that note that they run, an effect that waits, and things that fail."""
    plugin = Registry("acting")

    @plugin.effect("act")
    def act(ctx: Context) -> None:
        log.append("act")

    @plugin.action("expand")
    def expand(state: object, how: str = "") -> list[object]:
        log.append("expand")
        return [] if not how else [][1]

    @plugin.effect("wait")
    async def wait(ctx: Context) -> None:
        log.append("wait")
        await trio.sleep_forever()

    @plugin.effect("fail")
    def fail(ctx: Context) -> None:
        raise ValueError("boom")

    return plugin


async def act(log: Log, *interceptors: Interceptor, effects: Any = (["act"],)) -> Any:
    """Dispatch with interceptors."""
    return await create_dispatch([acting(log)], interceptors=interceptors)(list(effects))


VECTORS = {"dispatch": ["act"], "action": ["expand"], "effect": ["act"]}


@pytest.mark.parametrize("kind", KINDS)
async def test_around_is_entered_behind_before_and_left_ahead_of_after(kind: Kind) -> None:
    """Before of all, around of all, the step, around in reverse, after in reverse."""
    log: Log = []
    await act(log, noting(log, "a", kind), noting(log, "b", kind), effects=[VECTORS[kind]])
    did = VECTORS[kind][0]
    assert log == [
        *["a before", "b before", "a enters open", "b enters open", did],
        *["b leaves done", "a leaves done", "b after", "a after"],
    ]


FAILING = {"dispatch": ["fail"], "action": ["expand", "fail"], "effect": ["fail"]}


@pytest.mark.parametrize("kind", KINDS)
async def test_an_error_is_not_raised_into_it(kind: Kind) -> None:
    """The ending has the failures."""
    endings: list[Ending] = []

    @contextmanager
    def around(step: Step, ending: Ending) -> Generator[None]:
        endings.append(ending)
        yield

    hooks: dict[str, Any] = {f"around_{kind}": around}
    result = await act([], Interceptor(id="i", **hooks), effects=[FAILING[kind]])
    assert [(ending.how, ending.errors) for ending in endings] == [("failed", result.errors)]
    assert repr(endings[0]) == "<Ending failed>"


@pytest.mark.parametrize("answer", [Skip(), Stop(), "raise"])
@pytest.mark.parametrize("kind", KINDS)
async def test_of_a_step_that_is_not_run_it_is_told(kind: Kind, answer: object) -> None:
    """Only interceptors whose before hooks completed are entered; later ones see nothing."""
    log: Log = []

    def before(step: Step) -> Any:
        if answer == "raise":
            raise ValueError
        return answer

    hooks: dict[str, Any] = {f"before_{kind}": before}
    inner = Interceptor(id="no", **hooks)
    await act(log, noting(log, "a", kind), inner, noting(log, "b", kind), effects=[VECTORS[kind]])
    how = "failed" if answer == "raise" else "skipped" if isinstance(answer, Skip) else "stopped"
    assert log == ["a before", "a enters open", f"a leaves {how}", "a after"]


async def test_a_dispatch_that_was_stopped_is_told() -> None:
    """An earlier failure counts more."""
    log: Log = []
    stop = Interceptor(id="stop", before_effect=lambda step: Stop() if step.key == "act" else None)
    await act(log, noting(log, "a", "dispatch"), stop)
    await act(log, noting(log, "a", "dispatch"), fail_fast, effects=[["fail"], ["act"]])
    assert [said for said in log if "leaves" in said] == ["a leaves stopped", "a leaves failed"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancelled_step_is_left(kind: Kind) -> None:
    """After hooks do not run, but context managers are left."""
    log: Log = []
    plugin = Registry("plugin")

    @plugin.action("cancel")
    def cancel(state: object) -> list[object]:
        raise KeyboardInterrupt

    vector = ["cancel"] if kind == "action" else ["wait"]
    dispatch = create_dispatch([acting(log), plugin], interceptors=[noting(log, "a", kind), noting(log, "b", kind)])
    passed: list[str] = []
    with trio.move_on_after(0) as scope:
        try:
            await dispatch([vector])
        except KeyboardInterrupt:
            passed.append("KeyboardInterrupt")
    assert passed or scope.cancelled_caught
    assert [said for said in log if said != "wait"] == [
        *["a before", "b before", "a enters open", "b enters open"],
        *["b leaves cancelled", "a leaves cancelled"],
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_yielded_is_what_goes_on(kit: Kit, kind: Kind) -> None:
    """It may yield a changed step, as a before hook may return one; the next one sees it."""
    notes: list[object] = []
    seen: list[object] = []

    @contextmanager
    def change(step: Step, ending: Ending) -> Generator[Step]:
        yield step.replace(system={**step.system, "notes": notes})

    @contextmanager
    def look(step: Step, ending: Ending) -> Generator[None]:
        seen.append(step.system["notes"])
        yield

    first: dict[str, Any] = {f"around_{kind}": change}
    second: dict[str, Any] = {f"around_{kind}": look}
    dispatch = create_dispatch(
        [kit()],
        system={"notes": []},
        interceptors=[Interceptor(id="first", **first), Interceptor(id="second", **second)],
    )
    await dispatch([["tree", ["note", 1]]])
    assert (notes, seen) == ([1], [notes])


async def test_a_vector_that_is_rewritten_is_run() -> None:
    """Validated, as any rewrite."""
    log: Log = []

    @contextmanager
    def rewrite(step: Step, ending: Ending) -> Generator[Step]:
        yield step.replace(vector=["act"])

    result = await act(log, Interceptor(id="i", around_effect=rewrite), effects=[["fail"]])
    assert (log, [record.key for record in result.results], result.errors) == (["act"], ["act"], ())


def broken(result: Any) -> ErrorRecord:
    """The one error, which is an interceptor's."""
    (record,) = result.errors
    assert isinstance(record, ErrorRecord)
    assert record.phase == "interceptor"
    return record


class Waiting:
    """An async context manager."""

    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *raised: object) -> None: ...


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("managed", "why"),
    [
        (lambda step, ending: 42, "it returned int"),
        (lambda step, ending: None, "it returned NoneType"),
        (lambda step, ending: nullcontext(42), "it yielded int"),
        (lambda step, ending: nullcontext(Skip()), "it yielded Skip"),
        (lambda step, ending: nullcontext(step.replace(vector=[])), "empty"),
        (lambda step, ending: Waiting(), "it may have to wait"),
    ],
)
async def test_what_breaks_its_contract_fails_closed(kind: Kind, managed: Any, why: str) -> None:
    """The message names it, and all that were entered are left."""
    log: Log = []
    if kind == "dispatch" and why in {"empty", "it may have to wait"}:
        why = ""  # a dispatch may be of nothing, and wait
    hooks: dict[str, Any] = {f"around_{kind}": managed}
    result = await act(log, noting(log, "a", kind), Interceptor(id="bad", **hooks), effects=[VECTORS[kind]])
    assert [said for said in log if "leaves" in said] == ["a leaves failed" if why else "a leaves done"]
    if why:
        record = broken(result)
        assert isinstance(record.exception, InterceptorError)
        assert str(record).count(f"around_{kind} of interceptor 'bad': ") == 1
        assert why in str(record)
        assert VECTORS[kind][0] not in log


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("when", ["call", "enter", "leave"])
async def test_what_raises_is_named_and_the_others_are_left(kind: Kind, when: str) -> None:
    """Raised when entered, nothing is run. Raised when left, those around know that something failed."""
    log: Log = []

    @contextmanager
    def managed(step: Step, ending: Ending) -> Generator[None]:
        if when == "enter":
            raise OSError
        yield
        raise OSError

    def around(step: Step, ending: Ending) -> Any:
        if when == "call":
            raise OSError
        return managed(step, ending)

    hooks: dict[str, Any] = {f"around_{kind}": around}
    result = await act(log, noting(log, "a", kind), Interceptor(id="bad", **hooks), effects=[VECTORS[kind]])
    record = broken(result)
    assert (type(record.exception), record.interceptor, record.hook) == (OSError, "bad", f"around_{kind}")
    ran = [VECTORS[kind][0]] if when == "leave" else []
    assert log == ["a before", "a enters open", *ran, "a leaves failed", "a after"]


async def test_after_hooks_see_what_failed_in_leaving() -> None:
    """A commit that fails is an error of the dispatch."""
    seen: list[object] = []

    @asynccontextmanager
    async def commit(step: Step, ending: Ending) -> AsyncGenerator[None]:
        yield
        await trio.lowlevel.checkpoint()
        raise OSError("no commit")

    watch = Interceptor(id="watch", after_dispatch=lambda step: seen.append((step.failed, len(step.errors))))
    result = await act([], watch, Interceptor(id="tx", around_dispatch=commit))
    assert seen == [(True, 1)]
    assert broken(result).hook == "around_dispatch"


@pytest.mark.parametrize("kind", KINDS)
async def test_what_suppresses_a_cancellation_is_refused(kind: Kind, ear: Any) -> None:
    """The cancellation passes all the same, and the error hook hears which interceptor suppressed it."""
    plugin = Registry("plugin")
    plugin.action("interrupt")(lambda state: interrupt())
    plugin.effect("interrupt/effect")(lambda ctx: interrupt())

    def interrupt() -> list[object]:
        raise KeyboardInterrupt

    @contextmanager
    def suppress(step: Step, ending: Ending) -> Generator[None]:
        try:
            yield
        except BaseException:  # noqa: BLE001 - it is what this test is about
            return

    log: Log = []
    listener = ear()
    hooks: dict[str, Any] = {f"around_{kind}": suppress}
    between = [noting(log, "a", kind), Interceptor(id="bad", **hooks)]
    dispatch = create_dispatch([plugin, listener], interceptors=between)
    with pytest.raises(KeyboardInterrupt):
        await dispatch([["interrupt" if kind == "action" else "interrupt/effect"]])
    (record,) = listener.heard
    assert f"around_{kind} of interceptor 'bad': it suppressed KeyboardInterrupt" in str(record)
    assert log[-1] == "a leaves cancelled"


async def test_what_raises_the_cancellation_again_itself_is_fine(ear: Any) -> None:
    """A context manager that is written by hand may do so."""

    class Again:
        def __enter__(self) -> None: ...
        def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
            if error is not None:
                raise error

    log: Log = []
    listener = ear()
    again = Interceptor(id="again", around_effect=lambda step, ending: Again())
    dispatch = create_dispatch([acting(log), listener], interceptors=[noting(log), again])
    with trio.move_on_after(0) as scope:
        await dispatch([["wait"]])
    assert scope.cancelled_caught
    assert (log[-1], listener.heard) == ("a leaves cancelled", [])


async def test_what_is_cancelled_while_it_is_entered_or_left_leaves_the_others() -> None:
    """Only a dispatch may wait for it."""
    for waits in ("enter", "leave"):
        log: Log = []

        @asynccontextmanager
        async def slow(step: Step, ending: Ending, waits: str = waits) -> AsyncGenerator[None]:
            if waits == "enter":
                await trio.sleep_forever()
            yield
            await trio.sleep_forever()

        with trio.move_on_after(0) as scope:
            await act(log, noting(log, "a", "dispatch"), Interceptor(id="slow", around_dispatch=slow))
        assert scope.cancelled_caught
        ran = ["act"] if waits == "leave" else []
        assert log == ["a before", "a enters open", *ran, "a leaves cancelled"]


async def test_an_error_while_cancelled_is_recorded_and_the_cancellation_passes(ear: Any) -> None:
    """A rollback may fail, too. A nursery around the `yield` puts the cancellation into a group."""

    @asynccontextmanager
    async def rollback(step: Step, ending: Ending) -> AsyncGenerator[None]:
        try:
            async with trio.open_nursery():
                yield
        finally:
            raise OSError("no rollback")

    listener = ear()
    dispatch = create_dispatch([acting([]), listener], interceptors=[Interceptor(id="tx", around_dispatch=rollback)])
    with trio.move_on_after(0) as scope:
        await dispatch([["wait"]])
    assert scope.cancelled_caught
    assert [type(record.exception) for record in listener.heard] == [OSError]


async def test_a_nursery_around_a_dispatch_lets_a_cancellation_through() -> None:
    """Grouped or not."""

    @asynccontextmanager
    async def nursery(step: Step, ending: Ending) -> AsyncGenerator[None]:
        async with trio.open_nursery() as opened:
            opened.start_soon(trio.sleep_forever)
            yield
            opened.cancel_scope.cancel()

    log: Log = []
    with trio.move_on_after(0) as scope:
        await act(log, noting(log, "a", "dispatch"), Interceptor(id="n", around_dispatch=nursery), effects=[["wait"]])
    assert scope.cancelled_caught
    assert log[-1] == "a leaves cancelled"
    assert (await act(log, Interceptor(id="n", around_dispatch=nursery))).errors == ()


async def test_continuations_have_it_around_them_too(kit: Kit) -> None:
    """The ending of an attempt has its handled errors; that of the dispatch around it does not."""
    log: Log = []
    plugin = Registry("plugin")

    @plugin.effect("attempt")
    async def attempt(ctx: Context, *then: Effect) -> None:
        await ctx.attempt(then)

    dispatch = create_dispatch([kit(), plugin], interceptors=[noting(log, "a", "dispatch")])
    await dispatch([["attempt", ["fail"]], ["run", ["tree"]]])
    assert [said for said in log if "leaves" in said] == [f"a leaves {how}" for how in ("failed", "done", "done")]


async def test_what_is_no_list_of_vectors_is_not_entered() -> None:
    """Nothing is begun."""
    log: Log = []
    result = await act(log, noting(log, "a", "dispatch"), effects=[])
    assert (log[-1], result.errors) == ("a after", ())
    log.clear()
    result = await create_dispatch([acting(log)], interceptors=[noting(log, "a", "dispatch")])(["act"])
    assert (log, len(result.errors)) == ([], 1)


async def test_it_is_around_each_member_and_around_a_recorder(kit: Kit) -> None:
    """Around hooks run there as all hooks do."""
    log: Log = []
    plugin = Registry("plugin")
    plugin.effect("each", each=True)(lambda ctx: None)
    recorder = Recorder(create_dispatch([plugin], interceptors=[noting(log)]))
    await recorder([["each"]])
    assert log == ["a before", "a enters open", "a leaves done", "a after"]


async def test_more_interceptors_may_bring_it(kit: Kit) -> None:
    """`with_interceptors`; the dispatch that was there is as it was."""
    log: Log = []
    dispatch = create_dispatch([acting(log)])
    more: Dispatch = dispatch.with_interceptors(noting(log, "a", "dispatch"))
    await more([["act"]])
    await dispatch([["act"]])
    assert log == ["a before", "a enters open", "act", "a leaves done", "a after", "act"]


async def _async(step: Step, ending: Ending) -> None: ...


def _bare(step: Step, ending: Ending) -> Generator[None]:
    yield


@asynccontextmanager
async def _waits(step: Step, ending: Ending) -> AsyncGenerator[None]:
    yield


@pytest.mark.parametrize(
    ("around", "why"),
    [
        (42, "is not callable"),
        (_async, "is async"),
        (_bare, "is a bare generator"),
        (_waits, "may have to wait"),
        (lambda step: nullcontext(), "cannot be called with 2 arguments"),
        (lambda self, step, ending: nullcontext(), "its first parameter is 'self'"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_around_is_refused_when_it_is_made(kind: Kind, around: Any, why: str) -> None:
    """The error says what to write instead."""
    hooks: dict[str, Any] = {f"around_{kind}": around}
    if kind == "dispatch" and around is _waits:
        assert Interceptor(id="i", **hooks).around_dispatch is _waits
        return
    with pytest.raises(RegistrationError, match=why) as raised:
        Interceptor(id="i", **hooks)
    assert "contextmanager" in str(raised.value) or "method" in str(raised.value)


def test_a_bare_generator_is_no_hook_either() -> None:
    """It would run nothing."""

    def before(step: Step) -> Generator[None]:
        yield

    hooks: dict[str, Any] = {"before_effect": before}
    with pytest.raises(RegistrationError, match="is a bare generator"):
        Interceptor(id="i", **hooks)


behaviours = st.lists(st.sampled_from(["fine", "enter", "leave", "yield", "suppress"]), min_size=1, max_size=5)


@settings(deadline=None)
@given(behaviours=behaviours, kind=st.sampled_from(KINDS), how=st.sampled_from(["act", "fail", "interrupt"]))
async def test_law_05_what_was_entered_is_left(behaviours: list[str], kind: Kind, how: str) -> None:
    """This holds for every end of a step, and for every behaviour of the others. Only an exception that is no
    `Exception` passes, and it always does.
    """
    entered: list[int] = []
    left: list[int] = []

    def interceptor(number: int, behaviour: str) -> Interceptor:
        class Manager:
            def __enter__(self) -> object:
                if behaviour == "enter":
                    raise OSError
                entered.append(number)
                return 42 if behaviour == "yield" else None

            def __exit__(self, *raised: object) -> bool:
                left.append(number)
                if behaviour == "leave":
                    raise OSError
                return behaviour == "suppress"

        hooks: dict[str, Any] = {f"around_{kind}": lambda step, ending: Manager()}
        return Interceptor(id=str(number), **hooks)

    ran: list[str] = []

    def step(first: object) -> list[object]:
        ran.append(how)
        if how == "fail":
            raise ValueError
        if how == "interrupt":
            raise KeyboardInterrupt
        return []

    plugin = Registry("plugin")
    (plugin.action if kind == "action" else plugin.effect)("step")(step)
    dispatch = create_dispatch([plugin], interceptors=[interceptor(*one) for one in enumerate(behaviours)])
    interrupted = False
    try:
        await dispatch([["step"]])
    except KeyboardInterrupt:
        interrupted = True
    assert left == entered[::-1]
    assert ran == ([] if {"enter", "yield"} & set(behaviours) else [how])
    assert interrupted == (ran == ["interrupt"])
