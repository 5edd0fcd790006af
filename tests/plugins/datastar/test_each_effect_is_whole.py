"""Each effect has everything that belongs to it: the tests tell the author of a new one what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import plugins.datastar
from effects import Registration
from plugins.datastar import Datastar

ROOT = Path(__file__).parents[3]
EFFECTS = Datastar().rhialto_registry().registrations
ENDS = {"close-sse"}
"""The effects that send nothing."""
each = pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.key)


def find_export(name: str) -> Callable[..., Any]:
    """Return the object that the face exports under a name."""
    assert name in plugins.datastar.__all__, f"plugins/datastar/__init__.py exports no {name}"
    found: Callable[..., Any] = getattr(plugins.datastar, name)
    return found


@each
def test_it_has_a_builder(effect: Registration) -> None:
    """A function with the name of the effect makes its vector."""
    builder = find_export(effect.key.replace("-", "_"))
    assert builder.__doc__
    assert f'"{effect.key}"' in (ROOT / "plugins/datastar/_builders.py").read_text()


@each
def test_it_has_an_encoder(effect: Registration) -> None:
    """It makes the bytes without a dispatch."""
    if effect.key not in ENDS:
        assert find_export(f"encode_{effect.key.replace('-', '_')}").__doc__


@each
def test_its_docstring_shows_a_vector(effect: Registration) -> None:
    """The example is in the form of a vector."""
    assert f'["{effect.key}"' in (effect.function.__doc__ or "")


@each
def test_it_has_a_row_in_the_readme(effect: Registration) -> None:
    """It is in the table of effects."""
    assert re.search(rf"^\| `{effect.key}` \| .+ \|$", (ROOT / "README.md").read_text(), re.MULTILINE)


@each
def test_it_has_a_test(effect: Registration) -> None:
    """A test of the effects sends it."""
    assert f'"{effect.key}"' in (ROOT / "tests/plugins/datastar/test_effects.py").read_text()
