"""`dispatch.check`: templates are checked before anybody dispatches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired

import pytest
from typing_extensions import TypedDict

from effects import Context, Dispatch, Effect, Placeholder, Registry, create_dispatch

test = Registry("test")


class Options(TypedDict):
    """Options, of which one holds effects."""

    to: NotRequired[str]
    then: NotRequired[Sequence[Effect]]


@test.effect("send")
def send(ctx: Context, text: str, times: int = 1) -> None:
    """Send a text."""


@test.effect("later")
def later(ctx: Context, options: Options, *then: Effect) -> None:
    """Do something later."""


@test.effect("all")
def all_of(ctx: Context, effects: Sequence[Effect]) -> None:
    """Do all of them."""


@test.action("act")
def act(state: object, *names: str) -> list[object]:
    """Say nothing."""
    return []


@test.placeholder("now")
def now(data: object) -> int:
    """A time."""
    return 0


NOW = Placeholder("now")


@pytest.fixture
def dispatch() -> Dispatch:
    """The dispatch."""
    return create_dispatch([test])


@pytest.mark.parametrize(
    "vector",
    [
        ["send", "x"],
        ["send", NOW, 2],
        ["act"],
        ["act", "a", NOW],
        ["later", {"to": NOW, "then": [["send", NOW]]}, ["act"], ["send", "x", 2]],
        ["all", [["send", "x"], ["act", "b"]]],
        ["all", []],
        ("send", "x"),
    ],
)
def test_what_may_work_is_left_alone(dispatch: Dispatch, vector: object) -> None:
    """Whatever placeholders come to is not known yet."""
    assert dispatch.check([vector]) == ()


@pytest.mark.parametrize(
    ("vector", "complaint"),
    [
        (["sned", "x"], "no interpreter for effect 'sned'\n  near 'send'"),
        (["send"], "'send' takes 1 to 2 arguments, got 0\n  fix  it takes (text: str, times: int = ...)"),
        (["all"], "'all' takes 1 argument, got 0"),
        (["later"], "'later' takes at least 1 argument, got 0"),
        (["send", 7], "in 'send': text: Input should be a valid string, got int"),
        (["send", NOW, "2"], "in 'send': times: Input should be a valid integer, got str"),
        (["act", "a", 2], "in 'act': "),
        (["later", {"tto": "x"}], "in 'later': options['tto']"),
        (["later", {}, ["sned"]], "no interpreter for effect 'sned'"),
        (["later", {"then": [["later", {}, ["send", 1]]]}], "in 'send': text: Input should be"),
        (["all", [["send", 1]]], "in 'send': text: Input should be"),
        (["send", Placeholder("nwo")], "in 'send': nobody registers the placeholder 'nwo'\n  near 'now'"),
        (["later", {"to": [Placeholder("x")]}], "in 'later': nobody registers the placeholder 'x'"),
        ([], "an effect vector is empty"),
        (["all", [["act"], 7]], "an effect vector is a list or tuple, not int"),
        (["all", [NOW]], "a placeholder stands where an effect key belongs"),
    ],
)
def test_what_can_never_work_is_found(dispatch: Dispatch, vector: Any, complaint: str) -> None:
    """Wherever it is nested."""
    (problem,) = dispatch.check([vector])
    assert complaint in str(problem)


def test_what_is_no_list_is_found(dispatch: Dispatch) -> None:
    """As when it is dispatched."""
    (problem,) = dispatch.check(["send", "x"])
    assert "a bare effect vector stands where a list of them belongs" in str(problem)


def test_all_that_is_wrong_is_said(dispatch: Dispatch) -> None:
    """Each by itself, also in data that holds itself."""
    cyclic: list[object] = [NOW]
    cyclic.append(cyclic)
    problems = dispatch.check([["send"], ["sned"], ["later", {"to": cyclic}, ["act", 1]]])
    assert [type(one).__name__ for one in problems] == ["ArgumentError", "UnknownKeyError", "ArgumentError"]
