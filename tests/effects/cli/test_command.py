"""The command line: its output and its exit codes."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from effects import EffectsError
from effects._cli.main import COMMANDS, main

MODULE = '''
"""Rings."""

from types import SimpleNamespace
from typing import Annotated

from pydantic import Field
from typing_extensions import Doc, TypedDict

from effects import Context, Effect, Interceptor, Registry, create_dispatch, fail_fast

bells = Registry("bells", late=["sink"])


class Options(TypedDict, total=False):
    """Options."""

    loud: bool
    """Whether it is heard next door."""


@bells.effect("bell/ring", each=True, since={"version": [1, None]})
def ring(ctx: Context, name: Annotated[str, Doc("Whose.")], times: int = 1, options: Options | None = None) -> int:
    return times


@bells.effect("bell/chain")
def chain(ctx: Context, *then: Effect, rope: Annotated[int, Doc("To pull.")]) -> None:
    """Ring one after the other.

    Slowly.
    """


@bells.placeholder("bell/name")
def name(data):
    """Which."""
    return "Emmanuel"


@bells.effect("bell/odd")
def odd(ctx: Context, value: Annotated[int, Field(examples=["x"])]) -> None: ...


system = {"rope": 1, "sink": 2}
plugins = [bells, Registry("other")]
double = [bells, bells, 7]


def make():
    return create_dispatch([bells], system=system, interceptors=[fail_fast])


def make_nothing():
    return 7


def make_wrong():
    return create_dispatch([bells])


def make_with(argument):
    return argument


dispatch = make()
live = SimpleNamespace(dispatch=dispatch)
app = SimpleNamespace(extensions={"rhialto": live})
bare = SimpleNamespace(extensions={})
'''

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder with the module; return its exit code and its output."""
    (tmp_path / "tower.py").write_text(MODULE)
    (tmp_path / "ruin.py").write_text("1 / 0")
    (tmp_path / "wrong.py").write_text("from effects import Registry\nRegistry('')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("tower", "ruin", "wrong"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_what_is_registered_is_listed(run: Run) -> None:
    """A table that is the same wherever it is not printed to a terminal."""
    code, out, _ = run("describe", "tower:dispatch", "--plugin", "bells")
    assert code == 0
    assert out.splitlines() == [
        "kind         key         plugin  takes                     what it is",
        "plugin       bells       bells                             Rings.",
        "effect       bell/ring   bells   name, [times], [options]",
        "effect       bell/chain  bells   *then                     Ring one after the other.",
        "effect       bell/odd    bells   value",
        "placeholder  bell/name   bells                             Which.",
    ]


def test_one_key_is_told_of_in_full(run: Run) -> None:
    """Its place is relative to the current folder."""
    code, out, _ = run("describe", "tower:dispatch", "bell/ring")
    assert code == 0
    assert out.splitlines() == [
        "effect bell/ring, of bells",
        "tower.py:22",
        "",
        "takes    type            default   what it is",
        "name     str                       Whose.",
        "times    int             1",
        "options  Options | None  None",
        "  loud   bool            optional  Whether it is heard next door.",
        "",
        "returns int",
        "",
        "once for each member of a sink",
        "",
        "metadata.since.version[0]: 1",
        "",
    ]
    _, out, _ = run("describe", "tower:dispatch", "bell/chain")
    assert "Slowly." in out
    assert "needs  type  default  what it is\nrope   int            To pull.\n" in out


def test_plugins_and_interceptors_have_an_order(run: Run) -> None:
    """Their descriptions have it, and their hooks."""
    _, out, _ = run("describe", "tower:dispatch", "fail-fast")
    assert "order: 1 of 1, given to create_dispatch" in out
    assert "hooks: before_action, after_action, before_effect, after_effect" in out
    _, out, _ = run("describe", "tower:dispatch", "bells")
    assert "contributes: effect bell/ring, effect bell/chain, placeholder bell/name, effect bell/odd" in out


@pytest.mark.parametrize("target", ["dispatch", "live", "app", "make", "plugins", "bells", "app.extensions"])
def test_a_dispatch_is_found_in_many_things(run: Run, target: str) -> None:
    """It may be in an app, in a function that returns one, or be made of plugins alone."""
    target = "live.dispatch" if target == "app.extensions" else target
    code, out, _ = run("describe", f"tower:{target}", "--kind", "placeholder", "--json")
    assert code == 0
    assert [one["key"] for one in json.loads(out)] == ["bell/name"]


def test_nothing_is_found(run: Run) -> None:
    """The exit code is 1, and the message has near keys."""
    assert run("describe", "tower:app", "bell/rong") == (
        1,
        "",
        "nothing that fits is called 'bell/rong'\n  near 'bell/ring', 'bell/odd', 'bell/name'\n",
    )
    assert run("describe", "tower:app", "--plugin", "x") == (1, "", "nothing registered fits\n")
    assert run("describe", "tower:app", "--plugin", "x", "--json")[:2] == (1, "[]\n")
    assert run("grep", "tower:app", "trumpet") == (1, "", "")


def test_text_is_searched(run: Run) -> None:
    """`--regex` searches for a regular expression."""
    code, out, _ = run("grep", "tower:app", "NEXT DOOR")
    assert code == 0
    assert out.splitlines() == [
        "kind    key        where                        what",
        "effect  bell/ring  parameters.options.loud.doc  Whether it is heard next door.",
    ]
    code, out, _ = run("grep", "tower:app", "--regex", "^Slow", "--json")
    assert (code, json.loads(out)) == (1, [])
    _, out, _ = run("grep", "tower:app", "--regex", "^bell/n", "--json")
    assert json.loads(out) == [{"kind": "placeholder", "key": "bell/name", "field": "key", "excerpt": "bell/name"}]
    code, _, err = run("grep", "tower:app", "--regex", "(")
    assert code == 2
    assert err.startswith("'(' is no regular expression")


def test_samples_are_printed(run: Run) -> None:
    """They are printed as Python writes them, or as JSON."""
    code, out, _ = run("sample", "tower:app", "bell/ring", "-n", "3", "--seed", "1")
    assert code == 0
    assert len(out.splitlines()) == 3
    assert all(line.startswith("['bell/ring', ") for line in out.splitlines())
    _, out, _ = run("sample", "tower:app", "bell/name")
    assert out == "Placeholder('bell/name')\n"
    _, out, _ = run("sample", "tower:app", "bell/ring", "--json")
    assert json.loads(out)[0][0] == "bell/ring"
    _, out, _ = run("sample", "tower:app", "bell/name", "--json")
    assert json.loads(out) == [{"$placeholder": ["bell/name"]}]


def test_what_cannot_be_sampled_is_code_1(run: Run) -> None:
    """This holds for an unknown key and for a type without samples."""
    code, _, err = run("sample", "tower:app", "bell/rong")
    assert code == 1
    assert "near 'bell/ring'" in err
    code, _, err = run("sample", "tower:app", "bell/odd")
    assert code == 1
    assert "no sample of 'bell/odd'" in err


def test_schemas_are_printed(run: Run) -> None:
    """There is one of all vectors, one of each key, and one of the system."""
    for arguments in ([], ["bell/ring"], ["--system"]):
        code, out, _ = run("schema", "tower:app", *arguments)
        assert code == 0
        Draft202012Validator.check_schema(json.loads(out))
    code, _, err = run("schema", "tower:app", "bell/rong")
    assert code == 1
    assert "nothing called 'bell/rong' has a schema" in err


def test_a_dispatch_that_was_made_is_fine(run: Run) -> None:
    """Values that come late are not missed."""
    assert run("check", "tower:app") == (0, "nothing is wrong\n", "")
    assert run("check", "tower:plugins", "--system", "tower:system") == (0, "nothing is wrong\n", "")


def test_all_that_is_wrong_is_said(run: Run) -> None:
    """`check` does so for a list of plugins."""
    code, out, _ = run("check", "tower:double")
    assert code == 1
    assert "two plugins are named 'bells'" in out
    assert "an int stands where a plugin belongs" in out
    assert "missing system value 'rope', needed by 'bell/chain'" in out
    code, out, _ = run("check", "tower:double", "--json")
    assert json.loads(out)[0]["fix"] == "rename one, or block it by name"


@pytest.mark.parametrize("target", ["tower:make_wrong", "wrong:dispatch"])
def test_what_keeps_a_dispatch_from_being_made_is_a_problem(run: Run, target: str) -> None:
    """For `check`; for the others, a target that cannot be loaded."""
    assert run("check", target)[0] == 1
    assert run("describe", target)[0] == 2


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("tower", "'tower' is no target\n  fix  write module:attribute"),
        ("nowhere:app", "module 'nowhere' cannot be imported: ModuleNotFoundError"),
        ("ruin:app", "module 'ruin' cannot be imported: ZeroDivisionError"),
        ("tower:dispach", "nothing there is called 'dispach'\n  near 'dispatch'"),
        ("tower:system", "there is no dispatch in 'tower:system', which is a dict"),
        ("tower:bare", "there is no dispatch in 'tower:bare'"),
        ("tower:make_nothing", "which is a int"),
        ("tower:make_with", "'tower:make_with' was called, and raised TypeError"),
    ],
)
def test_a_target_that_cannot_be_loaded_is_code_2(run: Run, target: str, complaint: str) -> None:
    """The message has the reason."""
    code, out, err = run("describe", target)
    assert (code, out) == (2, "")
    assert complaint in err


def test_a_system_is_a_mapping(run: Run) -> None:
    """Any other value is an error."""
    code, _, err = run("check", "tower:plugins", "--system", "tower:plugins")
    assert code == 2
    assert "is a list, and a system is a mapping" in err


def test_without_rich_there_is_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rich, tables name the extra to install."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    code, _, err = run("describe", "tower:app")
    assert code == 2
    assert "pip install 'rhialto[cli]'" in err
    assert run("describe", "tower:app", "--json")[0] == 0


def test_without_hypothesis_the_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation cannot be used for that."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    code, _, err = run("sample", "tower:app", "bell/ring")
    assert code == 2
    assert "pip install 'rhialto[testing]'" in err


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example is a valid command line."""
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert f"  python -m effects {command} app:" in printed
    assert "exit code" in printed


def test_a_source_elsewhere_is_told_in_full(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path would not lead there."""
    folder = tmp_path / "below"
    folder.mkdir()
    monkeypatch.chdir(folder)
    _, out, _ = run("describe", "tower:app", "bell/ring")
    assert f"{tmp_path / 'tower.py'}:22" in out


def test_what_has_no_source_is_told_without(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built-in function as a hook has no source."""
    import builtins

    from effects import Interceptor, Registry

    plugin = Registry("plugin")
    plugin.interceptor(Interceptor(id="length", before_effect=len))  # type: ignore[arg-type]
    monkeypatch.setattr(builtins, "plugin", plugin, raising=False)
    _, out, _ = run("describe", "builtins:plugin", "length")
    assert out.splitlines()[0] == "interceptor length, of plugin"
    assert out.splitlines()[1] == ""


def test_control_characters_do_not_reach_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin's docstring may hold such characters."""
    import builtins

    from effects import Registry

    plugin = Registry("plugin")

    def effect(ctx: Any) -> None: ...

    effect.__doc__ = "Red: \x1b[31m"
    plugin.effect("effect")(effect)
    monkeypatch.setattr(builtins, "plugin", plugin, raising=False)
    for arguments in (["effect"], ["--kind", "effect"]):
        _, out, _ = run("describe", "builtins:plugin", *arguments)
        assert "Red:" in out
        assert "\x1b" not in out


def test_it_is_a_module_that_is_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m effects`."""
    monkeypatch.delitem(sys.modules, "effects.__main__", raising=False)
    monkeypatch.setattr(sys, "argv", ["effects", "grep", "tower:app", "trumpet"])
    with pytest.raises(SystemExit) as left:
        importlib.import_module("effects.__main__")
    assert left.value.code == 1


def test_a_command_that_there_is_not_is_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """argparse says so."""
    with pytest.raises(SystemExit) as left:
        main(["dispach", "app:app"])
    assert left.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_what_fails_is_an_error_of_the_engine() -> None:
    """So callers of `main` have one class to catch."""
    from effects._cli.target import TargetError

    assert issubclass(TargetError, EffectsError)


def test_who_has_read_enough_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader such as `head` closes the pipe early."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main(["describe", "demo.app:dispatch", "--json"]) == 0
        monkeypatch.undo()
