"""Finds the dispatch that a command is about: `module:attribute`."""

from __future__ import annotations

import importlib

from ._dispatch import Dispatch
from ._errors import EffectsError, near

__all__ = ["TargetError", "load_dispatch"]


class TargetError(EffectsError):
    """The target of a command leads to no dispatch."""


def load_dispatch(target: str) -> Dispatch:
    """The dispatch at `module:attribute`: itself, what a function without arguments returns, or its own `dispatch`.

    Raises `TargetError` for a target that leads nowhere, and whatever the module raises when it is imported.
    """
    module, _, attribute = target.partition(":")
    if not module or not attribute:
        raise TargetError("a target is module:attribute", fix="such as app:dispatch")
    found = _attribute(_module(module), attribute)
    if callable(found) and not isinstance(found, Dispatch):
        found = found()
    dispatch = getattr(found, "dispatch", found)
    if not isinstance(dispatch, Dispatch):
        raise TargetError(f"{target} is no dispatch, but a {type(found).__name__}", fix="name one, or what returns one")
    return dispatch


def _module(name: str) -> object:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise TargetError(f"there is no module {error.name!r}", fix="run this where it can be imported") from None


def _attribute(found: object, attribute: str) -> object:
    for name in attribute.split("."):
        if not hasattr(found, name):
            raise TargetError(f"there is no {name!r} in it", near=near(name, dir(found)), fix="name what is there")
        found = getattr(found, name)
    return found
