"""Which browser client these tests are run on, and where it comes from."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from plugins.datastar import DATASTAR_VERSION
from tests.browser import fetch_client, needed
from tests.browser.fetch_client import OFFICIAL, Bundle

FILES = {"new==2": b"newest", "new==1": b"newest", "old==1": b"older"}
"""By the wheels that they are in."""


@pytest.fixture(autouse=True)
def _wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions in three wheels."""
    bundles = {
        "1.0.9": Bundle(sha256(b"newest").hexdigest(), ["new==2", "new==1"], "x.js"),
        "1.0.8": Bundle(sha256(b"older").hexdigest(), ["old==1"], "x.js"),
    }
    monkeypatch.setattr(fetch_client, "OFFICIAL", bundles)


def fetched(files: dict[str, bytes], target: Path, monkeypatch: pytest.MonkeyPatch, *versions: str) -> bytes:
    """Return what is fetched where the wheels have these files."""
    monkeypatch.setattr(fetch_client, "_member", lambda wheel, name: files.get(wheel, b""))
    fetch_client.main(str(target), *versions)
    return target.read_bytes()


def test_the_newest_version_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From whichever wheel has it, into a folder that need not be there."""
    assert fetched(FILES, tmp_path / "new" / "x.js", monkeypatch) == b"newest"
    assert fetched({"new==1": b"newest"}, tmp_path / "x.js", monkeypatch) == b"newest"


def test_one_that_is_named_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no other."""
    assert fetched(FILES, tmp_path / "x.js", monkeypatch, "1.0.8") == b"older"
    with pytest.raises(SystemExit):
        fetched({"old==1": b"older"}, tmp_path / "y.js", monkeypatch, "1.0.9")
    assert not (tmp_path / "y.js").exists()


def test_an_older_one_is_better_than_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so."""
    assert fetched({"old==1": b"older"}, tmp_path / "x.js", monkeypatch) == b"older"
    said = capsys.readouterr()
    assert "The browser client 1.0.9 in new==2 cannot be had." in said.err
    assert "The browser client 1.0.8 is in" in said.out


def test_no_file_is_taken_but_the_one_that_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a wheel has under that name."""
    target = tmp_path / "x.js"
    target.write_bytes(b"before")
    with pytest.raises(SystemExit, match="cannot be fetched now"):
        fetched({"new==2": b"evil", "old==1": b"evil"}, target, monkeypatch)
    assert target.read_bytes() == b"before"
    assert "new==2 is another file, and not used" in capsys.readouterr().err


@pytest.mark.parametrize(("begun", "patch"), [("1.0.4", 4), ("1.0.12 + Rocket", 12), ("1.0.1 (changed)", 1)])
def test_a_file_says_which_version_it_is(begun: str, patch: int, tmp_path: Path) -> None:
    """In its first line."""
    (tmp_path / "x.js").write_text(f"// Datastar v{begun}\nlet x")
    assert needed.client_patch(tmp_path / "x.js") == patch


def test_a_file_that_does_not_is_no_client(tmp_path: Path) -> None:
    """Of those that these tests know what to expect of."""
    (tmp_path / "x.js").write_text("// Datastar v1.1.0")
    with pytest.raises(AssertionError, match="does not begin with a version"):
        needed.client_patch(tmp_path / "x.js")


def test_the_newest_official_one_is_the_first() -> None:
    """It is the one to be fetched, and that pages load."""
    assert list(OFFICIAL) == sorted(OFFICIAL, reverse=True)
    assert next(iter(OFFICIAL)) == DATASTAR_VERSION


def test_the_guide_names_the_versions_that_were_tested() -> None:
    """With the files that they were tested on; the newest with every change."""
    guide = (needed.ROOT / "docs" / "guides" / "browser-client.md").read_text()
    rows = re.findall(r"^\| (1\.0\.\d+) \| (.*?) \| `(\w+)` \|$", guide, re.MULTILINE)
    assert {version: digest for version, _, digest in rows} == {
        version: bundle.sha256 for version, bundle in OFFICIAL.items()
    }
    assert [version for version, tested, _ in rows if "every change" in tested] == [DATASTAR_VERSION]
