"""The package `effect`: intents as objects, performed by functions that are found by type."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from effect import ComposedDispatcher as Composed
from effect import Effect, TypeDispatcher, base_dispatcher, sync_perform, sync_performer
from effect.do import do

from benchmarks._measure import Work

__all__ = ["WORK"]


@dataclass(frozen=True, slots=True)
class Say:
    """Say something."""

    text: str


def _perform(dispatcher: object, intent: Say) -> None:
    """Do nothing."""


DISPATCHER = Composed([TypeDispatcher({Say: sync_performer(_perform)}), base_dispatcher])


def _again(make: Callable[[], object]) -> Work:
    async def work(times: int) -> None:
        for _ in range(times):
            sync_perform(DISPATCHER, make())

    return work


def _several(*texts: str) -> Generator[object]:
    for text in texts:
        yield Effect(Say(text))


def _nest(depth: int) -> object:
    if depth == 1:
        return Effect(Say("hello"))
    return Effect(Say("hello")).on(success=lambda _: _nest(depth - 1))


several = cast("Callable[..., Any]", do(_several))

WORK: Mapping[str, Work] = {
    "one effect": _again(lambda: Effect(Say("hello"))),
    "100 effects": _again(lambda: several(*["hello"] * 100)),
    "action of 3 effects": _again(lambda: several("hello", "Ann", "welcome")),
    "nested 10 deep": _again(lambda: _nest(10)),
}
