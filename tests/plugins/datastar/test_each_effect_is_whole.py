"""Each effect has all that belongs to one: who adds one is told what is missing."""

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
"""Those that send nothing."""
each = pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.key)


def find_export(name: str) -> Callable[..., Any]:
    """What the face has under that name."""
    assert name in plugins.datastar.__all__, f"plugins/datastar/__init__.py exports no {name}"
    found: Callable[..., Any] = getattr(plugins.datastar, name)
    return found


@each
def test_it_has_a_builder(effect: Registration) -> None:
    """A function of its name, which makes its vector."""
    builder = find_export(effect.key.replace("-", "_"))
    assert builder.__doc__
    assert f'"{effect.key}"' in (ROOT / "plugins/datastar/_builders.py").read_text()


@each
def test_it_has_an_encoder(effect: Registration) -> None:
    """It makes the bytes, for whoever has no dispatch."""
    if effect.key not in ENDS:
        assert find_export(f"encode_{effect.key.replace('-', '_')}").__doc__


@each
def test_its_docstring_shows_a_vector(effect: Registration) -> None:
    """As it is written."""
    assert f'["{effect.key}"' in (effect.function.__doc__ or "")


@each
def test_it_has_a_row_in_the_readme(effect: Registration) -> None:
    """In the table of effects."""
    assert re.search(rf"^\| `{effect.key}` \| .+ \|$", (ROOT / "README.md").read_text(), re.MULTILINE)


@each
def test_it_has_a_test(effect: Registration) -> None:
    """Of what it sends."""
    assert f'"{effect.key}"' in (ROOT / "tests/plugins/datastar/test_effects.py").read_text()
