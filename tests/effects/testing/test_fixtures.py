"""The pytest fixtures that come with the engine."""

import subprocess
import sys
from pathlib import Path

import pytest


def run_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests in a folder that knows nothing of this project."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_fixture_dispatch_says_that_it_must_be_defined(tmp_path: Path) -> None:
    """A test asks for `recorder`, and no fixture `dispatch` is defined."""
    (tmp_path / "test_it.py").write_text("def test_it(recorder): ...\n")
    done = run_pytest(tmp_path)
    assert done.returncode == 1
    assert "the fixture `recorder` needs a fixture `dispatch` that returns your dispatch" in done.stdout


def test_the_fix_for_a_missing_dispatch_can_be_pasted(request: pytest.FixtureRequest) -> None:
    """It is code, line by line."""
    with pytest.raises(pytest.fail.Exception) as caught:
        request.getfixturevalue("dispatch")
    assert "def dispatch(): return create_dispatch([...])" in str(caught.value)
    assert "\\n" not in str(caught.value)


@pytest.mark.slow
def test_the_fixtures_are_there_for_whoever_has_installed_the_engine(tmp_path: Path) -> None:
    """A conftest needs no more than the fixture `dispatch`."""
    (tmp_path / "conftest.py").write_text(
        "import pytest\nfrom effects import create_dispatch\n\n\n"
        "@pytest.fixture\ndef dispatch():\n    return create_dispatch([])\n"
    )
    (tmp_path / "test_it.py").write_text("def test_it(recorder):\n    assert recorder.effects == []\n")
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_project_with_a_package_of_that_name_tests_its_own(tmp_path: Path) -> None:
    """Nothing of the engine is imported before a test asks for a fixture."""
    (tmp_path / "effects.py").write_text("of_the_bystander = True\n")
    (tmp_path / "test_it.py").write_text(
        "import sys\nimport effects\n\n\n"
        "def test_it():\n    assert effects.of_the_bystander\n    assert 'pydantic' not in sys.modules\n"
    )
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout
