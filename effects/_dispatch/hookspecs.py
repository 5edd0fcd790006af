"""The hooks that a plugin may implement. Every plugin is a pluggy plugin: a module, an object, or a `Registry`.

Hooks run when a dispatch is made, when it starts and stops running, and when something fails: never between an effect
and its interpreter. All are optional; a plugin that implements none is refused. An implementation may leave out
parameters that it does not need.

The order of plugins is the order of the list given to `create_dispatch`, then of installed plugins by name; a hook
implementation marked `tryfirst` comes before, one marked `trylast` after the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from .._language.results import ErrorRecord
from .._registry.markers import hookspec
from .._registry.registry import Registry
from .dispatch import Dispatch

__all__ = ["HookSpecs"]


class HookSpecs:
    """The hooks that a plugin may implement, each marked with `@hookimpl`. All are optional."""

    @hookspec
    def rhialto_registry(self) -> Registry | Sequence[Registry] | None:
        """Contribute a registry, or several.

        Called once for each dispatch that is made. Must be quick, must not block and must not do anything else: things
        that need opening go into `rhialto_lifespan`. An exception is reported under the plugin's name: for a plugin in
        the list as the `RegistrationError` of `create_dispatch`; an installed one is logged and listed in
        `dispatch.broken`, while the others load.
        """

    @hookspec
    def rhialto_lifespan(self, dispatch: Dispatch) -> AbstractAsyncContextManager[Mapping[str, object] | None] | None:
        """Return an async context manager that is open while the dispatch runs, or None.

        Entered in the order of plugins inside `dispatch.running()`, exited in reverse, also when a later one fails. It
        runs in the task that called `running()` and may open a nursery of its own. Keyword-only parameters of the
        implementation take values from the system, and values that earlier lifespans have opened; one that is missing,
        or of another type, is found when the dispatch is made, or raises `SystemValueError`. Its value, if a mapping,
        is merged into the system for as long as it is open; registries name such values as `late`, and no two lifespans
        may bring the same. Make things of one dispatch here: the plugin itself may serve several, as an installed one
        does. An exception leaves `running()`, with a note that names the plugin. An `@asynccontextmanager` function may
        be marked as it is.
        """

    @hookspec
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Hear of one error, once, when it happens, before the dispatch that it happened in returns.

        Called synchronously, between effects: it must be quick and must not block. An exception is logged, and harms
        neither the dispatch nor the other listeners. The engine's own listener, named `rhialto.log`, writes each record
        to the logger `effects`; it can be blocked by that name.
        """
