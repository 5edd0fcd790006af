"""The greet page's logic, tested without HTTP, without a store and without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import views
from demo.app import Board, greet, latest, page, remember, show
from effects import Dispatch, create_dispatch
from effects.testing import ANYTHING, Fault, MemorySink, Recorder, assert_effects, with_faults
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar

HOME = {"pattern": [ANY, ["page", "home", ANY]]}


@pytest.fixture
def board() -> Board:
    """An empty board."""
    return Board()


@pytest.fixture
def dispatch(board: Board) -> Dispatch:
    """The demo's dispatch, without HTTP."""
    return create_dispatch([Datastar(), Connections(), page], system={"board": board})


def test_an_action_is_a_function() -> None:
    """Data in, data out."""
    assert greet({}, "Ann") == [
        ["page/remember", "Ann"],
        ["broadcast", HOME, ["patch-elements", views.greeting("Ann")]],
    ]


async def test_a_greeting_would_be_kept_and_broadcast(recorder: Recorder, board: Board) -> None:
    """The effects are recorded; nothing is sent and nothing kept."""
    (await recorder([["page/greet", "Ann"]])).raise_errors()
    assert recorder.effects == greet({}, "Ann")
    assert board.latest is None


async def test_a_greeting_that_cannot_be_kept_is_shown_all_the_same(dispatch: Dispatch) -> None:
    """Effects stand for themselves: a board that fails now and then costs nobody else anything."""
    shaky = Recorder(with_faults(dispatch, {"page/remember": Fault(OSError("no board"), 0.5)}, seed=1))
    result = await shaky([["page/greet", name] for name in "ABCDEFGHIJ"])
    broadcasts = [effect for effect in shaky.effects if effect[0] == "broadcast"]
    assert_effects(broadcasts, [["broadcast", HOME, ["patch-elements", ANYTHING]]] * 10)
    assert 0 < len(result.errors) < 10


async def test_a_greeting_is_shown_to_whoever_comes_later(dispatch: Dispatch) -> None:
    """From the state that the greeting left behind."""
    sink = MemorySink()
    (await dispatch([["page/greet", "Ann"], ["page/show"]], system={"sink": sink})).raise_errors()
    assert sink.text.endswith("Hello, Ann</div>\n\n")


async def test_a_greeting_comes_to_what_it_came_to(recorder: Recorder) -> None:
    """As it was recorded once: `recorder.save(...)` writes it anew, where a change was meant."""
    await recorder.replay(Path(__file__).with_name("greeting.json"))


async def test_before_the_first_greeting_nobody_has_been_greeted(recorder: Recorder) -> None:
    """State can be given, or read for real."""
    await recorder([["page/show"]])
    recorder.state(latest="Ann")
    await recorder([["page/show"]])
    assert recorder.effects == [["patch-elements", views.greeting(None)], ["patch-elements", views.greeting("Ann")]]


def test_names_are_escaped() -> None:
    """By the library that builds the page."""
    assert "Hello, &lt;script&gt;" in views.greeting("<script>")


def test_the_registered_functions_are_the_functions() -> None:
    """They can be called as they are."""
    board = Board()
    remember(ctx=None, name="Ann", board=board)  # type: ignore[arg-type]
    assert latest(board=board) == "Ann"
    assert show({"latest": "Ann"}) == [["patch-elements", views.greeting("Ann")]]
