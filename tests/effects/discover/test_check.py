"""`dispatch.check`: templates are checked before they are dispatched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

import pytest
from pydantic import AfterValidator
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


@test.effect("perhaps")
def perhaps(ctx: Context, then: Effect | None) -> None:
    """Do something, or nothing."""


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
        ["perhaps", None],
        ["perhaps", ["send", NOW]],
        ["later", {"then": (["act", NOW], ("send", NOW))}, ("later", {"to": [NOW]})],
    ],
)
def test_what_may_work_is_left_alone(dispatch: Dispatch, vector: object) -> None:
    """The values of placeholders are not known yet."""
    assert dispatch.check([vector]) == ()


@pytest.mark.parametrize(
    ("vector", "complaint"),
    [
        (["sned", "x"], "no interpreter for effect 'sned'\n  near 'send'"),
        (["send"], "'send' takes 1 to 2 arguments, got 0\n  fix  it takes (text: str, times: int = ...)"),
        (["all"], "'all' takes 1 argument, got 0"),
        (["later"], "'later' takes at least 1 argument, got 0"),
        (["send", 7], "in 'send': text: should be a valid string, got int"),
        (["send", NOW, "2"], "in 'send': times: should be a valid integer, got str"),
        (["act", "a", 2], "in 'act': "),
        (["later", {"tto": "x"}], "in 'later': options['tto']"),
        (["later", {}, ["sned"]], "no interpreter for effect 'sned'"),
        (["later", {"then": [["later", {}, ["send", 1]]]}], "in 'send': text: should be"),
        (["all", [["send", 1]]], "in 'send': text: should be"),
        (["send", Placeholder("nwo")], "in 'send': nobody registers the placeholder 'nwo'\n  near 'now'"),
        (["later", {"to": [Placeholder("x")]}], "in 'later': nobody registers the placeholder 'x'"),
        ([], "an effect vector is empty"),
        (["all", [["act"], 7]], "an effect vector is a list or tuple, not int"),
        (["all", [NOW]], "in 'all': effects[0]: a placeholder stands where an effect vector belongs"),
        (["all", [[NOW]]], "in 'all': effects[0]: a placeholder stands where an effect key belongs"),
        (["all", NOW], "in 'all': effects: a placeholder stands for something that may hold effects"),
        (["all", ["act"]], "in 'all': effects[0]: an effect vector is a list or tuple, not str"),
        (["all", [[]]], "in 'all': effects[0]: an effect vector is empty"),
        (["all", "act"], "in 'all': effects: should be"),
        (["later", {}, "act"], "in 'later': then: an effect vector is a list or tuple, not str"),
        (["later", {}, []], "in 'later': then: an effect vector is empty"),
        (["later", {}, NOW], "in 'later': then: a placeholder stands where an effect vector belongs"),
        (["later", {}, [NOW]], "in 'later': then: a placeholder stands where an effect key belongs"),
        (["later", {}, [["act"]]], "in 'later': then: an effect key is a str, not list"),
        (["later", {}, {"act": 1}], "in 'later': then: an effect vector is a list or tuple, not dict"),
        (["later", NOW], "in 'later': options: a placeholder stands for something that may hold effects"),
        (["later", {"then": NOW}], "in 'later': options['then']: a placeholder stands for something that may hold"),
        (["later", {"then": [NOW]}], "in 'later': options['then'][0]: a placeholder stands where an effect vector"),
        (["later", {"then": ["act"]}], "in 'later': options['then'][0]: an effect vector is a list or tuple, not str"),
        (["later", {"to": NOW, "then": ["act"]}], "in 'later': options['then'][0]: an effect vector is a list or"),
        (["later", {"to": NOW, "then": [["later", {}, []]]}], "in 'later': then: an effect vector is empty"),
        (
            ["later", {}, ["later", {}, ["later", {}, 7]]],
            "in 'later': then: an effect vector is a list or tuple, not i",
        ),
        (["perhaps", 7], "in 'perhaps': "),
        (["perhaps", NOW], "in 'perhaps': then: a placeholder stands where an effect vector belongs"),
        (["perhaps", {}], "in 'perhaps': "),
    ],
)
def test_what_can_never_work_is_found(dispatch: Dispatch, vector: Any, complaint: str) -> None:
    """Wherever it is nested."""
    (problem,) = dispatch.check([vector])
    assert complaint in str(problem)


def test_what_is_no_list_is_found(dispatch: Dispatch) -> None:
    """The error is that of a dispatch."""
    (problem,) = dispatch.check(["send", "x"])
    assert "a bare effect vector stands where a list of them belongs" in str(problem)


def test_all_that_is_wrong_is_said(dispatch: Dispatch) -> None:
    """Each by itself, also in data that holds itself."""
    cyclic: list[object] = [NOW]
    cyclic.append(cyclic)
    problems = dispatch.check([["send"], ["sned"], ["later", {"to": cyclic}, ["act", 1]]])
    assert [str(one).partition("\n")[0] for one in problems] == [
        "'send' takes 1 to 2 arguments, got 0",
        "no interpreter for effect 'sned'",
        "in 'later': options['to'][1]: an argument contains itself",
        "in 'act': names: should be a valid string, got int",
    ]


def test_a_continuation_that_contains_itself_or_is_deep_is_checked_once(dispatch: Dispatch) -> None:
    """No recursion is used."""
    ring: list[Any] = ["later", {}, ["send", 1]]
    ring.append(ring)
    assert len(dispatch.check([ring, ring])) == 1
    deep: list[Any] = ["send", 1]
    for _ in range(10_000):
        deep = ["later", {}, deep]
    (problem,) = dispatch.check([deep])
    assert "in 'send': text: should be a valid string" in str(problem)


def test_what_a_type_s_own_check_raises_is_a_problem() -> None:
    """Its message may hold values, so it is not shown."""

    def fail(value: object) -> object:
        raise OSError(value)

    plugin = Registry("plugin")

    @plugin.effect("take")
    def take(ctx: Context, value: Annotated[str, AfterValidator(fail)]) -> None: ...

    (problem,) = create_dispatch([plugin]).check([["take", "a secret"]])
    assert problem.what == "in 'take': value: its check failed: OSError"
