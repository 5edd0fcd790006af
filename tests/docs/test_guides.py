"""The guides show what really happens: their files are written out, their commands run, what is printed compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.shown import follow

ROOT = Path(__file__).parents[2]
APP = "from quart_trio import QuartTrio\napp = QuartTrio(__name__)"
SECURE = "Running on https://127.0.0.1:8000 (CTRL + C to quit)"
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_does_what_it_says(guide: Path, tmp_path: Path) -> None:
    """From its first line to its last, in one empty folder."""
    assert follow(guide, tmp_path) > 0


def test_the_readme_leads_to_every_guide() -> None:
    """There is no guide that nobody finds."""
    linked = re.findall(r"\]\((docs/guides/[\w-]+\.md)\)", (ROOT / "README.md").read_text())
    assert linked
    assert sorted(linked) == [str(guide.relative_to(ROOT)) for guide in GUIDES]


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```python\nprint(1)\n```", "a python block that nobody runs"),
        ("```console\nhello\n```", "a console block begins with a command"),
        ("```console\n$ rm -r x\n```", "a command that the tests do not know"),
        ("```python\n# a.py\nprint(1)\n```\n```console\n$ python a.py\n2\n```", "python a.py\n1"),
        ("```console\n$ pip install -q -e .\n```", "pyproject.toml"),
        ("```python\n# a.py\n1 / 0\n```\n```console\n$ python a.py\n```", "ZeroDivisionError"),
        ("```python\n# a.py\n1\n```\n```console\n$ python a.py\n$ echo $?\n1\n```", "$ python a.py"),
        ("```python\n# demo/app.py\nnot there\n```", "not in demo/app.py:\nnot there"),
        ("```python\n# a.py\n1\n```\n```console\n$ hypercorn -k trio a:app\n```", "Process"),
        (f"```python\n# a.py\n{APP}\n```\n```console\n$ hypercorn -k trio a:app\n{SECURE}\n```", f"is not {SECURE}"),
    ],
)
def test_a_page_that_is_wrong_is_found_out(page: str, complaint: str, tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    file = tmp_path / "page.md"
    file.write_text(page)
    with pytest.raises(AssertionError, match=re.escape(complaint)):
        follow(file, tmp_path)
