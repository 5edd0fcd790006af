"""`dispatch.running()`: lifespans, and their values."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing

from effects import Dispatch, LifecycleError, RegistrationError, Registry, create_dispatch, hookimpl

Kit = Callable[[], Registry]


def opening(
    name: str,
    events: list[str],
    *,
    brings: Mapping[str, object] | None = None,
    fails: str = "",
    wait: float = 0,
) -> Registry:
    """A registry whose lifespan notes when it opens and closes."""
    plugin = Registry(name, late=list(brings or ()))

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[Mapping[str, object] | None]:
        events.append(f"open {name}")
        await trio.sleep(wait)
        if fails == "open":
            raise OSError(name)
        try:
            yield brings
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(wait)
            events.append(f"close {name}")
            if fails == "close":
                raise OSError(name)

    return plugin


@pytest.fixture
def events() -> list[str]:
    """The events, in order."""
    return []


async def test_lifespans_open_in_order_and_close_in_reverse(events: list[str]) -> None:
    """The order of plugins."""
    dispatch = create_dispatch([opening("a", events), opening("b", events)])
    async with dispatch.running() as entered:
        assert entered is dispatch
        assert events == ["open a", "open b"]
    assert events == ["open a", "open b", "close b", "close a"]


async def test_an_opened_value_is_there_while_it_is_open(events: list[str]) -> None:
    """After that, it is gone."""
    plugin = opening("a", events, brings={"db": "open"})
    plugin.effect("use")(lambda ctx: ctx.system.get("db"))
    dispatch = create_dispatch([plugin])
    async with dispatch.running():
        assert (await dispatch([["use"]])).results[0].value == "open"
        assert (await dispatch([["use"]], system={"db": "own"})).results[0].value == "own"
    assert (await dispatch([["use"]])).results[0].value is None


async def test_a_lifespan_may_bring_nothing(events: list[str]) -> None:
    """None, or anything else that is no mapping."""
    async with create_dispatch([opening("a", events)]).running():
        assert events == ["open a"]


async def test_an_opened_value_is_there_for_the_lifespans_that_open_later(events: list[str]) -> None:
    """It is open, so a dispatch of theirs has it."""
    first = opening("a", events, brings={"db": "open"})
    first.effect("use")(lambda ctx: ctx.system.get("db"))
    second = Registry("second")
    seen: list[object] = []

    @second.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[None]:
        seen.append((await dispatch([["use"]])).results[0].value)
        yield

    async with create_dispatch([first, second]).running():
        assert seen == ["open"]


async def test_an_opened_value_is_there_until_it_closes(events: list[str]) -> None:
    """A later lifespan that closes may still dispatch with it."""
    first = opening("a", events, brings={"db": "open"})
    first.effect("use")(lambda ctx: ctx.system.get("db"))
    second = Registry("second")
    seen: list[object] = []

    @second.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[None]:
        yield
        seen.append((await dispatch([["use"]])).results[0].value)

    async with create_dispatch([first, second]).running():
        pass
    assert seen == ["open"]


async def test_a_lifespan_that_fails_to_open_closes_those_before_it(events: list[str]) -> None:
    """Its exception comes out as it is, with a note that names the plugin."""
    plugins = [opening("a", events), opening("b", events, fails="open"), opening("c", events)]
    with pytest.raises(OSError, match="b") as caught:
        async with create_dispatch(plugins).running():
            events.append("body")
    assert events == ["open a", "open b", "close a"]
    assert caught.value.__notes__ == ["while the lifespan of plugin 'b' opened"]


async def test_a_lifespan_that_fails_to_close_does_not_keep_others_open(events: list[str]) -> None:
    """It is named as well."""
    plugins = [opening("a", events), opening("b", events, fails="close")]
    with pytest.raises(OSError, match="b") as caught:
        async with create_dispatch(plugins).running():
            events.append("body")
    assert events == ["open a", "open b", "body", "close b", "close a"]
    assert caught.value.__notes__ == ["while the lifespan of plugin 'b' closed"]


async def test_two_lifespans_do_not_bring_the_same_value(events: list[str]) -> None:
    """Otherwise, one would hide the value of the other."""
    plugins = [opening("a", events, brings={"db": "a"}), opening("b", events, brings={"db": "b"})]
    with pytest.raises(RegistrationError, match="plugins 'a' and 'b' both bring the system value 'db'"):
        async with create_dispatch(plugins).running():
            events.append("body")
    assert events == ["open a", "open b", "close b", "close a"]


async def test_a_hook_may_be_a_context_manager_function_without_parameters() -> None:
    """A hook may leave out parameters."""

    class Plain:
        name = "plain"

        @hookimpl
        @asynccontextmanager
        async def rhialto_lifespan(self) -> AsyncIterator[Mapping[str, object]]:
            yield {"db": "open"}

    use = Registry("use")
    use.effect("use")(lambda ctx: ctx.system.get("db"))
    dispatch = create_dispatch([Plain(), use])
    async with dispatch.running():
        assert (await dispatch([["use"]])).results[0].value == "open"


async def test_a_hook_that_fails_to_make_a_lifespan_is_named(events: list[str]) -> None:
    """Its exception leaves with a note, too."""

    class Broken:
        name = "broken"

        @hookimpl
        def rhialto_lifespan(self, dispatch: Dispatch) -> None:
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk") as caught:
        async with create_dispatch([opening("a", events), Broken()]).running():
            pass
    assert events == ["open a", "close a"]
    assert "'broken'" in "".join(getattr(caught.value, "__notes__", []))


async def test_a_lifespan_that_is_no_context_manager_is_refused(events: list[str]) -> None:
    """Earlier lifespans are closed."""
    plugin = Registry("plugin")
    generator: Any = lambda dispatch: iter([])  # noqa: E731
    plugin.lifespan(generator)
    with pytest.raises(RegistrationError, match="plugin 'plugin' has a lifespan that is a list_iterator"):
        async with create_dispatch([opening("a", events), plugin]).running():
            pass
    assert events == ["open a", "close a"]


async def test_a_hook_may_return_no_lifespan() -> None:
    """None is left out."""

    class Silent:
        @hookimpl
        def rhialto_lifespan(self, dispatch: Dispatch) -> None:
            return None

    async with create_dispatch([Silent()]).running():
        pass


async def test_the_bodys_exception_comes_out_as_itself(events: list[str]) -> None:
    """It is in no group, and has no note that blames a lifespan."""
    error = ValueError("mine")
    with pytest.raises(ValueError, match="mine") as caught:
        async with create_dispatch([opening("a", events)]).running():
            raise error
    assert not hasattr(caught.value, "__notes__")
    if isinstance(error, ExceptionGroup):  # trio copies groups that pass through a nursery
        assert caught.value.args == error.args
    else:
        assert caught.value is error
    assert events == ["open a", "close a"]


async def test_the_bodys_exception_keeps_its_cause(events: list[str]) -> None:
    """`raise ... from` means something."""
    cause = KeyError("cause")
    with pytest.raises(ValueError, match="mine") as caught:
        async with create_dispatch([opening("a", events)]).running():
            raise ValueError("mine") from cause
    assert caught.value.__cause__ is cause


async def test_the_bodys_exception_keeps_its_context(events: list[str]) -> None:
    """The exception that was being handled is still shown."""

    def fail() -> None:
        try:
            raise KeyError("context")
        except KeyError:
            raise ValueError("mine")  # noqa: B904

    with pytest.raises(ValueError, match="mine") as caught:
        async with create_dispatch([opening("a", events)]).running():
            fail()
    assert isinstance(caught.value.__context__, KeyError)
    assert not caught.value.__suppress_context__


async def test_the_bodys_own_group_comes_out_whole(events: list[str]) -> None:
    """A group with a single exception comes out as a group, too."""
    error = ValueError("one")
    with pytest.raises(ExceptionGroup) as caught:
        async with create_dispatch([opening("a", events)]).running():
            raise ExceptionGroup("mine", [error])
    assert (caught.value.message, caught.value.exceptions) == ("mine", (error,))


async def test_a_lifespan_that_raises_the_bodys_exception_again_is_not_blamed() -> None:
    """It closed as it should; the exception that it let through is not its own."""

    class Through:
        async def __aenter__(self) -> None: ...

        async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
            if error is not None:
                raise error

    plugin = Registry("plugin")
    through: Any = lambda dispatch: Through()  # noqa: E731
    plugin.lifespan(through)
    error = ValueError("mine")
    with pytest.raises(ValueError, match="mine"):
        async with create_dispatch([plugin]).running():
            raise error
    assert not hasattr(error, "__notes__")


async def test_a_cancelled_body_closes_everything(events: list[str]) -> None:
    """Cancellation passes through."""
    with trio.CancelScope() as scope:
        async with create_dispatch([opening("a", events)]).running():
            scope.cancel()
            await trio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert events == ["open a", "close a"]


async def test_running_twice_at_the_same_time_is_refused(events: list[str]) -> None:
    """The first is not disturbed."""
    dispatch = create_dispatch([opening("a", events)])
    async with dispatch.running():
        with pytest.raises(LifecycleError, match="running already"):
            async with dispatch.running():
                pass
        assert events == ["open a"]


@pytest.mark.parametrize("moment", ["opening", "closing"])
async def test_running_twice_is_refused_while_lifespans_open_or_close(
    events: list[str], moment: str, autojump_clock: trio.testing.MockClock
) -> None:
    """At no moment are the lifespans of one dispatch open twice."""
    dispatch = create_dispatch([opening("a", events, wait=10)])

    async def first() -> None:
        async with dispatch.running():
            await trio.sleep(10)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        await trio.sleep(5 if moment == "opening" else 25)
        with pytest.raises(LifecycleError, match="running already"):
            async with dispatch.running():
                pass
    assert events == ["open a", "close a"]


async def test_a_dispatch_may_run_again_when_it_has_ended(events: list[str]) -> None:
    """One after the other, also after a failure."""
    dispatch = create_dispatch([opening("a", events)])
    for _ in range(2):
        with pytest.raises(ValueError, match="mine"):
            async with dispatch.running():
                raise ValueError("mine")
    assert events == ["open a", "close a"] * 2


async def test_a_dispatch_that_failed_to_open_may_be_tried_again(events: list[str]) -> None:
    """Nothing of the first try is left."""
    dispatch = create_dispatch([opening("a", events, fails="open")])
    for _ in range(2):
        with pytest.raises(OSError, match="a"):
            async with dispatch.running():
                pass


async def test_a_registry_that_an_object_contributes_opens_its_lifespan_too(events: list[str]) -> None:
    """After those of the plugins."""

    class Several:
        name = "several"

        @hookimpl
        def rhialto_registry(self) -> list[Registry]:
            return [opening("inner", events, brings={"inner": 1}), Registry("other")]

    dispatch = create_dispatch([Several(), opening("listed", events)])
    async with dispatch.running():
        events.append("body")
    assert events == ["open listed", "open inner", "body", "close inner", "close listed"]


@pytest.mark.parametrize("error", [ValueError("mine"), ExceptionGroup("mine", [OSError()]), KeyboardInterrupt()])
async def test_a_nursery_in_a_lifespan_does_not_wrap_the_bodys_exception(error: BaseException) -> None:
    """The caller of `running()` does not see that there is a nursery."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[None]:
        async with trio.open_nursery():
            yield

    with pytest.raises(type(error)) as caught:
        async with create_dispatch([plugin]).running():
            raise error
    assert not hasattr(caught.value, "__notes__")
    if isinstance(error, ExceptionGroup):  # trio copies groups that pass through a nursery
        assert caught.value.args == error.args
    else:
        assert caught.value is error


async def test_what_a_nursery_in_a_lifespan_adds_comes_out_with_its_plugins_name() -> None:
    """The body's exception is among it."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[None]:
        async def fail() -> None:
            try:
                await trio.sleep_forever()
            finally:
                raise OSError("its own")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail)
            yield

    async def body() -> None:
        async with create_dispatch([plugin]).running():
            await trio.testing.wait_all_tasks_blocked()
            raise ValueError("mine")

    with pytest.raises(ExceptionGroup) as caught:
        await body()
    assert {type(error) for error in caught.value.exceptions} == {OSError, ValueError}
    assert caught.value.__notes__ == ["while the lifespan of plugin 'plugin' closed"]
