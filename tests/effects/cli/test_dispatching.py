"""`python -m effects dispatch`."""

import argparse
import importlib
import io
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from effects import Context, Dispatch, EffectsError, Placeholder, Registry, create_dispatch
from effects._cli.dispatch import COMMAND
from effects.codec import Codec
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar, html

done: list[object] = []


def make_dispatch() -> Dispatch:
    """A dispatch that needs to be running."""
    page = Registry("page", late=["db"])

    @page.lifespan
    @asynccontextmanager
    async def opened(dispatch: Dispatch) -> AsyncGenerator[Mapping[str, object]]:
        yield {"db": "db"}

    @page.effect("page/keep")
    def keep(ctx: Context, text: str, *, db: str) -> str:
        done.append((text, db))
        return text

    @page.state("app")
    def app(*, db: str) -> str:
        return db

    @page.action("page/greet")
    def greet(state: Any, name: str) -> list[object]:
        return [["page/keep", f"{name} of {state['app']}"]]

    page.placeholder("name")(lambda data: data["name"])
    return create_dispatch([Datastar(), Connections(), page])


live = SimpleNamespace(dispatch=make_dispatch(), number=5)
plugins = [Datastar()]
HERE = f"{__name__}:make_dispatch"


def command(*args: str) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--json", action="store_true")
    COMMAND.arguments(parser)
    return COMMAND.run(parser.parse_args(args))


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    """Before each test, no effect has run."""
    done.clear()


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """The lines that were printed, without times."""
    return lambda: [line.partition(" ms")[0].rpartition(",")[0] for line in capsys.readouterr().out.splitlines()]


def test_it_shows_what_would_happen_and_does_nothing(printed: Any) -> None:
    """One vector is enough; state is given."""
    assert command(HERE, '["page/greet", "Ann"]', "--state", '{"app": "blue"}', "--values") == 0
    assert printed() == [
        "dispatch of 1",
        "└─ action page/greet ('Ann',) => 1",
        "   └─ effect page/keep ('Ann of blue',)",
    ]
    assert done == []


def test_it_shows_types_unless_asked_for_values(printed: Any) -> None:
    """The vectors hold wildcards, markup and placeholders."""
    pattern = {"pattern": [ANY, ["page", ANY]]}
    effects = [["broadcast", pattern, ["patch-elements", html("<p>")]], ["page/keep", Placeholder("name")]]
    vector = Codec.of(live.dispatch).dumps(effects)
    assert command(HERE, vector, "--data", '{"name": "Ann"}') == 0
    assert printed()[1:] == ["├─ effect broadcast (dict, list)", "└─ effect page/keep (str)"]


def test_it_does_so_really_when_asked(printed: Any) -> None:
    """`--real` runs the effects, with the lifespans of the plugins open."""
    assert command(f"{__name__}:live", '["page/greet", "Ann"]', "--real") == 0
    assert done == [("Ann of db", "db")]
    assert printed()[-1] == "   └─ effect page/keep (str) -> str"


def test_it_prints_json_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """The trace, as data."""
    assert command(f"{__name__}:live.dispatch", '[["page/keep", 5]]', "--json") == 1
    root = json.loads(capsys.readouterr().out)["root"]
    assert root["children"][0]["errors"][0]["phase"] == "validate"


def test_plugins_alone_show_what_they_would_do_and_do_nothing(printed: Any) -> None:
    """Their system is not there."""
    target = f"{__name__}:plugins"
    assert command(target, '["patch-signals", {}]') == 0
    assert printed()[1:] == ["└─ effect patch-signals (dict)"]
    with pytest.raises(EffectsError, match="there is no dispatch in"):
        command(target, '["patch-signals", {}]', "--real")


def test_it_reads_what_is_piped(printed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `-` stands in place of the effects."""
    monkeypatch.setattr(sys, "stdin", io.StringIO('["page/keep", "x"]'))
    assert command(HERE, "-") == 0
    assert printed()[1:] == ["└─ effect page/keep (str)"]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["here", "[]"], "module:attribute"),
        (["no_such_module:x", "[]"], "No module named 'no_such_module'"),
        ([f"{__name__}:make_dipatch", "[]"], "near 'make_dispatch'"),
        ([f"{__name__}:live.number", "[]"], "there is no dispatch in .* which is a int"),
        ([HERE, "["], "no JSON"),
        ([HERE, "[]", "--data", "5"], "--data is an object"),
        ([HERE, "[]", "--data", '{"$dict": [[1, 2]]}'], "--data is an object"),
        ([HERE, "[]", "--real", "--state", '{"app": 5}'], "--state"),
        ([HERE, "[]", "--state", '{"ap": 5}'], "no registry contributes"),
    ],
)
def test_what_cannot_begin_says_why(args: list[str], complaint: str) -> None:
    """Before anything is done."""
    with pytest.raises(EffectsError, match=complaint):
        command(*args)


def test_what_is_no_vector_is_an_error_of_the_dispatch(caplog: pytest.LogCaptureFixture) -> None:
    """It is a record, as everywhere else."""
    assert command(HERE, "5") == 1
    assert "an effect vector is a list or tuple, not int" in caplog.text


def test_no_effects_do_nothing(printed: Any) -> None:
    """An empty list is a list of effects."""
    assert command(HERE, "[]") == 0
    assert printed() == ["dispatch of 0"]


@pytest.mark.parametrize(("vector", "code"), [('["page/keep", "x"]', 0), ('["nobody"]', 1), ("[", 2)])
def test_the_exit_code_says_how_it_went(vector: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is that of `python -m effects`."""
    monkeypatch.setattr(sys, "argv", ["effects", "dispatch", HERE, vector])
    with pytest.raises(SystemExit) as raised:
        importlib.import_module("effects.__main__")
    assert raised.value.code == code
