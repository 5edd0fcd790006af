"""A dispatch that records effects instead of running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import cast, final

from .._assembly.tables import Entry
from .._codec.codec import Codec
from .._dispatch.dispatch import Dispatch
from .._engine.context import Context
from .._language.errors import RegistrationError, near
from .._language.results import DispatchResult
from .._language.vectors import plain_key
from .._registry.registration import Registration
from .._registry.signatures import read_signature
from .differences import assert_effects
from .memory_sink import MemorySink
from .recording import Recording

__all__ = ["Recorder"]


@final
class Recorder:
    """A dispatch that records effects instead of doing them. Call it as you would call the dispatch.

    Actions expand, placeholders resolve, interceptors run and arguments are checked, all for real. Interpreters do not
    run, so nothing is needed from the system; each effect is appended to `effects` and returns None, unless `returns`,
    `fails` or `runs` say otherwise. State slices are read for real, too, unless `state` gives them.

    >>> import trio
    >>> from effects import Registry, create_dispatch
    >>> alerts = Registry("alerts")
    >>> @alerts.effect("alerts/send")
    ... async def send(ctx, text: str, *, phone): ...
    >>> @alerts.action("alerts/raise")
    ... def raise_alert(state, name: str):
    ...     return [["alerts/send", f"{name} of {state['app']} needs you"]]
    >>> @alerts.state("app")
    ... def app(*, db): ...
    >>> recorder = Recorder(create_dispatch([alerts], system={"phone": None, "db": None}), state={"app": "blue"})
    >>> result = trio.run(recorder, [["alerts/raise", "Ann"]])
    >>> recorder.effects
    [['alerts/send', 'Ann of blue needs you']]
    """

    def __init__(self, dispatch: Dispatch, *, state: Mapping[str, object] | None = None) -> None:
        self._default_system: Mapping[str, object] = {"sink": MemorySink()}
        self._recording = Recording()
        self.effects: list[list[object]] = self._recording.effects
        """Every effect that would have run, in order: its key and its arguments, placeholders resolved."""
        tables = dispatch._engine.tables
        self._entries = {
            key: entry if entry.is_action else self._entry_without_needs(entry, self._record_calls(key, None))
            for key, entry in tables.entries.items()
        }
        self._slices = dict(tables.slices)
        recording = replace(tables, entries=MappingProxyType(self._entries), slices=MappingProxyType(self._slices))
        engine = replace(dispatch._engine, tables=recording)
        self._codec = Codec.of(dispatch)
        self._dispatch = Dispatch(engine, dispatch._gathered)
        self.state(**(state or {}))

    async def __call__(
        self,
        effects: Sequence[object],
        *,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
    ) -> DispatchResult:
        """Dispatch, recording. See `Dispatch.__call__`. Without a sink, there is one with a single member."""
        if "sink" not in self._dispatch._engine.background.system and (
            system is None or isinstance(cast(object, system), Mapping)
        ):
            system = {**self._default_system, **(system or {})}
        self._recording.calls.append((effects, {} if data is None else data))
        result = await self._dispatch(effects, data=data, system=system)
        self._recording.take_errors(result)
        return result

    def __repr__(self) -> str:
        return f"<Recorder of {', '.join(self._dispatch.plugins)}, with {len(self.effects)} effects>"

    def state(self, **slices: object) -> None:
        """Set the values of state slices: `recorder.state(app=Team("blue"))`.

        Raises `RegistrationError` for a slice that no registry contributes.
        """
        for name, value in slices.items():
            if name not in self._slices:
                raise RegistrationError(
                    f"no registry contributes a state slice {name!r}",
                    near=near(name, self._slices),
                    fix="register one with @registry.state",
                )
            self._slices[name] = self._slice_entry(name, value)
            self._recording.state[name] = value

    def returns(self, key: str, value: object) -> None:
        """Let the effect `key` return `value`. Raises `RegistrationError` for a key that is no effect."""

        def answer(*_: object) -> object:
            return value

        self._stand_in(key, answer)

    def fails(self, key: str, error: BaseException) -> None:
        """Let the effect `key` raise `error`. Raises `RegistrationError` for a key that is no effect."""

        def fail(*_: object) -> None:
            raise error

        self._stand_in(key, fail)

    def runs(self, key: str, function: Callable[..., object]) -> None:
        """Let `function(ctx, *args)`, sync or async, stand in for the interpreter of `key`.

        `await ctx.dispatch(...)` in it runs continuations, which are recorded as well. Raises `RegistrationError` for a
        key that is no effect.
        """
        self._stand_in(key, function)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the dispatches of this recorder and their results to a file, for `replay`.

        The file holds effects and data as they are now, the state that was given, the recorded effects, and the phase,
        key and place of each error. It does not hold `system`, nor the functions that stand in for interpreters. It is
        tagged JSON, see `effects.codec`: raises `CodecError` for values that have no tag.
        """
        Path(path).write_text(self._recording.text(self._codec), encoding="utf-8")

    async def replay(self, path: str | PathLike[str]) -> list[DispatchResult]:
        """Run the dispatches of a saved file again, with its state, and compare the results with the saved ones.

        Raises an `AssertionError` that lists the differences, and `CodecError` for a file that is no recording. Returns
        the results, in order.
        """
        __tracebackhide__ = True
        saved = Recording.read(Path(path).read_bytes(), self._codec)  # noqa: ASYNC240 - a small file, in a test
        effects, errors = len(self.effects), len(self._recording.errors)
        self.state(**saved.state)
        results = [await self(call, data=data) for call, data in saved.calls]
        assert_effects(self.effects[effects:], saved.effects)
        assert_effects(self._recording.errors[errors:], saved.errors, name="errors")
        return results

    def _record_calls(self, key: str, function: Callable[..., object] | None) -> Callable[..., object]:
        def record(ctx: Context, *args: object, **_: object) -> object:
            self.effects.append([key, *args])
            return None if function is None else function(ctx, *args)

        return record

    def _stand_in(self, key: str, function: Callable[..., object]) -> None:
        key = plain_key(key)
        entry = self._entries.get(key)
        if entry is None or entry.is_action:
            what = "an action" if entry else "not registered"
            raise RegistrationError(
                f"{key!r} is {what}, so nothing can stand in for its interpreter",
                near=near(key, [name for name, other in self._entries.items() if not other.is_action]),
                fix="name an effect that is registered",
            )
        self._entries[key] = self._entry_without_needs(entry, self._record_calls(key, function))

    @staticmethod
    def _entry_without_needs(entry: Entry, function: Callable[..., object]) -> Entry:
        """Return the same entry, with another function that needs nothing from the system."""
        signature = replace(entry.signature, needs=(), wishes=(), is_async=False)
        return Entry(replace(entry.registration, function=function, signature=signature), validate=entry.validate)

    @staticmethod
    def _slice_entry(name: str, value: object) -> Entry:
        def read() -> object:
            return value

        signature = read_signature("state slice", name, read, {})
        return Entry(Registration("state slice", name, "recorder", read, signature, False, False, MappingProxyType({})))
