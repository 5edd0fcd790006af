"""`dispatch.running()`: opens the lifespans of plugins, and owns the background work until all are closed again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from types import MappingProxyType, TracebackType
from typing import TypeVar, cast, final

import trio

from .._assembly.lifespans import Lifespan
from .._language.errors import LifecycleError, RegistrationError
from .._registry.needs import Need, misfits
from .background import Background, check_trio

__all__ = ["running"]

D = TypeVar("D")
Opened = AbstractAsyncContextManager[Mapping[str, object] | None]


@asynccontextmanager
async def running(
    dispatch: D, background: Background, lifespans: Sequence[Lifespan], needs: Sequence[Need]
) -> AsyncGenerator[D]:
    """Enter the lifespans in order, then a nursery for background work; at the end cancel that work, and exit in
    reverse.

    Background work may use the values of lifespans: all of it has ended before the first lifespan closes. A system
    value is there from when its lifespan has opened until it begins to close; no two lifespans bring the same.
    """
    check_trio("running() opens plugins")
    if background.running:
        raise LifecycleError("this dispatch is running already", fix="enter running() once, around everything")
    background.running = True
    try:
        async with AsyncExitStack() as stack:
            owners: dict[str, str] = {}
            for lifespan in lifespans:
                manager = _make_manager(lifespan, dispatch, background.system)
                if manager is not None:
                    values = await stack.enter_async_context(_NamedLifespan(lifespan.plugin, manager))
                    _claim_values(owners, lifespan.plugin, values)
                    _check_values(lifespan.plugin, values, needs)
                    stack.callback(setattr, background, "system", background.system)
                    background.system = MappingProxyType({**background.system, **values})
            with _unwrap_single():
                async with trio.open_nursery() as nursery:
                    background.nursery, background.run = nursery, trio.lowlevel.current_trio_token()
                    try:
                        yield dispatch
                    finally:
                        background.nursery = background.run = None
                        nursery.cancel_scope.cancel()
    finally:
        background.running = False


def _make_manager(lifespan: Lifespan, dispatch: object, system: Mapping[str, object]) -> Opened | None:
    with _note(f"while the lifespan of plugin {lifespan.plugin!r} was made"):
        manager = lifespan.open(dispatch, system)
        if manager is not None and not isinstance(manager, AbstractAsyncContextManager):
            raise RegistrationError(
                f"plugin {lifespan.plugin!r} has a lifespan that is a {type(manager).__name__}",
                fix="write it as an @asynccontextmanager function",
            )
    return cast("Opened | None", manager)


def _claim_values(owners: dict[str, str], name: str, values: Mapping[str, object]) -> None:
    """Note which lifespan brought which values. Raises `RegistrationError` if two bring the same: the later would hide
    the value that the earlier has opened.
    """
    for key in values:
        if key in owners:
            raise RegistrationError(
                f"the lifespans of plugins {owners[key]!r} and {name!r} both bring the system value {key!r}",
                fix="give one of the values another name, or block one of the plugins",
            )
        owners[key] = name


def _check_values(name: str, values: Mapping[str, object], needs: Sequence[Need]) -> None:
    """Raise `RegistrationError` for a value that does not fit one of its takers."""
    for what, fix in misfits(needs, values):
        raise RegistrationError(f"the lifespan of plugin {name!r} brings a value that does not fit: {what}", fix=fix)


@final
class _NamedLifespan:
    """A lifespan whose failures carry a note that names the plugin."""

    def __init__(self, name: str, lifespan: Opened) -> None:
        self._name = name
        self._lifespan = lifespan

    async def __aenter__(self) -> Mapping[str, object]:
        with _note(f"while the lifespan of plugin {self._name!r} opened"):
            value: object = await self._lifespan.__aenter__()
        return value if isinstance(value, Mapping) else {}

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        try:
            return await self._lifespan.__aexit__(kind, error, traceback)
        except (Exception, BaseExceptionGroup) as failure:
            if isinstance(failure, BaseExceptionGroup) and _leaf_ids(failure) == _leaf_ids(error):
                return False  # a nursery around the `yield` of the lifespan has wrapped exceptions that are not its own
            if failure is not error:
                failure.add_note(f"while the lifespan of plugin {self._name!r} closed")
            raise


def _leaf_ids(error: BaseException | None) -> list[int]:
    """Return the ids of the exceptions in a group. The group itself may be copied on its way through nurseries."""
    inside = cast("Sequence[BaseException]", getattr(error, "exceptions", ()))
    return [leaf for inner in inside for leaf in _leaf_ids(inner)] or [id(error)]


@contextmanager
def _note(note: str) -> Generator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(note)
        raise


@contextmanager
def _unwrap_single() -> Generator[None]:
    """Raise the only exception of a group as itself: the caller does not have to know that there is a nursery."""
    try:
        yield
    except BaseExceptionGroup as group:
        if len(group.exceptions) != 1:
            raise
        error = group.exceptions[0]
        context = error.__context__
        try:
            raise error
        finally:
            error.__context__ = context  # raising it here has set it to the group
