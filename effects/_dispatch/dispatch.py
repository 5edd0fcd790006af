"""The engine that is made from all registries."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from re import Pattern
from types import MappingProxyType
from typing import Any, final

from .._assembly.gathered import Gathered
from .._assembly.tables import with_more_hooks
from .._discover.asked import check_type
from .._discover.check import check
from .._discover.describe import describe
from .._discover.description import Described, Description
from .._discover.grep import Hit, grep
from .._discover.sample import sample
from .._discover.schemas import document
from .._discover.system import system_problems, system_schema
from .._engine.background import check_trio
from .._engine.expand import Expansion, expand
from .._engine.frame import EMPTY, Caller, Engine, Frame, Run, merged, root_of
from .._engine.run_around import runner
from .._engine.running import running
from .._language.errors import EffectsError, SystemValueError
from .._language.results import DispatchResult
from .._registry.interceptors import Interceptor, checked_interceptors
from .._registry.needs import needs_of
from .._registry.registration import Registration
from .._registry.registry import Registry

__all__ = ["Dispatch"]


@final
class Dispatch:
    """An engine: call it with effects. Made by `create_dispatch`.

    It keeps no state of its own between calls, and any number of calls may run at the same time.
    """

    def __init__(self, engine: Engine, gathered: Gathered) -> None:
        self._engine = engine
        self._gathered = gathered
        self._run: Run = self._first_run

    def __repr__(self) -> str:
        return f"<Dispatch of {', '.join(self.plugins)}>"

    @property
    def plugins(self) -> tuple[str, ...]:
        """The names of the plugins, in order."""
        return self._gathered.names

    def plugin(self, name: str) -> object | None:
        """Return the plugin of that name, or None."""
        check_type("a plugin's name", name, str)
        return self._gathered.manager.get_plugin(name)

    @property
    def registries(self) -> tuple[Registry, ...]:
        """The registries of all plugins, in order."""
        return self._gathered.registries

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Every effect, action, placeholder and state slice in use; if several have one key, the one that was
        chosen.
        """
        tables = self._engine.tables
        return tuple(
            entry.registration
            for kind in (tables.entries, tables.placeholders, tables.slices)
            for entry in kind.values()
        )

    @property
    def broken(self) -> Mapping[str, Exception]:
        """The installed plugins that could not be used and were left out, each with the exception."""
        return MappingProxyType(self._gathered.broken)

    def __call__(
        self,
        effects: Sequence[object],
        *,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
    ) -> Coroutine[Any, Any, DispatchResult]:
        """Run a list of effect vectors, depth first, each finished before the next begins.

        `data` is the subject of this dispatch: placeholders are resolved from it. `system` is merged over the system
        that the dispatch was made with. Neither is written to. Never raises for a fault of user code or input: every
        failure is a record in the result, and the siblings still run. An exception that is no `Exception`, above all
        `trio.Cancelled`, passes. Raises `LifecycleError` outside of `trio.run`. Not every call is a checkpoint; a long
        one yields now and then.
        """
        engine = self._engine
        return self._run(root_of(engine, EMPTY, engine.background.system), effects, None, data, system)

    async def _first_run(
        self,
        frame: Frame,
        effects: object,
        origin: Caller | None,
        data: Mapping[str, object] | None,
        system: Mapping[str, object] | None,
    ) -> DispatchResult:
        """Check that this is trio, and run. Later calls are not checked."""
        check_trio("a dispatch runs")
        self._run = self._engine.run
        return await self._run(frame, effects, origin, data, system)

    def expand(
        self,
        effects: Sequence[object],
        *,
        state: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
    ) -> Expansion:
        """Return the effects that a list of effect vectors would run, and run none of them.

        Actions are expanded, placeholders resolved, arguments checked. Pure and synchronous: no interpreter, no
        interceptor, no state slice and no listener runs. All actions see the one `state` given here, and nested effects
        are left as they are, so a dispatch, whose actions see the changes of earlier effects, may run other effects.
        """
        quiet = replace(self._engine, hear=_hear_nothing)
        return expand(root_of(quiet, EMPTY, quiet.background.system), effects, state, data)

    def check(self, effects: Sequence[object]) -> tuple[EffectsError, ...]:
        """Return the problems of effect vectors, and of those nested in them, that no values of their placeholders
        could solve.

        Finds values that are no vectors, unknown keys and placeholders, too few or too many arguments, and arguments
        without placeholders that do not fit. Runs nothing, and needs no data: for templates that are dispatched later.
        """
        return tuple(check(self._engine.tables, self._engine.limits, effects))

    def describe(
        self, *, kind: Described | None = None, key: str | None = None, plugin: str | None = None
    ) -> tuple[Description, ...]:
        """Describe everything that is registered, or the part that fits all arguments.

        Plugins come first, in their order; then effects and actions, placeholders, state slices, interceptors. No
        effect runs. Raises `EffectsError` for an unknown kind; if nothing fits, the answer is empty.
        """
        return describe(self._engine.tables, self._gathered, kind, key, plugin)

    def grep(self, pattern: str | Pattern[str]) -> tuple[Hit, ...]:
        """Look for text, in upper and lower case, or for a compiled regular expression, in all that `describe` returns.

        Keys, kinds, docs, parameters and options, system values and metadata, however nested, are searched one by one:
        no match begins in one field and ends in the next. Each field is named once, by its first match.
        """
        return grep(self.describe(), pattern)

    def sample(self, key: str, n: int = 1, seed: int | None = None) -> tuple[object, ...]:
        """Return up to `n` different vectors of an effect or action, or placeholders, that pass the check of arguments.

        They are made from the annotations by Hypothesis (`pip install 'rhialto[testing]'`); one `seed` gives the same
        again, as long as Hypothesis and the annotations stay the same. Examples that pydantic's `Field(examples=[...])`
        names are used instead. Raises `UnknownKeyError`, `SampleError` if no value of a type can be made, and
        `MissingExtraError` if Hypothesis is not installed.
        """
        return sample(self._engine.tables, key, n, seed)

    def schemas(self) -> Mapping[str, object]:
        """Return one document of JSON Schema 2020-12 for everything that may be dispatched: a list of vectors.

        A vector is an array that begins with its key; `$defs` has that of `alerts/send` as `vector:alerts/send`, and
        nested effects refer to them. The document describes data whose placeholders are resolved. `Description.schema`
        is a document for one key alone.
        """
        entries = [entry.registration for entry in self._engine.tables.entries.values()]
        return document(entries, f"effects of {', '.join(self.plugins)}")

    def system_schema(self) -> Mapping[str, object]:
        """Return the values that interpreters and state slices take from the system, as JSON Schema of an object."""
        return system_schema(self._engine.tables)

    def check_system(self, system: Mapping[str, object] | None = None) -> tuple[SystemValueError, ...]:
        """Return an error for each system value that a dispatch with `system` would miss now, and for each of another
        type than it is taken as.

        A value is missing if it is needed, and is neither in `system`, nor in the system that the dispatch was made
        with, nor opened by `running()`. Late values, such as `sink`, are missing until they are there. Types are
        checked as far as `isinstance` can check them.
        """
        whole = merged(self._engine.background.system, system or {}, "system")
        return tuple(system_problems(self._engine.tables, whole))

    def with_interceptors(self, *interceptors: Interceptor) -> Dispatch:
        """Return the same engine with more interceptors, before those it has; this one is not changed.

        Both share lifespans and background work: entering `running()` of one enters that of both. Raises
        `RegistrationError` for an argument that is no `Interceptor`, and for an id that is there already.
        """
        more = [("with_interceptors", interceptor) for interceptor in checked_interceptors(interceptors)]
        tables = with_more_hooks(self._engine.tables, more)
        gathered = replace(self._gathered, between=(*more, *self._gathered.between))
        return Dispatch(replace(self._engine, tables=tables, run=runner(tables)), gathered)

    def running(self) -> AbstractAsyncContextManager[Dispatch]:
        """Open the lifespans of the plugins, for as long as the context is entered.

        Lifespans are entered in the order of plugins and exited in reverse, also when one of them fails; system values
        they yield are there for every dispatch meanwhile. Background work runs in one nursery, which this owns: on
        leaving, it is cancelled and waited for before the first lifespan closes. Raises the exceptions of lifespans,
        with a note that names the plugin, `RegistrationError` if two bring the same system value or one brings a value
        of another type than it is taken as, `SystemValueError` if one takes a value that is not there, and
        `LifecycleError` if it is entered twice at the same time.
        """
        lifespans = self._gathered.lifespans
        needs = [need for entry in self.registrations for need in needs_of(entry)]
        return running(self, self._engine.background, lifespans, needs)


def _hear_nothing(record: object) -> None:
    """Stand in for the listeners while errors are only asked about."""
