"""The examples in docstrings show what happens."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import plugins.datastar

MODULES = [module.name for module in pkgutil.iter_modules(plugins.datastar.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_show_what_happens(name: str) -> None:
    """The examples use the names of the package's face."""
    module = importlib.import_module(f"plugins.datastar.{name}")
    assert doctest.testmod(module, extraglobs=vars(plugins.datastar)).failed == 0


def test_there_are_examples() -> None:
    """The examples are found."""
    assert doctest.testmod(plugins.datastar.attr, extraglobs=vars(plugins.datastar)).attempted > 5
