"""Finds what a command is about: `module:attribute`, and the dispatch in it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from typing import cast

from .._assembly.plugins import gather
from .._dispatch.create import create_dispatch
from .._dispatch.dispatch import Dispatch
from .._dispatch.hookspecs import HookSpecs
from .._language.errors import EffectsError, RegistrationError, near
from .._registry.needs import ABSENT, Need, needs_of
from .._registry.registry import Registry

__all__ = ["TargetError", "dispatch_in", "found_in", "plugins_in", "take"]

_NAME = "rhialto"
"""The name in `app.extensions` under which an app keeps its `Live`."""


class TargetError(EffectsError):
    """A target cannot be loaded, or has no dispatch in it."""


def _load(target: str) -> object:
    """Return the object that `module:attribute` names."""
    module, colon, path = target.partition(":")
    if not (module and colon and path):
        raise TargetError(f"{target!r} is no target", fix="write module:attribute, such as app:dispatch")
    value: object = _import(module)
    for name in path.split("."):
        if not hasattr(value, name):
            raise TargetError(
                f"{target!r} cannot be loaded: nothing there is called {name!r}", near=near(name, dir(value))
            )
        value = getattr(value, name)
    return value


def _import(module: str) -> object:
    try:
        return importlib.import_module(module)
    except RegistrationError:
        raise
    except Exception as error:
        raise TargetError(
            f"module {module!r} cannot be imported: {type(error).__name__}: {error}",
            fix="run this in the folder that holds it, with what it needs installed",
        ) from error


def take(target: str) -> object:
    """Return the object that a target names, or the result if that is a function. Raises `TargetError`, or the
    `RegistrationError` that is the cause.
    """
    value = _load(target)
    if not (inspect.isroutine(value) or inspect.isclass(value)):
        return value
    try:
        inspect.signature(value).bind()
        return value()
    except RegistrationError:
        raise
    except Exception as error:
        raise TargetError(
            f"{target!r} was called, and raised {type(error).__name__}: {error}",
            fix="name a function that takes no arguments",
        ) from error


def plugins_in(value: object) -> Sequence[object] | None:
    """The plugins that a value is, or None where it is none."""
    if isinstance(value, Registry):
        return [value]
    return cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else None


def dispatch_in(target: str) -> Dispatch:
    """The dispatch in a target. One of plugins alone is made to be looked at: their system is not there."""
    value = take(target)
    plugins = plugins_in(value)
    return found_in(value, target) if plugins is None else _dispatch_without_system(plugins)


def found_in(value: object, target: str) -> Dispatch:
    """A dispatch, that of what has one, or that of an app. Raises `TargetError` where there is none."""
    found = _dispatch_of(value)
    if found is None:
        raise TargetError(
            f"there is no dispatch in {target!r}, which is a {type(value).__name__}",
            fix="name a dispatch, an app with a Live, a list of plugins, or a function that returns one of these",
        )
    return found


def _dispatch_of(value: object) -> Dispatch | None:
    extensions = getattr(value, "extensions", None)
    if isinstance(extensions, Mapping):
        value = cast("Mapping[str, object]", extensions).get(_NAME, value)
    value = value if isinstance(value, Dispatch) else getattr(value, "dispatch", None)
    return value if isinstance(value, Dispatch) else None


def _dispatch_without_system(plugins: Sequence[object]) -> Dispatch:
    gathered = gather(plugins, HookSpecs, installed=False, block=())
    takers: list[Sequence[Need]] = [
        needs_of(entry) for registry in gathered.registries for entry in registry.registrations
    ]
    takers += [lifespan.needs for lifespan in gathered.lifespans]
    return create_dispatch(plugins, system={need.name: ABSENT for needs in takers for need in needs if need.required})
