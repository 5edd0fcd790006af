"""The cost of a dispatch by itself: ours, with arguments checked and not, beside what a program could do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from effects import Context, Dispatch, Effect, Interceptor, Placeholder, Registry, Step, create_dispatch

from ._measure import InProcess, Work, interleave
from ._peers import effect_package, loop, pluggy_hooks
from ._plan import Plan
from ._tables import Table

__all__ = ["again", "make_dispatch", "measure_dispatch", "nest"]

PEERS: Mapping[str, Mapping[str, Work]] = {
    "a loop by hand": loop.WORK,
    "effect 1.1": effect_package.WORK,
    "pluggy hook": pluggy_hooks.WORK,
}


def measure_dispatch(plan: Plan) -> list[Table]:
    """Each case, of each contestant that has a form of it."""
    table = Table("Dispatch, for one dispatch as a whole")
    ours = {"rhialto": _cases(validate=True), "rhialto, unchecked": _cases(validate=False)}
    for case in ours["rhialto"]:
        work = {who: cases[case] for who, cases in {**ours, **PEERS}.items() if case in cases}
        turns = {who: InProcess(work=one, seconds=plan.seconds) for who, one in work.items()}
        table.add(case, interleave(turns, plan.rounds))
    return [table]


def _cases(*, validate: bool) -> dict[str, Work]:
    dispatch = make_dispatch(validate=validate)
    guarded = make_dispatch([_interceptor(number) for number in range(3)], validate=validate)
    data: dict[str, object] = dict.fromkeys("abcde", "value")
    return {
        "one effect": again(dispatch, ["say", "hello"]),
        "100 effects": again(dispatch, *[["say", "hello"]] * 100),
        "action of 3 effects": again(dispatch, ["greet", "Ann"]),
        "action with 5 placeholders": again(dispatch, ["five", *map(Placeholder, data)], data=data),
        "3 interceptors": again(guarded, ["say", "hello"]),
        "nested 10 deep": again(dispatch, nest(10)),
    }


def again(dispatch: Dispatch, *effects: object, data: Mapping[str, object] | None = None) -> Work:
    """The work of dispatching these effects."""

    async def work(times: int) -> None:
        for _ in range(times):
            await dispatch(effects, data=data)

    return work


def nest(depth: int) -> list[object]:
    """An effect with a continuation with a continuation, so deep."""
    return ["then", *([nest(depth - 1)] if depth > 1 else [])]


def make_dispatch(interceptors: list[Interceptor] | None = None, *, validate: bool = True) -> Dispatch:
    """A dispatch of an app whose effects do nothing."""
    app = Registry("app")
    app.effect("say")(_say)
    app.effect("then")(_then)
    app.action("greet")(_greet)
    app.action("five")(_five)
    for name in "abcde":
        app.placeholder(name)(_reader(name))
    return create_dispatch([app], interceptors=interceptors or [], validate=validate)


async def _say(ctx: Context, text: str) -> None:
    """Do nothing."""


async def _then(ctx: Context, *then: Effect) -> None:
    """Dispatch what is to follow."""
    if then:
        await ctx.dispatch(then)


def _greet(state: object, name: str) -> list[object]:
    """Three effects."""
    return [["say", "hello"], ["say", name], ["say", "welcome"]]


def _five(state: object, a: str, b: str, c: str, d: str, e: str) -> list[object]:
    """One effect of all of them."""
    return [["say", a]]


def _reader(name: str) -> Callable[[Mapping[str, object]], object]:
    def read(data: Mapping[str, object]) -> object:
        """One value of the data."""
        return data[name]

    return read


def _interceptor(number: int) -> Interceptor:
    def look(step: Step) -> None:
        """Go on, nothing changed."""

    return Interceptor(
        id=f"look-{number}",
        before_dispatch=look,
        after_dispatch=look,
        before_action=look,
        after_action=look,
        before_effect=look,
        after_effect=look,
    )
