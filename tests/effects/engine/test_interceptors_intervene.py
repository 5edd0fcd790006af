"""Law 5: interceptors may rewrite, skip or stop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Context, Interceptor, Registry, Skip, Step, Stop, create_dispatch

Kit = Callable[[], Registry]

BEFORE = ["none", "rewrite", "skip", "stop", "raise", "garbage", "no hook"]
AFTER = ["none", "rewrite", "stop", "raise", "garbage", "no hook"]


@dataclass(frozen=True)
class Plan:
    """The plan of one interceptor at the effect `at`, before and after; at other effects it does nothing."""

    at: int
    before: str
    after: str


plans = st.lists(st.builds(Plan, st.integers(0, 2), st.sampled_from(BEFORE), st.sampled_from(AFTER)), max_size=4)


class Model:
    """A model of what must happen, as simple as possible."""

    def __init__(self, plans: list[Plan]) -> None:
        self.plans = plans
        self.trace: list[object] = []
        self.results: list[object] = []
        self.errors = 0
        self.stopped = False

    def effect(self, index: int) -> None:
        """One effect between its hooks."""
        value: object = index
        completed = []
        verdict = "run"
        for number, plan in enumerate(self.plans):
            what = plan.before if plan.at == index or plan.before == "no hook" else "none"
            if what != "no hook":
                self.trace.append(("before", number, value))
            if what in {"raise", "garbage"}:
                self.errors += 1
                verdict = "failed"
                break
            completed.append((number, plan))
            if what == "rewrite":
                value = (number, value)
            if what in {"skip", "stop"}:
                verdict = what
                break
        if verdict == "run":
            self.trace.append(("run", value))
        self.stopped |= verdict == "stop"
        result = {"run": value, "skip": "skipped"}.get(verdict)
        for number, plan in reversed(completed):
            what = plan.after if plan.at == index or plan.after == "no hook" else "none"
            if what != "no hook":
                self.trace.append(("after", number, result))
            self.errors += what in {"raise", "garbage"}
            self.stopped |= what == "stop"
            if what == "rewrite":
                result = (number, result)
        if verdict in {"run", "skip"}:
            self.results.append(result)

    def run(self) -> None:
        """Three effects in a row."""
        for index in range(3):
            if not self.stopped:
                self.effect(index)


def hook(number: int, plan: Plan, moment: str, trace: list[object]) -> Any:
    """A hook that acts by the plan, and leaves a trace."""
    what = plan.before if moment == "before" else plan.after
    if what == "no hook":
        return None

    def act(step: Step) -> Any:
        value = step.vector[1] if moment == "before" else step.result
        trace.append((moment, number, value))
        if step.path[0] != plan.at:
            return None
        if what == "raise":
            raise ValueError(what)
        rewritten = (
            step.replace(vector=["do", (number, value)])
            if moment == "before"
            else step.replace(result=(number, step.result))
        )
        answers: dict[str, object] = {"rewrite": rewritten, "skip": Skip("skipped"), "stop": Stop("enough")}
        return answers.get(what, 42 if what == "garbage" else None)

    return act


@settings(deadline=None)
@given(given_plans=plans)
async def test_law_05_interceptors(given_plans: list[Plan]) -> None:
    """Before in order, after in reverse; a failing before hook closes; Stop ends this list and not its parent."""
    trace: list[object] = []
    plugin = Registry("plugin")

    @plugin.effect("do")
    def do(ctx: Context, value: object) -> object:
        trace.append(("run", value))
        return value

    def watch(step: Step) -> None:
        """Stand in where an interceptor would have no hook at all."""

    interceptors = [
        Interceptor(
            id=str(number),
            before_effect=hook(number, plan, "before", trace),
            after_effect=hook(number, plan, "after", trace) or (watch if plan.before == "no hook" else None),
        )
        for number, plan in enumerate(given_plans)
    ]
    model = Model(given_plans)
    model.run()
    dispatch = create_dispatch([plugin], interceptors=interceptors, block=["rhialto.log"])
    result = await dispatch([["do", 0], ["do", 1], ["do", 2]])
    assert trace == model.trace
    assert [record.value for record in result.results] == model.results
    assert (len(result.errors), result.stopped is not None) == (model.errors, model.stopped)


@settings(deadline=None)
@given(st.sampled_from(["none", "skip", "stop", "raise", "garbage", "rewrite"]), st.sampled_from(["run", "tree"]))
async def test_law_05_stop_ends_the_list_and_not_its_parent(kit: Kit, what: str, around: str) -> None:
    """An expansion belongs to the list it came from, a continuation is a list of its own."""
    notes: list[object] = []

    def before(step: Step) -> Any:
        if list(step.vector[1:]) != ["here"]:
            return None
        if what == "raise":
            raise ValueError(what)
        answers = {"skip": Skip(), "stop": Stop(), "garbage": 42, "rewrite": step.replace(vector=["note", "there"])}
        return answers.get(what)

    dispatch = create_dispatch(
        [kit()],
        system={"notes": notes},
        interceptors=[Interceptor(id="i", before_effect=before)],
        block=["rhialto.log"],
    )
    await dispatch([[around, ["note", "here"], ["note", "next"]], ["note", "last"]])
    ran = {"none": ["here"], "rewrite": ["there"]}.get(what, [])
    rest = ["next", "last"] if what != "stop" else ["last"] if around == "run" else []
    assert notes == ran + rest


@settings(deadline=None)
@given(changes=st.lists(st.integers(), min_size=1, max_size=4), depth=st.integers(0, 3))
async def test_law_05_changes_of_data_show_afterwards_and_never_outside(
    kit: Kit, changes: list[int], depth: int
) -> None:
    """Later effects and continuations of its dispatch see the change of a hook; its parent does not."""
    notes: list[object] = []
    plugin = Registry("plugin")

    @plugin.effect("look")
    def look(ctx: Context, *, notes: list[object]) -> None:
        notes.append(ctx.data["level"])

    def before(step: Step) -> Step | None:
        return step.replace(data={**step.data, "level": step.vector[1]}) if step.key == "note" else None

    dispatch = create_dispatch(
        [kit(), plugin], system={"notes": notes}, interceptors=[Interceptor(id="i", before_effect=before)]
    )
    inner: list[object] = [[key, *rest] for change in changes for key, *rest in (["note", change], ["look"])]
    for _ in range(depth):
        inner = [["run", *inner]]
    (await dispatch([["look"], ["run", *inner], ["look"]], data={"level": "top"})).raise_errors()
    assert notes == ["top", *[seen for change in changes for seen in (change, change)], "top"]
