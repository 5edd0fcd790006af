"""`check`: everything that is wrong with a dispatch, or with plugins together."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import cast

from .._discover.system import system_problems
from .._dispatch.check_plugins import broken_plugin_errors, check_plugins
from .._dispatch.dispatch import Dispatch
from .._language.errors import EffectsError, RegistrationError
from .command import Command, Exit
from .printing import print_json, print_text
from .target import TargetError, find_dispatch, load_value, plugins_in

__all__ = ["COMMAND"]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--system", metavar="TARGET", help="module:attribute of a mapping with the system's values")


def _run(options: Namespace) -> Exit:
    problems = _problems(options.target, _load_system(options.system))
    if options.json:
        print_json([{"what": problem.what, "near": problem.near, "fix": problem.fix} for problem in problems])
    else:
        print_text("\n".join(map(str, problems)) or "nothing is wrong")
    return Exit.NOTHING if problems else Exit.FINE


def _problems(target: str, system: Mapping[str, object] | None) -> Sequence[EffectsError]:
    try:
        value = load_value(target)
    except RegistrationError as error:  # a function that makes the dispatch itself raises only its first problem
        return [error]
    plugins = plugins_in(value)
    if plugins is not None:
        return check_plugins(plugins, system=system)
    return _dispatch_problems(find_dispatch(value, target), system)


def _dispatch_problems(dispatch: Dispatch, system: Mapping[str, object] | None) -> Sequence[EffectsError]:
    """Return the plugins that were left out when the dispatch was made, and the system values that are missing and do
    not come late.
    """
    late = {name for registry in dispatch.registries for name in registry.late}
    whole = {**dispatch._engine.background.system, **(system or {})}
    return [*broken_plugin_errors(dispatch.broken), *system_problems(dispatch._engine.tables, whole, late)]


def _load_system(target: str | None) -> Mapping[str, object] | None:
    if target is None:
        return None
    value = load_value(target)
    if not isinstance(value, Mapping):
        raise TargetError(f"{target!r} is a {type(value).__name__}, and a system is a mapping", fix="name a dict")
    return cast("Mapping[str, object]", value)


COMMAND = Command(
    name="check",
    help="Say everything that is wrong with plugins together, or with a dispatch.",
    examples=("app:dispatch", "app:plugins --system app:system", "app:create --json"),
    arguments=_arguments,
    run=_run,
)
