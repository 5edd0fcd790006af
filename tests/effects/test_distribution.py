"""The wheel, and third-party plugins, on a machine without this checkout."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.effects.installed import install, run

pytestmark = pytest.mark.slow

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "1.0"
dependencies = ["rhialto"]

[project.entry-points.rhialto]
{entry_points}
"""

GOOD = """
from effects import Context, Registry, hookimpl

weather = Registry("weather")


@weather.effect("weather/ask")
async def ask(ctx: Context, town: str) -> str:
    return f"sun over {town}"


class News:
    name = "news"

    @hookimpl
    def rhialto_registry(self):
        news = Registry("news")
        news.effect("news/read")(lambda ctx: "no news")
        return news


news = News()
"""

SCRIPT = """
import json, sys, warnings
warnings.simplefilter("error")
import effects, plugins, trio
from effects import Registry, create_dispatch

own = Registry("own")
dispatch = create_dispatch([own], installed=True, block=json.loads(sys.argv[1]))
result = trio.run(dispatch, [["weather/ask", "Ely"], ["news/read"]])
print(json.dumps({
    "effects": effects.__file__,
    "plugins": dispatch.plugins,
    "broken": {name: type(error).__name__ for name, error in dispatch.broken.items()},
    "results": [record.value for record in result.results],
    "errors": [record.phase for record in result.errors],
}))
"""


def distribution(folder: Path, name: str, source: str, **entry_points: str) -> Path:
    """The source of a third-party distribution with one module."""
    project = folder / name
    project.mkdir()
    lines = "\n".join(f'{point} = "{value}"' for point, value in entry_points.items())
    (project / "pyproject.toml").write_text(PROJECT.format(name=name, entry_points=lines))
    (project / f"{name}.py").write_text(source)
    return project


@pytest.fixture(scope="module")
def with_plugins(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of that environment with two third-party distributions, one of them broken."""
    folder = tmp_path_factory.mktemp("plugins")
    good = distribution(folder, "rhialto_good", GOOD, weather="rhialto_good:weather", news="rhialto_good:news")
    broken = distribution(folder, "rhialto_broken", "raise LookupError('no such thing')", broken="rhialto_broken")
    install(python, good, broken)
    return python


def test_the_wheel_holds_both_packages_and_the_plugin_of_pytest(wheel: Path) -> None:
    """No tests, no demo, no docs."""
    names = zipfile.ZipFile(wheel).namelist()
    found = {name.partition("/")[0] for name in names}
    assert found == {"effects", "plugins", "rhialto_pytest.py", "rhialto-0.1.0.dist-info"}
    assert {"effects/py.typed", "plugins/py.typed", "effects/__init__.py", "plugins/__init__.py"} <= set(names)
    assert [name for name in names if "__pycache__" in name] == []


def test_the_wheel_brings_its_licence_and_entry_point(wheel: Path) -> None:
    """pytest finds the fixtures by it."""
    archive = zipfile.ZipFile(wheel)
    info = "rhialto-0.1.0.dist-info"
    assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert "rhialto = rhialto_pytest" in archive.read(f"{info}/entry_points.txt").decode()


def test_the_wheel_imports_in_a_clean_environment(python: Path, tmp_path: Path) -> None:
    """It is imported from the environment, with warnings as errors and without test dependencies."""
    code = (
        "import sys; sys.modules['pytest'] = None; "
        "import effects, effects.testing, plugins.datastar, plugins.connections, plugins.http; print(effects.__file__)"
    )
    file = run(python, "-W", "error", "-c", code, cwd=tmp_path).strip()
    assert Path(file).is_relative_to(python.parents[1])


def asked(python: Path, folder: Path, block: list[str]) -> Any:
    """Return the output of the script in that environment."""
    return json.loads(run(python, "-c", SCRIPT, json.dumps(block), cwd=folder))


def test_installed_plugins_load_and_a_broken_one_is_left_out(with_plugins: Path, tmp_path: Path) -> None:
    """It is named, and the others work."""
    answer = asked(with_plugins, tmp_path, [])
    assert Path(answer["effects"]).is_relative_to(with_plugins.parents[1])
    assert answer["plugins"] == ["own", "news", "weather"]
    assert answer["broken"] == {"broken": "LookupError"}
    assert answer["results"] == ["sun over Ely", "no news"]
    assert answer["errors"] == []


def test_installed_plugins_can_be_blocked_by_name(with_plugins: Path, tmp_path: Path) -> None:
    """The broken one is then not even tried."""
    answer = asked(with_plugins, tmp_path, ["broken", "news"])
    assert (answer["plugins"], answer["broken"]) == (["own", "weather"], {})
    assert (answer["results"], answer["errors"]) == (["sun over Ely"], ["shape"])
