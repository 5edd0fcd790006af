"""The tracer: the content of traces, and that tracing changes nothing."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import (
    Context,
    Dispatch,
    Effect,
    Interceptor,
    Limits,
    Placeholder,
    RegistrationError,
    Registry,
    Skip,
    Step,
    Stop,
    create_dispatch,
    fail_fast,
)
from effects._tracing.tracer import _innermost
from effects.testing import MemorySink, Recorder
from effects.tracing import HasCounts, Trace, Tracer
from plugins.connections import ANY, BroadcastResult, Connection, Connections

from ..engine.test_no_values_are_logged import SECRET, failing_vectors, logged, secrets, tempted

Kit = Callable[[], Registry]


def made(kit: Kit, *more: Registry, **options: Any) -> Dispatch:
    """A dispatch of the kit, with effects that take time and tasks."""
    time = Registry("time")

    @time.effect("nap")
    async def nap(ctx: Context, seconds: float) -> None:
        await trio.sleep(seconds)

    @time.effect("at once")
    async def at_once(ctx: Context, *effects: Effect) -> None:
        async with trio.open_nursery() as nursery:
            for effect in effects:
                nursery.start_soon(ctx.dispatch, [effect])

    @time.effect("impatient")
    async def impatient(ctx: Context, seconds: float, *effects: Effect) -> None:
        with trio.move_on_after(seconds):
            await ctx.dispatch(effects[:1])
        await ctx.dispatch(effects[1:])

    @time.effect("later")
    async def later(ctx: Context, *effects: Effect) -> None:
        async def work(ctx: Context) -> None:
            await ctx.dispatch(effects)

        ctx.spawn(work)

    return create_dispatch([kit(), time, *more], system={"notes": []}, **options)


def steps(trace: Trace) -> list[tuple[str, str | None, str]]:
    """Kind, key and status of each step."""
    return [(node.kind, node.key, node.status) for node in trace]


TREE = """\
dispatch of 3, 1500.0 ms, failed
├─ action tree (list, list) => 2, 0.0 ms
│  ├─ effect nap (float), 1500.0 ms
│  └─ effect run (list, list), 0.0 ms
│     └─ dispatch of 2, 0.0 ms, failed
│        ├─ effect note (str) -> str, 0.0 ms
│        └─ effect fail (), 0.0 ms, failed: ValueError
├─ vector nobody (int), failed: no interpreter for effect 'nobody'
└─ effect note (NoneType), 0.0 ms"""


async def test_a_trace_shows_every_step(kit: Kit, autojump_clock: Any) -> None:
    """The trace shows expansions, results, failures and times."""
    tracer = Tracer(made(kit))
    branch = ["run", ["note", "a"], ["fail"]]
    await tracer([["tree", ["nap", 1.5], branch], ["nobody", 5], ["note", None]])
    assert str(tracer.trace) == TREE


async def test_a_trace_shows_values_where_asked(kit: Kit, autojump_clock: Any) -> None:
    """Shortened, placeholders resolved; messages, too."""
    tracer = Tracer(made(kit), values=True)
    await tracer([["note", Placeholder("it")], ["fail"], ["nobody", 5]], data={"it": "x" * 200})
    note, fail, nobody = tracer.trace.root.children
    assert str(note).startswith("effect note ('xxxxxxx")
    assert 100 < len(str(note)) < 200
    assert str(fail) == "effect fail (), 0.0 ms, failed: ValueError: boom"
    assert str(nobody) == "vector nobody (int), failed: no interpreter for effect 'nobody'"


async def test_a_trace_is_data(kit: Kit, autojump_clock: Any) -> None:
    """JSON can represent it; empty parts are left out."""
    tracer = Tracer(made(kit))
    await tracer([["tree", ["fail"]]])
    data = tracer.trace.as_data()
    assert json.loads(json.dumps(data)) == data
    assert data == {
        "dropped": 0,
        "root": {
            "kind": "dispatch",
            "path": [],
            "status": "failed",
            "seconds": 0.0,
            "counts": {"vectors": 1},
            "children": [
                {
                    "kind": "action",
                    "key": "tree",
                    "path": [0],
                    "types": ["list"],
                    "status": "done",
                    "seconds": 0.0,
                    "counts": {"effects": 1},
                    "children": [
                        {
                            "kind": "effect",
                            "key": "fail",
                            "path": [0, "=>", 0],
                            "status": "failed",
                            "seconds": 0.0,
                            "result": "NoneType",
                            "errors": [{"phase": "execute", "plugin": "kit", "error": "ValueError"}],
                        }
                    ],
                }
            ],
        },
    }


async def test_a_broadcast_shows_its_counts() -> None:
    """They are no secret."""
    connections = Connections()
    connections.add(Connection("ann", ("page", 1)))
    tracer = Tracer(create_dispatch([connections]))
    (await tracer([["broadcast", {"pattern": [ANY, ["page", ANY]]}]])).raise_errors()
    (broadcast,) = tracer.trace.root.children
    assert str(broadcast).startswith(
        "effect broadcast (dict) -> BroadcastResult matched=1 queued=0 dropped=0 evicted=0, "
    )
    assert broadcast.counts == {"matched": 1, "queued": 0, "dropped": 0, "evicted": 0}
    assert isinstance(BroadcastResult(1), HasCounts)


@settings(deadline=None)
@given(secret=secrets, number=st.integers(0, 19))
async def test_law_10_a_trace_carries_no_values(secret: str, number: int) -> None:
    """Logs and errors carry none, either. A trace has values only if it is asked for them."""
    vector = failing_vectors(secret)[number]
    with logged():
        tracer = Tracer(create_dispatch([tempted()]))
        await tracer([vector, ["keep", secret]])
    assert SECRET not in str(tracer.trace)
    assert SECRET not in json.dumps(tracer.trace.as_data())
    assert SECRET not in repr([tracer, tracer.trace, *tracer.trace])


class Hostile(list[object]):
    """A value that fails however it is looked at."""

    def __fail(self, *args: object) -> Any:
        raise LookupError(SECRET)

    __repr__ = __str__ = __len__ = __iter__ = __eq__ = __getitem__ = __bool__ = __fail
    __hash__ = None


class Counting:
    """A result whose counts fail."""

    def counts(self) -> Mapping[str, int]:
        """Fail."""
        raise LookupError(SECRET)


names = st.sampled_from(["note", "fail", "run", "tree", "nobody"])
leaves = st.none() | st.integers() | st.builds(Hostile) | st.builds(Counting) | st.builds(Placeholder, st.just("it"))
vectors = st.recursive(
    st.tuples(names, leaves) | st.tuples(names),
    lambda inner: st.tuples(names, inner) | st.tuples(names, inner, inner) | leaves,
    max_leaves=8,
)


@settings(deadline=None, max_examples=2 * settings().max_examples)
@given(effects=st.lists(vectors, max_size=4), values=st.booleans(), limit=st.integers(1, 5))
async def test_law_05_tracing_changes_nothing(kit: Kit, effects: list[Any], values: bool, limit: int) -> None:
    """This holds for all values, also for those that fail when they are read."""

    def quiet(trace: Trace) -> None:
        raise ValueError(str(trace))

    with logged():
        plain, traced = made(kit), made(kit)
        tracer = Tracer(traced, values=values, limit=limit, hear=quiet)
        expected, got = await plain(effects, data={"it": 5}), await tracer(effects, data={"it": 5})
    assert [(r.key, r.path, r.plugin, r.skipped) for r in got.results] == [
        (r.key, r.path, r.plugin, r.skipped) for r in expected.results
    ]
    assert [(e.phase, e.key, e.path, type(e.exception)) for e in got.errors] == [
        (e.phase, e.key, e.path, type(e.exception)) for e in expected.errors
    ]
    assert len(traced._engine.background.system["notes"]) == len(plain._engine.background.system["notes"])  # type: ignore[arg-type]
    for trace in tracer.traces:
        assert sum(1 for _ in trace) <= limit
        assert str(trace)
        assert json.dumps(trace.as_data())


async def test_what_cannot_be_traced_is_logged(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the type of the exception; the dispatch goes on."""
    tracer = Tracer(made(kit))
    (await tracer([["note", Counting()], ["note", 1]])).raise_errors()
    assert caplog.messages == ["a step could not be traced: LookupError"]
    assert [node.status for node in tracer.trace.root.children] == ["done", "done"]


async def test_tasks_of_an_effect_are_below_it(kit: Kit, autojump_clock: Any) -> None:
    """This holds for tasks that run at the same time."""
    tracer = Tracer(made(kit))
    await tracer([["at once", ["run", ["nap", 1.0]], ["run", ["nap", 2.0]]], ["note", 1]])
    at_once, _ = tracer.trace.root.children
    inside = [child.children[0].children[0].children[0] for child in at_once.children]
    assert sorted((node.key, node.seconds) for node in inside) == [("nap", 1.0), ("nap", 2.0)]


async def test_dispatches_at_the_same_time_have_traces_of_their_own(kit: Kit, autojump_clock: Any) -> None:
    """Nothing of one is in another."""
    tracer = Tracer(made(kit))
    async with trio.open_nursery() as nursery:
        for seconds in (2.0, 1.0):
            nursery.start_soon(tracer, [["run", ["nap", seconds]], ["nap", seconds]])
    assert sorted(trace.root.seconds or 0 for trace in tracer.traces) == [2.0, 4.0]
    for trace in tracer.traces:
        assert [key for _, key, _ in steps(trace)] == [None, "run", None, "nap", "nap"]


async def test_what_is_cancelled_is_unfinished(kit: Kit, autojump_clock: Any) -> None:
    """Later steps are still at their own places."""
    tracer = Tracer(made(kit))
    await tracer([["impatient", 1.0, ["run", ["nap", 9.0]], ["note", 1]], ["note", 2]])
    assert steps(tracer.trace) == [
        ("dispatch", None, "done"),
        ("effect", "impatient", "done"),
        ("dispatch", None, "unfinished"),
        ("effect", "run", "unfinished"),
        ("dispatch", None, "unfinished"),
        ("effect", "nap", "unfinished"),
        ("dispatch", None, "done"),
        ("effect", "note", "done"),
        ("effect", "note", "done"),
    ]


async def test_what_was_cancelled_is_forgotten_at_last(kit: Kit, autojump_clock: Any) -> None:
    """Otherwise, a task that runs for weeks would keep all of its traces."""
    tracer = Tracer(made(kit))
    for _ in range(300):
        with trio.move_on_after(1):
            await tracer([["nap", 9.0]])
    innermost = _innermost.get()
    assert innermost is not None
    assert innermost.depth < 260
    (await tracer([["run", ["note", 1]]])).raise_errors()
    assert [key for _, key, _ in steps(tracer.trace)] == [None, "run", None, "note"]


async def test_a_dispatch_that_hangs_has_a_trace(kit: Kit, autojump_clock: Any) -> None:
    """It ends where it hangs."""
    tracer = Tracer(made(kit))
    with trio.move_on_after(1):
        await tracer([["note", 1], ["nap", 9.0], ["note", 2]])
    assert steps(tracer.trace)[-1] == ("effect", "nap", "unfinished")
    assert str(tracer.trace).splitlines()[-1] == "└─ effect nap (float), unfinished"


async def test_background_work_has_a_trace_of_its_own(kit: Kit, autojump_clock: Any) -> None:
    """It has a budget of its own, too."""
    tracer = Tracer(made(kit))
    async with tracer.dispatch.running():
        await tracer([["later", ["note", 1]]])
        await trio.sleep(1)
    assert [[key for _, key, _ in steps(trace)] for trace in tracer.traces] == [[None, "later"], [None, "note"]]


async def test_each_member_is_a_step(kit: Kit) -> None:
    """An effect that runs once for each member has a step for each."""
    each = Registry("each", late=["sink"])
    each.effect("each", each=True)(lambda ctx: None)
    tracer = Tracer(made(kit, each))
    await tracer([["each"]], system={"sink": MemorySink(members=3)})
    assert steps(tracer.trace)[1:] == [("effect", "each", "done")] * 3


async def test_what_interceptors_did_is_seen(kit: Kit) -> None:
    """Rewrites as they were given, skips and stops."""

    def hook(step: Step) -> Skip | Stop | None:
        return {1: Skip("skipped"), 2: Stop()}.get(step.vector[1]) if step.key == "note" else None  # type: ignore[call-overload]

    tracer = Tracer(made(kit, interceptors=[Interceptor(id="i", before_effect=hook)]))
    await tracer([["note", 1], ["run", ["note", 2]], ["note", 3]])
    assert steps(tracer.trace) == [
        ("dispatch", None, "done"),
        ("effect", "note", "skipped"),
        ("effect", "run", "done"),
        ("dispatch", None, "stopped"),
        ("effect", "note", "skipped"),
        ("effect", "note", "done"),
    ]


async def test_a_dispatch_stopped_by_an_error_says_so(kit: Kit) -> None:
    """This is tried with `fail_fast`."""
    tracer = Tracer(made(kit, interceptors=[fail_fast]))
    await tracer([["fail"], ["note", 1]])
    assert steps(tracer.trace) == [("dispatch", None, "stopped"), ("effect", "fail", "failed")]


async def test_a_trace_is_bounded(kit: Kit) -> None:
    """Its number of steps is bounded; others are counted."""
    tracer = Tracer(made(kit), limit=3)
    await tracer([["note", number] for number in range(5)])
    assert len(list(tracer.trace)) == 3
    assert tracer.trace.dropped == 3
    assert str(tracer.trace).endswith("(3 more steps were left out)")


async def test_a_trace_is_bounded_in_depth(kit: Kit) -> None:
    """JSON of deeper traces could not be read."""
    effects: list[object] = ["note", 1]
    for _ in range(90):
        effects = ["tree", effects]
    tracer = Tracer(made(kit, limits=Limits(expansion=200)))
    (await tracer([effects])).raise_errors()
    assert (len(list(tracer.trace)), tracer.trace.dropped) == (65, 27)
    assert json.dumps(tracer.trace.as_data())
    assert str(tracer.trace)


async def test_the_latest_traces_are_kept(kit: Kit) -> None:
    """`hear` is called with each finished one."""
    heard: list[Trace] = []
    tracer = Tracer(made(kit), keep=2, hear=heard.append)
    for number in range(3):
        await tracer([["note", number]])
    assert heard[1:] == list(tracer.traces)
    assert heard[-1] is tracer.trace
    assert repr(tracer) == "<Tracer of kit, time, with 2 traces>"
    assert repr(tracer.trace) == "<Trace done, of 2 steps>"
    assert repr(tracer.trace.root.children[0]) == "<TraceNode effect 'note' effects[0] done>"


async def test_what_is_no_list_has_no_trace(kit: Kit) -> None:
    """It is not begun."""
    tracer = Tracer(made(kit))
    assert (await tracer(5)).errors  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="nothing was traced"):
        _ = tracer.trace


async def test_a_recorder_can_be_traced(kit: Kit) -> None:
    """It is a dispatch that does nothing."""
    tracer = Tracer(made(kit))
    recorder = Recorder(tracer.dispatch)
    await recorder([["tree", ["note", 1]]])
    assert steps(tracer.trace)[1:] == [("action", "tree", "done"), ("effect", "note", "done")]


async def test_interceptors_can_be_added_to_a_dispatch(kit: Kit) -> None:
    """Before those it has; it is not changed itself."""
    order: list[str] = []
    one, two, three = (
        Interceptor(id=name, before_effect=lambda step, name=name: order.append(name))  # type: ignore[misc]
        for name in ("one", "two", "three")
    )
    dispatch = made(kit, interceptors=[three])
    more = dispatch.with_interceptors(one, two)
    await more([["note", 1]])
    await dispatch([["note", 1]])
    assert order == ["one", "two", "three", "three"]
    assert more.plugin("kit") is dispatch.plugin("kit")


@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        ([fail_fast], "'fail-fast' is there already"),
        ([Interceptor(id="i", before_effect=lambda step: None)] * 2, "'i' is registered by"),
        ([5], "Interceptor objects"),
    ],
)
def test_interceptors_that_cannot_be_added_are_refused(kit: Kit, added: Any, complaint: str) -> None:
    """Two of one id would be two hooks under one name."""
    with pytest.raises(RegistrationError, match=complaint):
        made(kit, interceptors=[fail_fast]).with_interceptors(*added)


async def test_each_step_is_one_line(kit: Kit) -> None:
    """Its key and its values may hold line breaks."""

    class Lines:
        def __repr__(self) -> str:
            return "a\nb"

    tracer = Tracer(made(kit), values=True)
    await tracer([["no\nbody" * 100, 1], ["note", Lines()]])
    _, nobody, note = str(tracer.trace).splitlines()
    assert len(nobody) < 600
    assert note.startswith("└─ effect note (a b,) -> a b, ")


@pytest.fixture
def shop() -> Dispatch:
    """Actions that see state, and placeholders of every kind."""
    plugin = Registry("shop", late=["prices"])
    plugin.state("price")(lambda *, prices: prices)
    plugin.state("unread")(lambda: "nobody asks")
    plugin.placeholder("word")(lambda data, name="word": data[name])
    plugin.placeholder("member", each=True)(lambda data, member: "a member")
    plugin.effect("say")(lambda ctx, *words: None)
    plugin.action("order")(lambda state, item: [["say", state["price"][item]], ["say", Placeholder("word")]])
    return create_dispatch([plugin])


async def test_a_trace_with_values_shows_state_and_placeholders(shop: Dispatch, autojump_clock: Any) -> None:
    """The tree and the data have the state that each action saw, and the value of each placeholder."""
    tracer = Tracer(shop, values=True)
    effects = [["order", Placeholder("word", "item")], ["say", Placeholder("member")], ["say", 1]]
    system = {"prices": {"lamp": 40}, "sink": MemorySink()}
    (await tracer(effects, data={"word": "hi", "item": "lamp"}, system=system)).raise_errors()
    assert str(tracer.trace).splitlines() == [
        "dispatch of 3, 0.0 ms",
        "├─ action order ('lamp',) => 2, 0.0 ms",
        "│  │  Placeholder('word', 'item'): 'lamp'",
        "│  │  state['price']: {'lamp': 40}",
        "│  ├─ effect say (40,), 0.0 ms",
        "│  └─ effect say ('hi',), 0.0 ms",
        "│        Placeholder('word'): 'hi'",
        "├─ effect say ('a member',), 0.0 ms",
        "│     Placeholder('member'): 'a member'",
        "└─ effect say (1,), 0.0 ms",
    ]
    order = tracer.trace.root.children[0].as_data()
    assert (order["state"], order["placeholders"]) == (
        {"price": "{'lamp': 40}"},
        {"Placeholder('word', 'item')": "'lamp'"},
    )


async def test_what_could_not_be_resolved_is_not_the_next_ones(shop: Dispatch) -> None:
    """The other values of that vector are dropped, too."""
    tracer = Tracer(shop, values=True)
    await tracer([["say", Placeholder("word"), Placeholder("word", "absent")], ["say", 1]], data={"word": "hi"})
    assert [node.placeholders for node in tracer.trace] == [{}, {}, {}]


async def test_a_trace_without_values_watches_nothing(shop: Dispatch) -> None:
    """Law 10."""
    tracer = Tracer(shop)
    await tracer([["order", Placeholder("word")]], data={"word": "s3cr3t"}, system={"prices": {"s3cr3t": 1}})
    assert "s3cr3t" not in str(tracer.trace) + str(tracer.trace.as_data())


async def test_state_that_is_read_when_its_action_is_over_is_nobodys() -> None:
    """An action may have kept its state, although it should not."""
    plugin = Registry("plugin")
    kept: list[Mapping[str, object]] = []

    @plugin.action("keep")
    def keep(state: Mapping[str, object]) -> list[object]:
        kept.append(state)
        return [["read"]]

    plugin.state("slice")(lambda: 1)
    plugin.effect("read")(lambda ctx: kept[0]["slice"])
    tracer = Tracer(create_dispatch([plugin]), values=True)
    (await tracer([["keep"]])).raise_errors()
    assert [node.state for node in tracer.trace] == [{}, {}, {}]
