"""Recordings that are saved and replayed."""

import json
from pathlib import Path
from typing import Any

import pytest

from effects import Dispatch, Placeholder, Registry, create_dispatch
from effects.codec import CodecError
from effects.testing import Recorder
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar, html


def made(greeting: str = "Hello", effect: str = "patch-elements") -> Dispatch:
    """A dispatch of a page that greets."""
    page = Registry("page")
    page.placeholder("name")(lambda data: data["name"])
    page.state("app")(lambda: "read")

    @page.action("page/greet")
    def greet(state: Any, name: str) -> list[object]:
        hello = [effect, html("<p>{}, {} of {}</p>").format(greeting, name, state["app"])]
        return [["broadcast", {"pattern": (ANY, ["page", ANY])}, hello]]

    return create_dispatch([Datastar(), Connections(), page])


@pytest.fixture
async def saved(tmp_path: Path) -> Path:
    """A file of two dispatches, one of which has failed."""
    recorder = Recorder(made(), state={"app": "blue"})
    await recorder([["page/greet", Placeholder("name")]], data={"name": "Ann"})
    await recorder([["page/greet", 5], ["patch-signals", {"$tuple": [1]}]])
    recorder.save(tmp_path / "greeting.json")
    return tmp_path / "greeting.json"


async def test_what_was_recorded_can_be_replayed(saved: Path) -> None:
    """The recording has data, state, wildcards and markup."""
    recorder = Recorder(made())
    first, second = await recorder.replay(saved)
    assert (len(first.errors), len(second.errors)) == (0, 1)
    assert recorder.effects[0][2] == ["patch-elements", html("<p>Hello, Ann of blue</p>")]
    assert recorder.effects[1] == ["patch-signals", {"$tuple": [1]}]


async def test_a_replay_can_be_replayed(saved: Path) -> None:
    """It makes the same file."""
    recorder = Recorder(made())
    await recorder.replay(saved)
    text = saved.read_text()
    recorder.save(saved)
    assert saved.read_text() == text
    await recorder.replay(saved)


async def test_a_difference_is_named_with_its_place(saved: Path) -> None:
    """The message is that of `assert_effects`."""
    with pytest.raises(AssertionError) as raised:
        await Recorder(made("Goodbye")).replay(saved)
    assert str(raised.value) == (
        "effects differ in 1 place\n"
        "  effects[0][2][1]: expected <p>Hello, Ann of blue</p>, got <p>Goodbye, Ann of blue</p>"
    )


async def test_an_error_that_has_gone_is_a_difference(saved: Path) -> None:
    """A new error is a difference, too."""
    saved.write_text(saved.read_text().replace('"validate"', '"execute"'))
    with pytest.raises(AssertionError, match=r"errors differ in 1 place\n  errors\[0\]\[0\]: expected 'execute', got"):
        await Recorder(made()).replay(saved)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "recording 0"}, "no recording"),
        ({"state": 5}, "no recording"),
        ({"calls": 5}, "no recording"),
        ({"effects": None}, "no recording"),
        ({"calls": [5]}, "a call of this recording"),
        ({"calls": [{"effects": []}]}, "a call of this recording"),
    ],
)
async def test_a_file_that_is_no_recording_is_refused(saved: Path, change: Any, complaint: str) -> None:
    """There is one type of exception."""
    saved.write_text(json.dumps({**json.loads(saved.read_text()), **change}))
    with pytest.raises(CodecError, match=complaint):
        await Recorder(made()).replay(saved)


async def test_a_list_is_no_recording(saved: Path) -> None:
    """Other JSON is no recording, either."""
    saved.write_text("[]")
    with pytest.raises(CodecError, match="no recording"):
        await Recorder(made()).replay(saved)


async def test_what_is_no_text_is_no_recording(saved: Path) -> None:
    """An editor may have written it in an encoding that JSON does not have."""
    saved.write_bytes(saved.read_bytes().replace(b"recording", b"recording\xe9"))
    with pytest.raises(CodecError, match="cannot be read"):
        await Recorder(made()).replay(saved)


async def test_what_has_no_tag_is_not_saved(tmp_path: Path) -> None:
    """The message says where it is."""
    recorder = Recorder(made())
    await recorder([["page/greet", object()]])
    with pytest.raises(CodecError, match=r"a object cannot be written(.|\n)*\['calls'\]\[0\]\['effects'\]\[0\]\[1\]"):
        recorder.save(tmp_path / "greeting.json")
    assert not (tmp_path / "greeting.json").exists()
