"""The intake of plugins, from the list and from installed distributions, through pluggy, each under its name.

A plugin of the list that cannot be used is an error at once. An installed one is left out, logged and remembered, so
that one broken distribution does not take the others down.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, cast, final

import pluggy

from .._language.display import a
from .._language.errors import RegistrationError, near
from .._language.vectors import plain_key
from .._registry.functions import is_async
from .._registry.markers import PROJECT
from .._registry.registry import Registry
from .error_log import ErrorLog
from .gathered import Gathered
from .installed import Offered, choose_installed
from .lifespans import lifespan_of, lifespan_of_registry

__all__ = ["checked_list", "gather"]

_logger = logging.getLogger("effects")
_LOG = ErrorLog()
_NOBODY: Mapping[str, str] = {}


@final
class _Manager(pluggy.PluginManager):
    """A manager that looks for hooks only among the attributes that may be hooks: a plugin has dozens of others."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return the mark of an attribute. The hooks of a registry are known by name."""
        may_be_one = name.startswith(PROJECT) if type(plugin) is Registry else not name.startswith("__")
        return super().parse_hookimpl_opts(plugin, name) if may_be_one else None


@final
class _Intake:
    """Registers plugins with one pluggy manager."""

    def __init__(self, specs: type, block: Collection[str]) -> None:
        self.manager = _Manager(PROJECT)
        self.manager.add_hookspecs(specs)
        self.hooks = [name for name in vars(specs) if name.startswith(PROJECT)]
        self.names: list[str] = []
        self.block = frozenset(block)
        for name in self.block:
            self.manager.set_blocked(name)

    def add(self, name: str, plugin: object) -> None:
        """Register a plugin. Raises `RegistrationError` for one that cannot be used, which is then not registered."""
        if name in self.block:
            return
        if self.manager.has_plugin(name):
            raise RegistrationError(f"two plugins are named {name!r}", fix="rename one, or block it by name")
        try:
            self.manager.register(plugin, name)
            self.names.append(name)
            self.manager.check_pending()
            self._check_hooks(name, plugin)
        except pluggy.PluginValidationError as error:
            self.remove(name)
            unknown = next(iter(re.findall(r"unknown hook '(\w+)'", str(error))), None)
            what = f"has a hook {unknown!r}, and there is none" if unknown else f"cannot be registered: {error}"
            raise RegistrationError(
                f"plugin {name!r} {what}", near=near(unknown, self.hooks), fix=f"the hooks are {', '.join(self.hooks)}"
            ) from error
        except ValueError as error:
            self.remove(name)
            raise RegistrationError(f"plugin {name!r} cannot be registered: {error}", fix="register it once") from error
        except RegistrationError:
            self.remove(name)
            raise

    def _check_hooks(self, name: str, plugin: object) -> None:
        callers = self.manager.get_hookcallers(plugin) or ()
        impls = [impl for caller in callers for impl in caller.get_hookimpls() if impl.plugin_name == name]
        if not impls:
            raise RegistrationError(
                f"plugin {name!r} ({type(plugin).__name__}) implements no rhialto hook",
                fix="pass a Registry, or mark an implementation with @hookimpl",
            )
        if any(impl.wrapper or impl.hookwrapper for impl in impls):
            raise RegistrationError(
                f"plugin {name!r} wraps a hook, and these hooks are not wrapped", fix="implement the hook itself"
            )
        if any(is_async(impl.function) for impl in impls):
            raise RegistrationError(
                f"plugin {name!r} has a hook that is async, so it would never be awaited",
                fix="write a plain function; rhialto_lifespan returns an async context manager",
            )

    def remove(self, name: str) -> None:
        """Undo a registration."""
        if name in self.names:
            self.names.remove(name)
            self.manager.unregister(name=name)

    def implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """Return each implementation of a hook, in order of call."""
        impls: list[pluggy.HookImpl] = getattr(self.manager.hook, hook).get_hookimpls()
        return sorted(impls, key=lambda impl: (impl.trylast - impl.tryfirst, self.names.index(impl.plugin_name)))

    def callers(self, hook: str) -> list[tuple[str, Callable[..., Any]]]:
        """Return each implementation of a hook, with its plugin's name, in order of call.

        Each is called by itself, so that an exception is blamed on its plugin while the others go on.
        """
        return [(impl.plugin_name, partial(_call, impl)) for impl in self.implementations(hook)]


def _call(impl: pluggy.HookImpl, **arguments: object) -> object:
    """Call an implementation with the arguments of the hook that it asks for."""
    return impl.function(*[arguments[name] for name in impl.argnames])


def gather(
    plugins: Sequence[object],
    specs: type,
    *,
    installed: bool,
    block: Collection[str],
    prefer: Mapping[str, str] = _NOBODY,
) -> Gathered:
    """Take in the plugins of the list and, on request, the installed ones that are not blocked.

    `specs` is the class of the hooks that they may implement. `prefer` may say which distribution's entry point of a
    name is used.

    Raises `RegistrationError` for a plugin of the list that cannot be used.
    """
    intake = _Intake(specs, block)
    broken: dict[str, Exception] = {}
    optional: set[str] = set()
    for plugin in checked_list(plugins):
        intake.add(_plugin_name(plugin), plugin)
    listed = frozenset(intake.names)
    intake.add(_LOG.name, _LOG)
    offered = choose_installed(entry_points(group=PROJECT), prefer, intake.block, listed) if installed else Offered()
    for name, error in offered.left_out.items():
        _try(broken, name, partial(_refuse, error))
    for point in offered.points:
        if _try(broken, point.name, partial(_load, intake, point)):
            optional.add(point.name)
    registries: list[Registry] = []
    owners: list[str] = []
    for name, call in intake.callers("rhialto_registry"):
        add = partial(_add_registries, registries, owners, name, call)
        if name not in optional:
            add()
        elif not _try(broken, name, add):
            intake.remove(name)
    return Gathered(
        manager=intake.manager,
        names=tuple(name for name in intake.names if name != _LOG.name),
        registries=tuple(registries),
        lifespans=(
            *map(lifespan_of, intake.implementations("rhialto_lifespan")),
            *(lifespan_of_registry(registry) for registry in registries if not intake.manager.is_registered(registry)),
        ),
        listeners=tuple(intake.callers("rhialto_error")),
        broken=broken,
        installed=frozenset(optional & {*intake.names}),
        settled=offered.settled,
        owners=tuple(owners),
        called={hook: tuple(impl.plugin_name for impl in intake.implementations(hook)) for hook in intake.hooks},
    )


def _refuse(error: Exception) -> None:
    raise error


def _try(broken: dict[str, Exception], name: str, act: Callable[[], None]) -> bool:
    """Do something with an installed plugin. If it fails, remember the exception and log it."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - if a foreign distribution fails, the others still load
        broken[name] = error
        fix = f"mend it, uninstall it, or block=[{name!r}]"
        message = "installed plugin %r is broken and was left out: %r\n  fix  %s"
        _logger.error(message, name, error, fix, extra={"effect_plugin": name})  # noqa: TRY400
        return False
    return True


def _call_without_exit(act: Callable[[], object], what: str) -> object:
    """Return the result of a call. Raises `RegistrationError` if it calls `sys.exit()`: a plugin may not end the
    program.
    """
    try:
        return act()
    except SystemExit as error:
        raise RegistrationError(what, fix="raise an Exception instead of sys.exit()") from error


def _load(intake: _Intake, point: EntryPoint) -> None:
    plugin = _call_without_exit(point.load, f"entry point {point.name!r} ends the program when it is loaded")
    if inspect.isclass(plugin):
        raise RegistrationError(
            f"entry point {point.name!r} names the class {plugin.__name__}",
            fix="name a module, a Registry or an instance",
        )
    intake.add(point.name, plugin)


def _add_registries(registries: list[Registry], owners: list[str], name: str, call: Callable[..., object]) -> None:
    contributed = _contributed_registries(name, call)
    registries.extend(contributed)
    owners.extend(name for _ in contributed)


def _contributed_registries(name: str, call: Callable[..., object]) -> Sequence[Registry]:
    try:
        answer = _call_without_exit(call, f"plugin {name!r} ends the program")
    except Exception as error:
        raise RegistrationError(
            f"plugin {name!r} failed to contribute its registry: {type(error).__name__}: {error}",
            fix="mend the plugin, or block it by name",
        ) from error
    items = cast(Sequence[object], answer) if isinstance(answer, (list, tuple)) else [answer]
    for item in items if answer is not None else ():
        if not isinstance(item, Registry):
            raise RegistrationError(
                f"plugin {name!r} contributes {a(type(item).__name__)} where a Registry belongs",
                fix="return a Registry, or a list of them",
            )
    return cast(Sequence[Registry], items if answer is not None else ())


def checked_list(plugins: object) -> Sequence[object]:
    if isinstance(plugins, (list, tuple)):
        return cast(Sequence[object], plugins)
    what = f"a single {type(plugins).__name__}" if isinstance(plugins, Registry) else type(plugins).__name__
    raise RegistrationError(f"create_dispatch takes a list of plugins, not {what}", fix="put it in brackets: [...]")


def _plugin_name(plugin: object) -> str:
    """Return a plugin's name: its own `name`, a module's name, or its class's in lower case."""
    if inspect.isclass(plugin):
        raise RegistrationError(
            f"the class {plugin.__name__} stands where a plugin belongs", fix=f"make one: {plugin.__name__}()"
        )
    if plugin is None or isinstance(plugin, (str, bytes, int, Mapping, list, tuple)):
        raise RegistrationError(
            f"{a(type(cast(object, plugin)).__name__)} stands where a plugin belongs",
            fix="pass a Registry, a module or an object with @hookimpl methods; installed=True loads installed ones",
        )
    if isinstance(plugin, ModuleType):
        return plugin.__name__
    name = getattr(plugin, "name", None)
    return plain_key(name) if isinstance(name, str) and name else type(plugin).__name__.lower()
