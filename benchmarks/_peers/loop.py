"""The floor: what somebody writes who needs nothing but the calls. Nothing is checked, recorded or survived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from benchmarks._measure import Work

__all__ = ["WORK"]

Hook = Callable[[object], None]


async def _say(ctx: object, text: str) -> None:
    """Do nothing."""


INTERPRETERS: Mapping[object, Callable[..., Awaitable[None]]] = {"say": _say}


def _again(effects: Iterable[tuple[str, str]]) -> Work:
    async def work(times: int) -> None:
        for _ in range(times):
            for key, *args in effects:
                await INTERPRETERS[key](None, *args)

    return work


def _greet(name: str) -> list[tuple[str, str]]:
    return [("say", "hello"), ("say", name), ("say", "welcome")]


async def _action(times: int) -> None:
    for _ in range(times):
        for key, *args in _greet("Ann"):
            await INTERPRETERS[key](None, *args)


def _five(a: str, b: str, c: str, d: str, e: str) -> list[tuple[str, str]]:
    return [("say", a)]


async def _read(times: int) -> None:
    data = dict.fromkeys("abcde", "value")
    for _ in range(times):
        for key, *args in _five(*[data[name] for name in "abcde"]):
            await INTERPRETERS[key](None, *args)


def _look(step: object) -> None:
    """Do nothing."""


async def _guarded(times: int) -> None:
    hooks: list[Hook] = [_look] * 3
    for _ in range(times):
        for key, *args in [("say", "hello")]:
            for hook in hooks:
                hook(key)
            await INTERPRETERS[key](None, *args)
            for hook in reversed(hooks):
                hook(key)


async def _then(depth: int) -> None:
    if depth:
        await _then(depth - 1)


async def _nested(times: int) -> None:
    for _ in range(times):
        await _then(10)


WORK: Mapping[str, Work] = {
    "one effect": _again([("say", "hello")]),
    "100 effects": _again([("say", "hello")] * 100),
    "action of 3 effects": _action,
    "action with 5 placeholders": _read,
    "3 interceptors": _guarded,
    "nested 10 deep": _nested,
}
