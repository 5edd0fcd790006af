"""Takes plugins in: from the list and from what is installed, through pluggy, each under its name.

A plugin of the list that cannot be used is an error at once. An installed one is left out, logged and remembered, so
that one broken distribution does not take the others down.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, TypeVar, cast, final

import pluggy

from ._errors import ErrorRecord, RegistrationError
from ._hookspecs import PROJECT, HookSpecs
from ._log import ErrorLog
from ._registry import Registry

__all__ = ["Gathered", "gather"]

T = TypeVar("T")
_logger = logging.getLogger("effects")


@final
@dataclass(frozen=True, slots=True)
class Gathered:
    """What the plugins bring, each list in its order of call."""

    manager: pluggy.PluginManager
    names: tuple[str, ...]
    registries: tuple[Registry, ...]
    lifespans: tuple[tuple[str, Callable[..., Any]], ...]
    listeners: tuple[tuple[str, Callable[..., object]], ...]
    broken: Mapping[str, Exception]

    def hear(self, record: ErrorRecord) -> None:
        """Tell every listener of an error. A listener that raises harms nobody."""
        for name, listener in self.listeners:
            try:
                listener(record=record)
            except Exception as error:  # noqa: BLE001 - a listener's failure must not become the dispatch's
                _logger.error("plugin %r failed to hear of an error: %s", name, type(error).__name__)  # noqa: TRY400


@final
class _Intake:
    """Registers plugins with one pluggy manager, and undoes what turns out to be broken."""

    def __init__(self, block: Collection[str]) -> None:
        self.manager = pluggy.PluginManager(PROJECT)
        self.manager.add_hookspecs(HookSpecs)
        self.broken: dict[str, Exception] = {}
        self.names: list[str] = []
        self.block = frozenset(block)
        for name in self.block:
            self.manager.set_blocked(name)

    def add(self, name: str, plugin: object) -> None:
        """Register a plugin. Raises `RegistrationError` for one that cannot be used."""
        if name in self.block:
            return
        if self.manager.has_plugin(name):
            raise RegistrationError(f"two plugins are named {name!r}", fix="rename one, or block it by name")
        try:
            self.manager.register(plugin, name)
            self.manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            self.remove(name)
            raise RegistrationError(
                f"plugin {name!r} cannot be registered: {error}", fix="see effects._hookspecs for the hooks there are"
            ) from error
        if not self.manager.get_hookcallers(plugin):
            self.remove(name)
            raise RegistrationError(
                f"plugin {name!r} ({type(plugin).__name__}) implements no rhialto hook",
                fix="pass a Registry, or mark an implementation with @hookimpl",
            )
        self.names.append(name)

    def remove(self, name: str) -> None:
        if self.manager.get_plugin(name) is not None:
            self.manager.unregister(name=name)
        if name in self.names:
            self.names.remove(name)

    def callers(self, hook: str) -> list[tuple[str, Callable[..., Any]]]:
        """For each plugin that implements `hook`, in order of call: its name, and a caller for it alone."""
        order = [impl.plugin_name for impl in reversed(getattr(self.manager.hook, hook).get_hookimpls())]
        everyone = self.manager.get_plugins()
        return [
            (name, self.manager.subset_hook_caller(hook, everyone - {self.manager.get_plugin(name)})) for name in order
        ]


def gather(plugins: Sequence[object], *, installed: bool, block: Collection[str]) -> Gathered:
    """Take in the plugins of the list and, on request, the installed ones that are not blocked.

    Raises `RegistrationError` for a plugin of the list that cannot be used.
    """
    if isinstance(block, str):
        raise RegistrationError("block is a collection of plugin names, not a str", fix=f"write block=[{block!r}]")
    intake = _Intake(block)
    named = [(_name(plugin), plugin) for plugin in _checked_list(plugins)]
    found = _installed(intake, {name for name, _ in named}) if installed else []
    # pluggy calls what was registered last first; so the list goes in backwards, and is called forwards.
    for name, plugin in reversed(found):
        _survive(intake, name, partial(intake.add, name, plugin))
    for name, plugin in reversed(named):
        intake.add(name, plugin)
    intake.add("rhialto.log", ErrorLog())
    optional = {name for name, _ in found}
    registries: list[Registry] = []
    for name, call in intake.callers("rhialto_registry"):
        if name in optional:
            registries.extend(_survive(intake, name, partial(_registries, name, call)) or ())
        else:
            registries.extend(_registries(name, call))
    return Gathered(
        manager=intake.manager,
        names=tuple(reversed([name for name in intake.names if name != "rhialto.log"])),
        registries=tuple(registries),
        lifespans=tuple(intake.callers("rhialto_lifespan")),
        listeners=tuple(intake.callers("rhialto_error")),
        broken=intake.broken,
    )


def _survive(intake: _Intake, name: str, act: Callable[[], T]) -> T | None:
    """Do something with an installed plugin; when that fails, leave the plugin out and say so."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - whatever a foreign distribution raises, the others load
        intake.remove(name)
        intake.broken[name] = error
        _logger.error(  # noqa: TRY400 - the traceback is kept in `broken`; a message could carry values
            "installed plugin %r is broken and was left out: %s\n  fix  mend it, uninstall it, or block=[%r]",
            name,
            error,
            name,
        )
        return None


def _registries(name: str, call: Callable[..., Any]) -> tuple[Registry, ...]:
    try:
        answers: list[object] = call()
    except RegistrationError:
        raise
    except Exception as error:
        raise RegistrationError(
            f"plugin {name!r} failed to contribute its registry: {type(error).__name__}: {error}",
            fix="mend the plugin, or block it by name",
        ) from error
    flat: list[object] = []
    for answer in answers:
        flat.extend(cast(Sequence[object], answer) if isinstance(answer, (list, tuple)) else [answer])
    for item in flat:
        if not isinstance(item, Registry):
            raise RegistrationError(
                f"plugin {name!r} contributes a {type(item).__name__} where a Registry belongs",
                fix="return a Registry, or a list of them",
            )
    return cast(tuple[Registry, ...], tuple(flat))


def _installed(intake: _Intake, taken: Collection[str]) -> list[tuple[str, object]]:
    """Load the entry points of the group one by one, by name. Those that the list names already are left alone."""
    found: list[tuple[str, object]] = []
    for point in sorted(entry_points(group=PROJECT), key=lambda point: point.name):
        if point.name in intake.block or point.name in taken:
            continue
        loaded = _survive(intake, point.name, partial(_load, point))
        if loaded is not None:
            found.append((point.name, loaded))
    return found


def _load(point: EntryPoint) -> object:
    plugin: object = point.load()
    if inspect.isclass(plugin):
        raise RegistrationError(
            f"entry point {point.name!r} names the class {plugin.__name__}",
            fix="name a module, a Registry or an instance",
        )
    return plugin


def _checked_list(plugins: object) -> Sequence[object]:
    if isinstance(plugins, (list, tuple)):
        return cast(Sequence[object], plugins)
    what = f"a single {type(plugins).__name__}" if isinstance(plugins, Registry) else type(plugins).__name__
    raise RegistrationError(f"create_dispatch takes a list of plugins, not {what}", fix="put it in brackets: [...]")


def _name(plugin: object) -> str:
    """A plugin's name: its own `name`, a module's name, or its class's in lower case."""
    if inspect.isclass(plugin):
        raise RegistrationError(
            f"the class {plugin.__name__} stands where a plugin belongs", fix=f"make one: {plugin.__name__}()"
        )
    if plugin is None or isinstance(plugin, (str, bytes, int, Mapping, list, tuple)):
        raise RegistrationError(
            f"a {type(cast(object, plugin)).__name__} stands where a plugin belongs",
            fix="pass a Registry, a module or an object with @hookimpl methods; installed=True loads installed ones",
        )
    if isinstance(plugin, ModuleType):
        return plugin.__name__
    name = getattr(plugin, "name", None)
    return name if isinstance(name, str) and name else type(plugin).__name__.lower()
