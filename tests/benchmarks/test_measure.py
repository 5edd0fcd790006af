"""Contestants take turns, and what they come to is compared round by round."""

from __future__ import annotations

from pathlib import Path

import pytest
from datastar_py.sse import ServerSentEventGenerator

from benchmarks._measure import InProcess, Sample, interleave
from benchmarks._peers._event import MARK, SIZE, elements, event
from benchmarks._report import Found, write
from benchmarks._tables import Table
from effects import create_dispatch
from plugins.datastar import Datastar, html
from plugins.http._request.buffer import Buffer


def test_everyone_has_one_turn_in_each_round() -> None:
    """Every other round the other way round."""
    turns: list[str] = []

    def turn(who: str) -> Sample:
        turns.append(who)
        return (float(len(turns)),)

    samples = interleave({who: lambda who=who: turn(who) for who in "abc"}, 2)  # type: ignore[misc]
    assert "".join(turns) == "abccba"
    assert samples == {"a": [(1.0,), (6.0,)], "b": [(2.0,), (5.0,)], "c": [(3.0,), (4.0,)]}


def test_work_is_done_as_often_as_it_says_and_put_back() -> None:
    """Never more often than it may be."""
    done: list[int] = []
    back: list[None] = []

    async def work(times: int) -> None:
        done.append(times)

    contestant = InProcess(work=work, seconds=60.0, most=100, between=lambda: back.append(None))
    assert len(contestant()) == 2
    assert done[-1] == max(done) == 100
    assert len(back) == len(done)


def test_a_table_compares_rounds_and_shows_medians() -> None:
    """Also where the machine was twice as slow in one of them."""
    table = Table("T", ("CPU, us",))
    table.add("case", {"ours": [(1.0,), (2.0,), (1.0,)], "theirs": [(3.0,), (6.0,), (3.0,)]})
    assert table.markdown().splitlines()[-2:] == ["| case | ours | 1.00 | 1.00 |", "|  | theirs | 3.00 | 3.00 |"]


async def test_everyone_sends_the_same_bytes() -> None:
    """Ours, the official SDK, and those who write them by hand."""
    sink = Buffer()
    await create_dispatch([Datastar()])([["patch-elements", html(elements("7"))]], system={"sink": sink})
    assert sink.joined() == event("7") == ServerSentEventGenerator.patch_elements(elements("7")).encode()
    assert len(event("7")) == len(event("0" * 20)) == SIZE
    assert event("7").count(MARK) == 1


def test_a_report_is_written_between_its_marks(tmp_path: Path) -> None:
    """A group that is measured anew replaces itself; the others, and what people wrote, stay."""
    pytest.importorskip("matplotlib")
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- results -->\nold\n<!-- /results -->\nafter\n")
    for name, figure in (("idle", 1.0), ("reply", 2.0), ("idle", 3.0)):
        table = Table(f"of {name}", ("KiB",))
        table.add("case", {"ours": [(figure,)]})
        write({name: Found("a machine", [table])}, tmp_path, order=["reply", "idle"])
    said = page.read_text()
    assert said.startswith("before\n<!-- results -->\n\n## Reply\n")
    assert said.endswith("| case | ours | 3.00 | 1.00 |\n\n<!-- /results -->\nafter\n")
    assert "old" not in said
    assert (tmp_path / "performance.png").stat().st_size > 0
