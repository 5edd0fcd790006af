"""Another package named `effects` in front of ours is named by the import of `plugins`."""

import importlib
import sys
import types

import pytest

import plugins


def test_another_package_named_effects_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of an ImportError about a name that it lacks."""
    other = types.ModuleType("effects")
    other.__file__ = "/somewhere/effects/__init__.py"
    monkeypatch.setitem(sys.modules, "effects", other)
    with pytest.raises(ImportError, match=r"hidden by another one: /somewhere/effects/__init__\.py"):
        importlib.reload(plugins)
    monkeypatch.undo()
    importlib.reload(plugins)
