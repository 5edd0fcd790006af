"""What the README shows is what happens: its files are written out, run and compared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every file that the README shows."""
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", README, re.DOTALL):
        (tmp_path / name).write_text(code)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntrio_mode = true\nfilterwarnings = error\n")
    return tmp_path


def run(folder: Path, *args: str) -> str:
    """Run Python in the folder; what it prints."""
    done = subprocess.run([sys.executable, *args], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_plugin_prints_what_the_readme_says(folder: Path) -> None:
    """Word for word."""
    (said,) = re.findall(r"\$ python alerts\.py\n(.*?)```", README, re.DOTALL)
    assert run(folder, "alerts.py") == said


def test_the_tests_pass(folder: Path) -> None:
    """With no more setup than the README shows."""
    assert "3 passed" in run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_alerts.py")


def test_the_app_can_be_served(folder: Path) -> None:
    """It is whole: hypercorn would load it."""
    code = "import importlib.util as u; s = u.spec_from_file_location('app_of_readme', 'site.py'); "
    run(folder, "-c", code + "m = u.module_from_spec(s); s.loader.exec_module(m); print(m.app)")


def test_every_local_link_leads_somewhere() -> None:
    """In the README and in docs."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
