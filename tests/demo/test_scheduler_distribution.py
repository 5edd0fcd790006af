"""The scheduler as a distribution of its own: built, installed, found by its entry point, and tested where it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.shown import follow

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "demo" / "scheduler"

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path, path: str = "") -> str:
    """Run Python, which must succeed, with only these folders on its path; what it printed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    env |= {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *map(str, command)], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of an interpreter that has the scheduler installed, and this checkout's engine."""
    folder = tmp_path_factory.mktemp("scheduler")
    pip = ("-m", "pip", "--disable-pip-version-check")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, PROJECT, cwd=folder)
    (wheel,) = folder.glob("rhialto_scheduler-*.whl")
    run(*pip, "install", "-q", "--no-index", "--no-deps", "--target", folder / "site", wheel, cwd=folder)
    return os.pathsep.join([str(folder / "site"), str(ROOT)])


def test_it_is_found_by_its_entry_point(path: str, tmp_path: Path) -> None:
    """`installed=True` is all an app needs, and it is the installed one that is found."""
    code = (
        "import effects, rhialto_scheduler as found; "
        "print(*effects.create_dispatch([], installed=True).plugins, found.__file__)"
    )
    plugin, file = run("-c", code, cwd=tmp_path, path=path).split()
    assert plugin == "scheduler"
    assert file.startswith(path.partition(os.pathsep)[0])


def test_its_readme_does_what_it_says(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the guides do."""
    monkeypatch.setenv("PYTHONPATH", path)
    assert follow(PROJECT / "README.md", tmp_path) == 1


def test_it_says_that_it_is_typed(path: str) -> None:
    """And brings no tests."""
    site = Path(path.partition(os.pathsep)[0])
    assert (site / "rhialto_scheduler" / "py.typed").exists()
    assert not (site / "tests").exists()


def test_a_copy_of_the_folder_passes_its_own_tests(path: str, tmp_path: Path) -> None:
    """With its own settings and the installed package: whoever copies it begins with what works."""
    for name in ("pyproject.toml", "tests"):
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    assert " passed" in run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path, path=path)
