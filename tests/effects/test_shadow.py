"""Other packages named `effects` or `plugins`: the message if they hide ours."""

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from effects._shadow import warn_of_shadows

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, *path: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that looks for packages in `path` first, then in this project."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*path, ROOT])), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def package(folder: Path, name: str, source: str = "") -> Path:
    """A package of that name, and the file it is in."""
    (folder / name).mkdir()
    file = folder / name / "__init__.py"
    file.write_text(source)
    return file


@pytest.mark.slow
def test_nothing_is_said_where_nothing_is_hidden() -> None:
    """Importing both packages is silent, also with warnings as errors."""
    done = python("import warnings; warnings.simplefilter('error'); import effects, plugins")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_another_package_named_effects_is_named(tmp_path: Path) -> None:
    """Importing our plugins names the package that hides the engine, and a fix."""
    file = package(tmp_path, "effects")
    done = python("import plugins", tmp_path)
    assert done.returncode == 1
    assert "ImportError: rhialto's package `effects` is hidden by another one" in done.stderr
    assert str(file) in done.stderr
    assert "fix  rename that one, or take its folder off the front of sys.path" in done.stderr


@pytest.mark.slow
def test_a_module_named_effects_is_named(tmp_path: Path) -> None:
    """A single file hides the engine as well."""
    (tmp_path / "effects.py").write_text("")
    done = python("import plugins", tmp_path)
    assert "is hidden by another one" in done.stderr
    assert str(tmp_path / "effects.py") in done.stderr


@pytest.mark.slow
def test_another_package_named_effects_is_named_wherever_a_plugin_is_imported_from(tmp_path: Path) -> None:
    """This holds if the first import is that of a plugin inside the package, too."""
    package(tmp_path, "effects")
    for module in ("plugins.datastar", "plugins.connections", "plugins.http"):
        done = python(f"import {module}", tmp_path)
        assert "ImportError: rhialto's package `effects` is hidden by another one" in done.stderr


@pytest.mark.slow
def test_another_package_named_plugins_is_named(tmp_path: Path) -> None:
    """Importing the engine warns of it, at the line that imports it."""
    file = package(tmp_path, "plugins")
    done = python("import effects; print(effects.create_dispatch)", tmp_path)
    assert done.returncode == 0
    assert f"RuntimeWarning: rhialto's package `plugins` is hidden by another one, {file}" in done.stderr
    assert "fix  rename that one, or take its folder off the front of sys.path" in done.stderr


def test_the_warning_is_one_of_its_own_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be filtered, or made an error, like any RuntimeWarning."""
    file = package(tmp_path, "plugins")
    monkeypatch.delitem(sys.modules, "plugins", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.warns(RuntimeWarning, match=str(file)):
        warn_of_shadows()


@pytest.mark.slow
def test_a_folder_named_plugins_without_an_init_hides_nothing(tmp_path: Path) -> None:
    """Python prefers a real package, wherever it is."""
    (tmp_path / "plugins").mkdir()
    assert python("import effects, plugins; plugins.__file__", tmp_path).stderr == ""


@pytest.mark.slow
def test_a_module_named_plugins_without_a_spec_is_no_obstacle() -> None:
    """One that a test has put together by hand, for example."""
    code = "import sys, types; sys.modules['plugins'] = types.ModuleType('plugins'); import effects"
    done = python(code)
    assert done.returncode == 0, done.stderr


def test_a_module_without_a_spec_is_not_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of it."""
    monkeypatch.setitem(sys.modules, "plugins", types.ModuleType("plugins"))
    warn_of_shadows()


@pytest.mark.slow
def test_the_engine_alone_is_content(tmp_path: Path) -> None:
    """If no package `plugins` came with it, another package of that name is no problem."""
    package(tmp_path, "plugins")
    alone = tmp_path / "alone"
    alone.mkdir()
    for file in (ROOT / "effects").rglob("*.py"):
        target = alone / file.relative_to(ROOT)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text())
    done = python("import effects; print(effects.__file__)", alone, tmp_path)
    assert (done.stdout.strip(), done.stderr) == (str(alone / "effects" / "__init__.py"), "")
