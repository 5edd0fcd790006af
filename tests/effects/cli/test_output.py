"""The command line prints in any encoding, its reader may stop at any time, and it reads input as it was meant."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from effects._cli.main import COMMANDS, main

MODULE = r'''
from typing import Annotated

from typing_extensions import Doc

from effects import Context, Registry, create_dispatch

bells = Registry("glöckchen→")


@bells.effect("bell/läuten→")
def ring(ctx: Context, name: Annotated[str, Doc("Wessen? ☃ \ud800")] = "Zoë\ud800") -> str:
    """Läutet laut → ☃ 𝄞."""
    print("klingeling → ☃ 𝄞 \udcff")
    return name + " ☃ \udcff"


@bells.effect("bell/stumm")
def silent(ctx: Context) -> None:
    raise LookupError("→ \ud800")


@bells.action("bell/tür")
def door(state, name: str):
    return [["bell/läuten→", name], ["bell/stumm"]]


@bells.placeholder("bell/größe")
def size(data):
    """Größe ☃."""


dispatch = create_dispatch([bells])
twice = [bells, bells, 7]
system = {"größe": "☃"}


def raises():
    raise LookupError("☃ \ud800")
'''

DOOR = '["bell/tür", "☃\\ud800"]'
SAID: list[tuple[int, list[str]]] = [
    (0, ["describe", "bells:dispatch"]),
    (0, ["describe", "bells:dispatch", "bell/läuten→"]),
    (0, ["describe", "bells:dispatch", "--json"]),
    (1, ["describe", "bells:dispatch", "bell/läute☃"]),
    (0, ["grep", "bells:dispatch", "größe"]),
    (0, ["grep", "bells:dispatch", "☃", "--json"]),
    (2, ["grep", "bells:dispatch", "(☃\udcff", "--regex"]),
    (0, ["sample", "bells:dispatch", "bell/tür", "-n", "9", "--seed", "1"]),
    (0, ["sample", "bells:dispatch", "bell/tür", "--json"]),
    (1, ["sample", "bells:dispatch", "bell/☃"]),
    (0, ["schema", "bells:dispatch"]),
    (1, ["schema", "bells:dispatch", "bell/☃"]),
    (1, ["check", "bells:twice", "--system", "bells:system"]),
    (1, ["check", "bells:twice", "--json"]),
    (2, ["check", "bells:raises"]),
    (2, ["check", "bells:größe☃"]),
    (2, ["describe", "glöckchen☃:dispatch"]),
    (1, ["dispatch", "bells:dispatch", '["bell/☃"]']),
    (0, ["dispatch", "bells:dispatch", DOOR, "--values"]),
    (1, ["dispatch", "bells:dispatch", DOOR, "--real", "--values"]),
    (1, ["dispatch", "bells:dispatch", DOOR, "--real", "--json"]),
    (2, ["dispatch", "bells:dispatch", "[☃"]),
]
"""What every command is asked, and its exit code."""

ENCODINGS = ["ascii", "cp1252", "latin-1", "cp437", "shift_jis", "utf-8", "utf-16", "utf-32"]


@pytest.fixture(autouse=True)
def bells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module to ask, in the current folder."""
    (tmp_path / "bells.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "bells", raising=False)


def console(encoding: str, errors: str = "strict") -> io.TextIOWrapper:
    """A stream for a test of output."""
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)


def written(stream: io.TextIOWrapper) -> str:
    """Return the text that was printed to a console."""
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(stream.encoding)


def test_every_command_is_asked_something() -> None:
    """Otherwise, the tests below would show little."""
    assert {arguments[0] for _, arguments in SAID} == {command.name for command in COMMANDS}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("code", "arguments"), SAID, ids=lambda value: repr(value) if isinstance(value, list) else "")
def test_it_prints_whatever_the_encoding(
    code: int, arguments: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is the same, and letters that the encoding lacks are printed as escapes."""
    out, err = console(encoding), console(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    assert main(arguments) == code
    printed = written(out)
    assert printed + written(err)
    if "--json" in arguments:
        told = [line for line in printed.splitlines() if "klingeling" not in line]
        assert json.loads("\n".join(told))


@pytest.mark.parametrize(("code", "arguments"), SAID, ids=lambda value: repr(value) if isinstance(value, list) else "")
def test_without_rich_it_prints_what_it_can(code: int, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tables need rich, and say so."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    out, err = console("ascii"), console("ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    got = main(arguments)
    assert got == code or (got == 2 and "rhialto[cli]" in written(err))


def test_letters_are_printed_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters of cp1252 are printed as they are, others as escapes."""
    out = console("cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["describe", "bells:dispatch", "--kind", "effect"]) == 0
    assert r"Läutet laut \u2192 \u2603 \U0001d11e." in written(out)


@pytest.mark.parametrize(("errors", "shown"), [("replace", "l?uten"), ("surrogateescape", r"l\xe4uten")])
def test_how_letters_are_replaced_is_for_the_user_to_say(
    errors: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`PYTHONIOENCODING=ascii:replace` is kept; an error handler that fails for some letters is replaced."""
    out = console("ascii", errors)
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["describe", "bells:dispatch", "bell/läuten→"]) == 0
    assert shown in written(out)


def test_what_is_closed_is_not_printed_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """`>&-` and `2>&-`: Python has None for them. An error is not printed elsewhere instead."""
    out = console("ascii")
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["check", "bells:raises"]) == 2
    assert written(out) == ""
    monkeypatch.setattr(sys, "stdout", None)
    for code, arguments in SAID:
        assert main(arguments) == code


@pytest.mark.parametrize(("code", "arguments"), SAID, ids=lambda value: repr(value) if isinstance(value, list) else "")
def test_who_has_read_enough_changes_no_exit_code(
    code: int, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for both streams: the exit code does not depend on a reader."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="ascii") as out, open(os.dup(writing), "w", encoding="ascii") as err:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        assert main(arguments) == code
        monkeypatch.undo()


def test_what_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """For example, on a full disk; and Python prints no second error when it ends."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["schema", "bells:dispatch"]) == 2
    assert capsys.readouterr().err.startswith("the output cannot be written: No space left on device")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_is_piped_is_unicode_whatever_the_locale(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON may be UTF-8, UTF-16 or UTF-32, with a byte order mark: some shells write these."""
    out = console("utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('["bell/tür", "Zoë"]'.encode(encoding)), "ascii"))
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["dispatch", "bells:dispatch", "-", "--values"]) == 0
    assert "action bell/tür ('Zoë',)" in written(out)


@pytest.mark.parametrize("stdin", [io.TextIOWrapper(io.BytesIO(b'["bell/t\xfcr", ""]'), "latin-1"), None])
def test_what_is_piped_and_no_json_is_refused(
    stdin: io.TextIOWrapper | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Input in another encoding, or no input, is refused: a wrong guess would run wrong effects."""
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["dispatch", "bells:dispatch", "-", "--real"]) == 2
    assert "JSON" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "code"), [("bell/größe".encode(), 0), (b"bell/gr\xf6\xdfe", 1)])
def test_arguments_are_what_was_typed(typed: bytes, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an ASCII locale they arrive with surrogates for bytes; arguments that are no UTF-8 stay as they are."""
    monkeypatch.setattr(
        sys, "argv", ["effects", "describe", "bells:dispatch", typed.decode("ascii", "surrogateescape")]
    )
    monkeypatch.setattr(sys, "stdout", console("ascii"))
    assert main() == code


def start(*arguments: str, more: Mapping[str, str], out: int | None = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """The command line, as a process of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    root = str(Path(__file__).resolve().parents[3])
    command = [sys.executable, "-m", "effects", *arguments]
    env |= {"PYTHONPATH": root, **more}
    return subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, env=env)


ENVIRONMENTS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONUTF8": "0", "LC_ALL": "C"},
    {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.slow
@pytest.mark.parametrize("more", ENVIRONMENTS, ids=str)
def test_effects_are_done_and_told_in_any_environment(more: dict[str, str]) -> None:
    """If the output failed, a user might run the effect a second time."""
    out, err = start("dispatch", "bells:dispatch", '["bell/läuten→", "☃"]', "--real", more=more).communicate()
    assert b"klingeling" in out
    assert b"effect bell/l" in out
    assert err == b""


@pytest.mark.slow
def test_nothing_is_said_to_who_has_read_enough() -> None:
    """Python prints no error when it ends, either: after the help of argparse, and after output of an effect."""
    for code, arguments in [(0, ["describe", "--help"]), (1, ["dispatch", "bells:dispatch", DOOR, "--real"])]:
        reading, writing = os.pipe()
        os.close(reading)
        process = start(*arguments, more={"PYTHONIOENCODING": "ascii"}, out=writing)
        os.close(writing)
        _, err = process.communicate()
        assert b"BrokenPipe" not in err
        assert process.returncode == code
