"""The texts of messages."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import trio

from effects import Context, Dispatch, LifecycleError, RegistrationError, Registry, Sink, create_dispatch
from effects.testing import MemorySink, Recorder
from effects.tracing import Tracer

Kit = Callable[[], Registry]


async def _asynchronous(first: object) -> list[object]:
    return []


@pytest.mark.parametrize("kind", ["effect", "action", "placeholder", "state"])
@pytest.mark.parametrize(
    ("function", "options"),
    [(_asynchronous, {}), (lambda first, *, db: None, {}), (lambda first: None, {"overide": True})],
)
def test_nouns_have_their_article(kind: str, function: Any, options: dict[str, Any]) -> None:
    """An effect, an action, a placeholder, a state slice."""
    said = ""
    try:
        getattr(Registry("plugin"), kind)("key", **options)(function)
    except RegistrationError as error:
        said = str(error)
    assert re.search(r"\b(a [aeio]|an [^aeio])", said) is None


async def test_the_message_of_an_apps_exception_is_in_the_log_at_debug(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    """Outside debug mode, only this logger at DEBUG has it; the record says how to see it."""
    dispatch = create_dispatch([kit()])
    caplog.set_level(logging.DEBUG)
    (record,) = (await dispatch([["fail"]])).errors
    assert "boom" not in str(record) + "".join(message.partition("raise ")[0] for message in caplog.messages)
    assert "fix  create_dispatch(..., debug=True) shows its message" in str(record)
    assert "debug=True" in caplog.messages[0]
    caplog.clear()
    caplog.set_level(logging.DEBUG, "effects")
    await dispatch([["fail"], ["nobody"]])
    assert [one.levelno for one in caplog.records] == [logging.ERROR, logging.DEBUG, logging.ERROR]
    assert caplog.messages[1] == "ValueError says: boom"
    assert vars(caplog.records[1])["effect_key"] == "fail"


async def test_in_debug_mode_there_is_nothing_more_to_do(kit: Kit) -> None:
    """The message is shown."""
    (record,) = (await create_dispatch([kit()], debug=True)([["fail"]])).errors
    assert "ValueError: boom" in str(record)
    assert "fix" not in str(record)


@pytest.mark.parametrize("each", [False, True])
async def test_a_missing_sink_says_where_one_is(each: bool) -> None:
    """For users, and for tests: that works."""
    plugin = Registry("plugin", late=["sink"])

    @plugin.effect("show", each=each)
    def show(ctx: Context, *, sink: Sink) -> None: ...

    dispatch = create_dispatch([plugin])
    fix = "broadcast it, or dispatch it for a request; in tests: system={'sink': MemorySink()}"
    (record,) = (await dispatch([["show"]])).errors
    assert f"fix  {fix}" in str(record)
    assert [error.fix for error in dispatch.check_system()] == [fix]
    assert (await dispatch([["show"]], system={"sink": MemorySink()})).errors == ()


WRAPPED: dict[str, Callable[[Dispatch], Any]] = {
    "dispatch": lambda dispatch: dispatch,
    "recorder": Recorder,
    "tracer": Tracer,
    "with interceptors": lambda dispatch: dispatch.with_interceptors(),
}


@pytest.mark.parametrize("what", WRAPPED)
def test_outside_of_trio_there_is_one_clear_error(what: str, kit: Kit) -> None:
    """It has a fix for asyncio, which works."""
    dispatch = create_dispatch([kit()], system={"notes": []})
    effects = [["note", 1], ["note", 2]]
    for run in (asyncio.run, lambda coroutine: coroutine.send(None)):
        with pytest.raises(LifecycleError, match="a dispatch runs only on trio, and trio does not run here") as raised:
            run(WRAPPED[what](dispatch)(effects))
        assert "await asyncio.to_thread(trio.run, dispatch, effects)" in str(raised.value)

    async def main() -> Any:
        return await asyncio.to_thread(trio.run, WRAPPED[what](dispatch), effects)

    assert len(asyncio.run(main()).results) == 2


def test_plugins_are_opened_on_trio_only(kit: Kit) -> None:
    """Said before anything is opened."""

    async def main() -> None:
        async with create_dispatch([kit()]).running():
            pass

    with pytest.raises(LifecycleError, match=r"running\(\) opens plugins only on trio"):
        asyncio.run(main())
