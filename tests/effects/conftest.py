"""Fixtures of the engine's tests: a small registry of plain effects."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from effects import Context, Effect, ErrorRecord, Registry, hookimpl
from tests.effects.installed import build_wheel, make_environment


def _testing() -> Registry:
    kit = Registry("kit", late=["notes"])

    @kit.effect("note")
    def note(ctx: Context, value: object, *, notes: list[object]) -> object:
        notes.append(value)
        return value

    @kit.effect("fail")
    def fail(ctx: Context) -> None:
        raise ValueError("boom")

    @kit.effect("run")
    async def run(ctx: Context, *then: Effect) -> None:
        await ctx.dispatch(list(then))

    @kit.effect("with")
    async def with_data(ctx: Context, data: dict[str, object], *then: Effect) -> None:
        await ctx.dispatch(list(then), data=data)

    @kit.action("tree")
    def tree(state: Mapping[str, object], *children: Effect) -> list[Effect]:
        return list(children)

    @kit.placeholder("it")
    def it(data: Mapping[str, Any], name: str = "it") -> object:
        return data[name]

    return kit


@pytest.fixture(scope="session")
def kit() -> Callable[[], Registry]:
    """Make a registry: effects `note`, `fail`, `run`, `with`, the action `tree` and the placeholder `it`."""
    return _testing


class _Ear:
    """A plugin that hears of errors and keeps the records."""

    name = "ear"

    def __init__(self) -> None:
        self.heard: list[ErrorRecord] = []

    @hookimpl
    def rhialto_error(self, record: ErrorRecord) -> None:
        self.heard.append(record)


@pytest.fixture(scope="session")
def ear() -> Callable[[], Any]:
    """Make a plugin whose `heard` is the list of every error record."""
    return _Ear


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a clean environment with that and pytest, and nothing else that only tests need."""
    return make_environment(tmp_path_factory.mktemp("clean"), wheel, "pytest")
