"""The target of a command: `module:attribute`, and the dispatch in it."""

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

__all__ = ["TargetError", "dispatch_in", "find_dispatch", "load_value", "plugins_in"]

_EXTENSION = "rhialto"
"""The name in `app.extensions` under which an app keeps its `Live`."""


class TargetError(EffectsError):
    """A target cannot be loaded, or has no dispatch in it."""


def _load_attribute(target: str) -> object:
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


def load_value(target: str) -> object:
    """Return the object that a target names, or the result if that is a function. Raises `TargetError`, or the
    `RegistrationError` that is the cause.
    """
    value = _load_attribute(target)
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
    """Return the plugins, if a value is a plugin or a list of them; otherwise None."""
    if isinstance(value, Registry):
        return [value]
    return cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else None


def dispatch_in(target: str) -> Dispatch:
    """Return the dispatch in a target. For plugins alone, it is made without their system, and may only be
    described.
    """
    value = load_value(target)
    plugins = plugins_in(value)
    return find_dispatch(value, target) if plugins is None else _dispatch_without_system(plugins)


def find_dispatch(value: object, target: str) -> Dispatch:
    """Return a value that is a dispatch, or the dispatch of an object or of an app. Raises `TargetError` if there is
    none.
    """
    dispatch = _dispatch_of(value)
    if dispatch is None:
        raise TargetError(
            f"there is no dispatch in {target!r}, which is a {type(value).__name__}",
            fix="name a dispatch, an app with a Live, a list of plugins, or a function that returns one of these",
        )
    return dispatch


def _dispatch_of(value: object) -> Dispatch | None:
    extensions = getattr(value, "extensions", None)
    if isinstance(extensions, Mapping):
        value = cast("Mapping[str, object]", extensions).get(_EXTENSION, value)
    value = value if isinstance(value, Dispatch) else getattr(value, "dispatch", None)
    return value if isinstance(value, Dispatch) else None


def _dispatch_without_system(plugins: Sequence[object]) -> Dispatch:
    gathered = gather(plugins, HookSpecs, installed=False, block=())
    takers: list[Sequence[Need]] = [
        needs_of(entry) for registry in gathered.registries for entry in registry.registrations
    ]
    takers += [lifespan.needs for lifespan in gathered.lifespans]
    return create_dispatch(plugins, system={need.name: ABSENT for needs in takers for need in needs if need.required})
