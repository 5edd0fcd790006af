"""Examples in the engine's docstrings work as shown."""

import doctest
import importlib
import pkgutil

import pytest

import effects

MODULES = [one.name for one in pkgutil.iter_modules(effects.__path__) if one.name != "__main__"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_show_what_happens(name: str) -> None:
    """All modules of the engine are searched for examples."""
    module = importlib.import_module(f"effects.{name}")
    assert doctest.testmod(module, extraglobs=vars(effects)).failed == 0
