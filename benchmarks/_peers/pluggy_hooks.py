"""A hook of pluggy with one implementation, called for each effect; wrappers stand in for interceptors."""

from __future__ import annotations

from collections.abc import Generator, Mapping

import pluggy

from benchmarks._measure import Work

__all__ = ["WORK"]

_spec = pluggy.HookspecMarker("benchmark")
_impl = pluggy.HookimplMarker("benchmark")


class Specs:
    """What may be implemented."""

    @_spec
    def say(self, ctx: object, text: str) -> None:
        """Say something."""


class Plugin:
    """One implementation."""

    @_impl
    def say(self, ctx: object, text: str) -> None:
        """Do nothing."""


class Wrapper:
    """Something around it."""

    @_impl(wrapper=True)
    def say(self, ctx: object, text: str) -> Generator[None, object, object]:
        """Go on, nothing changed."""
        return (yield)


def _again(effects: int, wrappers: int = 0) -> Work:
    manager = pluggy.PluginManager("benchmark")
    manager.add_hookspecs(Specs)
    manager.register(Plugin())
    for _ in range(wrappers):
        manager.register(Wrapper())

    async def work(times: int) -> None:
        say = manager.hook.say
        for _ in range(times):
            for _ in range(effects):
                say(ctx=None, text="hello")

    return work


WORK: Mapping[str, Work] = {
    "one effect": _again(1),
    "100 effects": _again(100),
    "3 interceptors": _again(1, wrappers=3),
}
