"""The API reference: every public name is in it, with a docstring that says something."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import effects
import plugins
from docs.reference import FACES

ROOT = Path(__file__).parents[2]
NAMES = [(face, name) for face in FACES for name in importlib.import_module(face).__all__]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, made as `make docs` makes them."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "docs.reference", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("face", FACES)
def test_every_public_name_has_its_entry(site: Path, face: str) -> None:
    """On the page of the module that users import it from."""
    page = (site / f"{face.replace('.', '/')}.html").read_text()
    entries = set(re.findall(r'<section id="(\w+)"', page))
    public = {name for owner, name in NAMES if owner == face and not _is_module(owner, name)}
    assert public <= entries


@pytest.mark.slow
@pytest.mark.parametrize(
    ("face", "entry"),
    [
        ("effects", "Dispatch.__call__"),
        ("effects", "HookSpecs.rhialto_error"),
        ("effects.testing", "Recorder.__call__"),
        ("plugins.datastar.at", "BackendAction.__call__"),
    ],
)
def test_what_is_called_has_its_entry(site: Path, face: str, entry: str) -> None:
    """Calls and hooks are what users need most."""
    page = (site / f"{face.replace('.', '/')}.html").read_text()
    assert f'id="{entry}"' in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("plugins/connections.html", "Matches one position of a key, whatever is there."),
        ("effects/testing.html", "Equals everything: for values that a test does not care about."),
    ],
)
def test_constants_have_their_docstrings(site: Path, page: str, said: str) -> None:
    """Which stand in private modules."""
    assert said in (site / page).read_text()


@pytest.mark.slow
def test_how_to_make_what_one_is_handed_is_left_out(site: Path) -> None:
    """Nobody makes a `Dispatch` but `create_dispatch`."""
    page = (site / "effects.html").read_text()
    assert 'id="Dispatch.__init__"' not in page
    assert 'id="Registry.__init__"' in page


def _is_module(face: str, name: str) -> bool:
    return isinstance(getattr(importlib.import_module(face), name), ModuleType)


@pytest.mark.parametrize(("face", "name"), NAMES)
def test_a_public_class_or_function_says_what_it_is(face: str, name: str) -> None:
    """So do its public methods."""
    thing = getattr(importlib.import_module(face), name)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return
    assert (thing.__doc__ or "").strip()
    methods = [one for key, one in vars(thing).items() if not key.startswith("_") and inspect.isfunction(one)]
    assert [one.__qualname__ for one in methods if not (one.__doc__ or "").strip()] == []


def test_every_public_module_is_a_face() -> None:
    """Whatever does not begin with an underscore."""
    found = [
        module.name
        for package in (effects, plugins)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not any(part.startswith("_") for part in module.name.split("."))
    ]
    assert sorted({"effects", *found}) == sorted(FACES)
