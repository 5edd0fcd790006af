"""The recorder, and the sink for tests."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from effects import (
    Context,
    Dispatch,
    Interceptor,
    Placeholder,
    RegistrationError,
    Registry,
    Sink,
    Skip,
    create_dispatch,
)
from effects.testing import MemorySink, Recorder

Kit = Callable[[], Registry]


@pytest.fixture
def dispatch() -> Dispatch:
    """The dispatch under test. Its system values are missing."""
    alerts = Registry("alerts", late=["phone", "db", "sink"])

    @alerts.effect("alerts/send")
    async def send(ctx: Context, text: str, *, phone: Any) -> str:
        raise AssertionError("sent")

    @alerts.effect("alerts/each", each=True)
    def each(ctx: Context, text: str, *, sink: Sink) -> None:
        raise AssertionError("sent")

    @alerts.effect("alerts/fetch")
    async def fetch(ctx: Context, *then: object) -> None:
        raise AssertionError("fetched")

    @alerts.action("alerts/raise")
    def raise_alert(state: Mapping[str, Any], name: str) -> list[object]:
        return [["alerts/send", f"{name} of {state['app']} needs you"]]

    @alerts.state("app")
    def app(*, db: Any) -> object:
        return db

    alerts.placeholder("name")(lambda data: data["name"])
    return create_dispatch([alerts])


async def test_effects_are_recorded_and_not_done(recorder: Recorder) -> None:
    """Actions expand, placeholders resolve; nothing is needed from the system."""
    recorder.state(app="blue")
    result = await recorder([["alerts/raise", Placeholder("name")]], data={"name": "Ann"})
    assert recorder.effects == [["alerts/send", "Ann of blue needs you"]]
    assert [record.value for record in result.raise_errors().results] == [None]


async def test_arguments_are_checked_for_real(recorder: Recorder) -> None:
    """An effect that would not run is not recorded."""
    result = await recorder([["alerts/send", 5], ["alerts/sned"]])
    assert [record.phase for record in result.errors] == ["validate", "shape"]
    assert recorder.effects == []


async def test_state_is_read_for_real_unless_given(dispatch: Dispatch) -> None:
    """The system of a call counts."""
    recorder = Recorder(dispatch)
    (await recorder([["alerts/raise", "Ann"]], system={"db": "red"})).raise_errors()
    given = Recorder(dispatch, state={"app": "blue"})
    (await given([["alerts/raise", "Ann"]])).raise_errors()
    assert recorder.effects + given.effects == [
        ["alerts/send", "Ann of red needs you"],
        ["alerts/send", "Ann of blue needs you"],
    ]


async def test_a_slice_nobody_contributes_is_not_given(recorder: Recorder) -> None:
    """With a misspelled name, a test would pass without testing anything."""
    with pytest.raises(RegistrationError, match="app"):
        recorder.state(ap="blue")


async def test_an_effect_may_return_something(recorder: Recorder) -> None:
    """It is recorded as well."""
    recorder.returns("alerts/send", "sent")
    result = await recorder([["alerts/send", "x"]])
    assert result.results[0].value == "sent"
    assert recorder.effects == [["alerts/send", "x"]]


async def test_an_effect_may_fail(recorder: Recorder) -> None:
    """The record is as that of the real one."""
    recorder.fails("alerts/send", OSError("no phone"))
    (record,) = (await recorder([["alerts/send", "x"]])).errors
    assert (record.phase, record.plugin, type(record.exception)) == ("execute", "alerts", OSError)


async def test_another_function_may_stand_in(recorder: Recorder) -> None:
    """It may be async; effects that it dispatches are recorded, too."""

    async def fetch(ctx: Context, *then: Any) -> str:
        await ctx.dispatch(list(then))
        return "fetched"

    recorder.runs("alerts/fetch", fetch)
    recorder.runs("alerts/send", lambda ctx, text: text.upper())
    result = await recorder([["alerts/fetch", ["alerts/send", "x"]], ["alerts/send", "y"]])
    assert [record.value for record in result.results] == ["fetched", "Y"]
    assert recorder.effects == [["alerts/fetch", ["alerts/send", "x"]], ["alerts/send", "x"], ["alerts/send", "y"]]


@pytest.mark.parametrize(("key", "what"), [("alerts/raise", "an action"), ("alerts/sned", "not registered")])
def test_nothing_stands_in_for_what_is_no_effect(recorder: Recorder, key: str, what: str) -> None:
    """The nearest effect is named."""
    for stand_in in (recorder.returns, recorder.fails, recorder.runs):
        anything: Any = ValueError()
        with pytest.raises(RegistrationError, match=f"'{key}' is {what}(.|\n)*near(.|\n)*'alerts/send'"):
            stand_in(key, anything)


async def test_its_repr_says_what_it_is(recorder: Recorder) -> None:
    """The repr has the number of effects."""
    await recorder([["alerts/each", "x"]])
    assert repr(recorder) == "<Recorder of alerts, with 1 effects>"


async def test_an_effect_for_each_member_is_recorded_without_a_sink(recorder: Recorder) -> None:
    """Nothing is needed from the system."""
    (await recorder([["alerts/each", "x"]])).raise_errors()
    assert recorder.effects == [["alerts/each", "x"]]


async def test_an_effect_for_each_member_is_recorded_for_each(recorder: Recorder) -> None:
    """It is recorded once for each member of a group."""
    (await recorder([["alerts/each", "x"]], system={"sink": MemorySink(members=2)})).raise_errors()
    assert recorder.effects == [["alerts/each", "x"]] * 2


async def test_the_sink_of_the_dispatch_counts_for_its_recorder() -> None:
    """A sink that the dispatch was made with is used."""
    plugin = Registry("plugin")
    plugin.effect("each", each=True)(lambda ctx: None)
    recorder = Recorder(create_dispatch([plugin], system={"sink": MemorySink(members=3)}))
    (await recorder([["each"]])).raise_errors()
    assert recorder.effects == [["each"]] * 3


async def test_interceptors_run_for_real(kit: Kit) -> None:
    """An effect that they skip is not recorded."""
    skip = Interceptor(id="i", before_effect=lambda step: Skip() if step.vector[1] == 1 else None)
    recorder = Recorder(create_dispatch([kit()], interceptors=[skip]))
    (await recorder([["note", 1], ["note", 2]])).raise_errors()
    assert recorder.effects == [["note", 2]]


async def test_a_recorder_leaves_its_dispatch_alone(kit: Kit) -> None:
    """The dispatch still runs its interpreters."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes})
    recorder = Recorder(dispatch)
    recorder.returns("note", 5)
    await recorder([["note", 1]])
    await dispatch([["note", 2]])
    assert (recorder.effects, notes) == ([["note", 1]], [2])


async def test_what_is_recorded_does_not_change_afterwards(recorder: Recorder) -> None:
    """Each entry is a list of its own."""
    vector = ["alerts/send", "x"]
    await recorder([vector])
    vector[1] = "y"
    assert recorder.effects == [["alerts/send", "x"]]


def test_a_memory_sink_keeps_what_it_is_sent() -> None:
    """A closed sink keeps nothing."""
    sink = MemorySink()
    sink.send(b"a")
    sink.send(b"b")
    sink.close()
    sink.send(b"c")
    assert (sink.frames, sink.text, sink.closed) == ([b"a", b"b"], "ab", True)
    assert sink.members() == [sink]
    assert isinstance(sink, Sink)


def test_a_memory_sink_may_be_a_group() -> None:
    """Each member keeps its own copy and is closed with it."""
    group = MemorySink(members=2)
    group.send(b"a")
    first, second = group.members()
    first.send(b"b")
    group.close()
    group.send(b"c")
    second.send(b"d")
    assert isinstance(first, MemorySink)
    assert isinstance(second, MemorySink)
    assert (group.text, first.text, second.text) == ("a", "ab", "a")
