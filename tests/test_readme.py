"""The README shows what really happens: its files are written out, run and compared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from effects import create_dispatch
from plugins.connections import Connections
from plugins.datastar import Datastar
from plugins.http import Http

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every file that the README shows."""
    for name, text in re.findall(r"```\w+\n# (\w+\.\w+)\n(.*?)```", README, re.DOTALL):
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *args: str) -> str:
    """Run Python in the folder; what it prints. What a terminal shows besides, it would have to show, too."""
    done = subprocess.run([sys.executable, *args], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_plugin_prints_what_the_readme_says(folder: Path) -> None:
    """Word for word."""
    (said,) = re.findall(r"\$ python alerts\.py\n(.*?)```", README, re.DOTALL)
    assert run(folder, "alerts.py") == said


@pytest.mark.slow
def test_the_tests_pass(folder: Path) -> None:
    """With no more setup than the README shows."""
    assert "3 passed" in run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_alerts.py")


VISIT = """
import hello, trio
from plugins.http.testing import open_sse

async def visit():
    async with hello.app.test_app():
        client = hello.app.test_client()
        assert "data-init" in await (await client.get("/")).get_data(as_text=True)
        async with open_sse(client, "/sse/home") as stream:
            print((await stream.event()).data)
            print((await client.post("/greet", form={"name": "Ann"})).headers["location"])
            print((await stream.event()).data)

trio.run(visit)
"""


def test_the_app_greets(folder: Path) -> None:
    """A page, its stream, and a greeting that arrives."""
    assert run(folder, "-c", VISIT).splitlines() == [
        'signals {"connected":true}',
        "/",
        'elements <div id="greeting">Hello, Ann</div>',
    ]


@pytest.mark.slow
def test_the_app_can_be_served(folder: Path) -> None:
    """By the command that the README shows, under its own name."""
    command = [sys.executable, "-m", "hypercorn", "-k", "trio", "--bind", "127.0.0.1:0", "hello:app"]
    assert "hypercorn -k trio hello:app" in README
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            assert "Running on http://127.0.0.1" in process.stderr.readline()
        finally:
            process.terminate()


def test_every_local_link_leads_somewhere() -> None:
    """In the README and in docs."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_effect_that_comes_with_it_has_a_row() -> None:
    """In the table of effects, and nothing else has."""
    shipped = create_dispatch([Datastar(), Connections(), Http()]).describe(kind="effect")
    rows = re.findall(r"^\| `([a-z-]+)` \| .+ \|$", README, re.MULTILINE)
    assert sorted(rows) == sorted(description.key for description in shipped)
