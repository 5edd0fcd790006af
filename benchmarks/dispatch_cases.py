"""What a dispatch is measured by: each case is one unit of work, prepared, and safe to be awaited again and again.

`CASES` holds them by name; those whose name ends in `, unvalidated` are the same with `validate=False`. The floor is
what a program pays that awaits its interpreters in a loop of its own. `python -m benchmarks.dispatch_cases` times all.
"""

# ruff: noqa: ARG001 - interpreters and actions have the signatures that they have

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import trio
from typing_extensions import TypedDict

from effects import Context, Effect, Interceptor, Placeholder, Registry, Step, create_dispatch

__all__ = ["CASES", "measure"]

Case = Callable[[], Awaitable[object]]


class Options(TypedDict, total=False):
    selector: str
    mode: str


def _registry() -> Registry:
    app = Registry("app", late=["sink"])

    @app.effect("patch")
    async def patch(ctx: Context, text: str) -> None: ...

    @app.effect("patch-now")
    def patch_now(ctx: Context, text: str) -> None: ...

    @app.effect("bare")
    async def bare(ctx: Context) -> None: ...

    @app.effect("patch-with")
    async def patch_with(ctx: Context, text: str, options: Options) -> None: ...

    @app.effect("send")
    async def send(ctx: Context, text: str, *, sink: object) -> None: ...

    @app.effect("run")
    async def run(ctx: Context, *then: Effect) -> None:
        await ctx.dispatch(then)

    @app.action("say")
    def say(state: Mapping[str, object], name: str) -> list[Effect]:
        return [["patch", name], ["patch", "b"], ["patch", "c"]]

    @app.action("say-5")
    def say_five(state: Mapping[str, object], a: str, b: str, c: str, d: str, e: str) -> list[Effect]:
        return [["patch", a]]

    @app.placeholder("it")
    def it(data: Mapping[str, object], name: str) -> object:
        return data[name]

    return app


def _look(step: Step) -> None: ...


def _interceptor(name: str) -> Interceptor:
    return Interceptor(
        id=name,
        before_dispatch=_look,
        after_dispatch=_look,
        before_action=_look,
        after_action=_look,
        before_effect=_look,
        after_effect=_look,
    )


def _nested(depth: int) -> list[object]:
    vector: list[object] = ["patch", "text"]
    for _ in range(depth):
        vector = ["run", vector]
    return vector


FIVE = [Placeholder("it", name) for name in "abcde"]
VECTORS: Mapping[str, Sequence[object]] = {
    "one effect": [["patch", "text"]],
    "one effect without arguments": [["bare"]],
    "one sync effect": [["patch-now", "text"]],
    "one effect with options": [["patch-with", "text", {"selector": "#x", "mode": "append"}]],
    "one effect that needs a system value": [["send", "text"]],
    "100 effects": [["patch", "text"] for _ in range(100)],
    "100 sync effects": [["patch-now", "text"] for _ in range(100)],
    "an action that comes to 3 effects": [["say", "Ann"]],
    "an action with 5 placeholders": [["say-5", *FIVE]],
    "10 nested continuations": [_nested(10)],
}


def _cases() -> Mapping[str, Case]:
    cases: dict[str, Case] = {"floor, one effect": partial(_bare, 1), "floor, 100 effects": partial(_bare, 100)}
    data = dict.fromkeys("abcde", "value")
    for validate, suffix in ((True, ""), (False, ", unvalidated")):
        dispatch = create_dispatch([_registry()], system={"sink": object()}, validate=validate)
        for name, effects in VECTORS.items():
            more = {"data": data} if "placeholders" in name else {}
            cases[name + suffix] = partial(dispatch, effects, **more)
        three = [_interceptor(name) for name in "abc"]
        guarded = create_dispatch([_registry()], interceptors=three, validate=validate)
        cases["one effect, 3 full interceptors" + suffix] = partial(guarded, VECTORS["one effect"])
    return cases


async def _interpret(ctx: object, text: str) -> None: ...


async def _bare(count: int) -> None:
    for _, text in [("patch", "text")] * count:
        await _interpret(None, text)


CASES: Mapping[str, Case] = _cases()


async def measure(case: Case, *, seconds: float = 0.05, rounds: int = 5) -> float:
    """Microseconds of processor time that one unit takes: the median of some rounds."""
    took: list[float] = []
    count, spent = 1, 0.0
    while spent < seconds or len(took) < rounds:
        begin = time.process_time()
        for _ in range(count):
            await case()
        spent = time.process_time() - begin
        if spent < seconds:
            count *= 2
        else:
            took.append(spent / count * 1e6)
    return statistics.median(took)


async def _main() -> None:
    for name, case in CASES.items():
        print(f"{await measure(case):9.2f} us  {name}")


if __name__ == "__main__":
    trio.run(_main)
