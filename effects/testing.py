"""Unit test effects without doing them: a recorder, and a sink that keeps what is sent to it.

With pytest, define a fixture `dispatch` and ask for `recorder`; it is there as soon as rhialto is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast, final

from ._context import Context
from ._discover import Sampler
from ._dispatch import Dispatch
from ._errors import DispatchResult, RegistrationError, UnknownKeyError, near
from ._registry import Registration
from ._signatures import read_signature
from ._sink import Sink
from ._tables import Entry
from ._vectors import Placeholder

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["MemorySink", "Recorder", "placeholders", "vectors"]


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
        self._alone: Mapping[str, object] = {"sink": MemorySink()}
        self.effects: list[list[object]] = []
        """Every effect that would have run, in order: its key and its arguments, placeholders resolved."""
        tables = dispatch._engine.tables
        self._entries = {
            key: entry if entry.is_action else self._entry(entry, self._recording(key, None))
            for key, entry in tables.entries.items()
        }
        self._slices = dict(tables.slices)
        recording = replace(tables, entries=MappingProxyType(self._entries), slices=MappingProxyType(self._slices))
        engine = replace(dispatch._engine, tables=recording)
        self._dispatch = Dispatch(engine, dispatch._gathered, dispatch._system)
        self.state(**(state or {}))

    async def __call__(
        self,
        effects: Sequence[object],
        *,
        data: Mapping[str, object] | None = None,
        system: Mapping[str, object] | None = None,
    ) -> DispatchResult:
        """Dispatch, recording. See `Dispatch.__call__`. Without a sink, there is one with a single member."""
        if "sink" not in self._dispatch._system and (system is None or isinstance(cast(object, system), Mapping)):
            system = {**self._alone, **(system or {})}
        return await self._dispatch(effects, data=data, system=system)

    def __repr__(self) -> str:
        return f"<Recorder of {', '.join(self._dispatch.plugins)}, with {len(self.effects)} effects>"

    def state(self, **slices: object) -> None:
        """Give state slices their values: `recorder.state(app=Team("blue"))`.

        Raises `RegistrationError` for a slice that nobody contributes.
        """
        for name, value in slices.items():
            if name not in self._slices:
                raise RegistrationError(
                    f"no registry contributes a state slice {name!r}",
                    near=near(name, self._slices),
                    fix="register one with @registry.state",
                )
            self._slices[name] = self._slice(name, value)

    def returns(self, key: str, value: object) -> None:
        """Let the effect `key` return `value`. Raises `RegistrationError` for a key that is no effect."""

        def answer(*_: object) -> object:
            return value

        self._stand_in(key, self._recording(key, answer))

    def fails(self, key: str, error: BaseException) -> None:
        """Let the effect `key` raise `error`. Raises `RegistrationError` for a key that is no effect."""

        def fail(*_: object) -> None:
            raise error

        self._stand_in(key, self._recording(key, fail))

    def runs(self, key: str, function: Callable[..., object]) -> None:
        """Let `function(ctx, *args)`, sync or async, stand in for the interpreter of `key`.

        `await ctx.dispatch(...)` in it runs continuations, which are recorded as well. Raises `RegistrationError` for a
        key that is no effect.
        """
        self._stand_in(key, self._recording(key, function))

    def _recording(self, key: str, function: Callable[..., object] | None) -> Callable[..., object]:
        def record(ctx: Context, *args: object, **_: object) -> object:
            self.effects.append([key, *args])
            return None if function is None else function(ctx, *args)

        return record

    def _stand_in(self, key: str, function: Callable[..., object]) -> None:
        entry = self._entries.get(key)
        if entry is None or entry.is_action:
            what = "an action" if entry else "not registered"
            raise RegistrationError(
                f"{key!r} is {what}, so nothing can stand in for its interpreter",
                near=near(key, [name for name, other in self._entries.items() if not other.is_action]),
                fix="name an effect that is registered",
            )
        self._entries[key] = self._entry(entry, function)

    @staticmethod
    def _entry(entry: Entry, function: Callable[..., object]) -> Entry:
        """The same plan, with another function that needs nothing from the system."""
        signature = replace(entry.signature, needs=(), wishes=(), is_async=False)
        return Entry(replace(entry.registration, function=function, signature=signature), validate=entry.validate)

    @staticmethod
    def _slice(name: str, value: object) -> Entry:
        def given() -> object:
            return value

        signature = read_signature("state slice", name, given, {})
        return Entry(
            Registration("state slice", name, "recorder", given, signature, False, False, MappingProxyType({}))
        )


@final
class MemorySink:
    """A sink that keeps what it is sent: give it to a dispatch as `system={"sink": MemorySink()}`.

    With `members`, it stands for a group of that many sinks, each of which keeps its own copy.
    """

    def __init__(self, *, members: int | None = None) -> None:
        self.frames: list[bytes] = []
        self.closed = False
        self._members: list[MemorySink] | None = None if members is None else [MemorySink() for _ in range(members)]

    @property
    def text(self) -> str:
        """Everything sent so far, as text."""
        return b"".join(self.frames).decode()

    def send(self, frame: bytes) -> None:
        """Keep one frame; nothing once closed."""
        if not self.closed:
            self.frames.append(frame)
            for member in self._members or ():
                member.send(frame)

    def close(self) -> None:
        """Take nothing any more."""
        self.closed = True
        for member in self._members or ():
            member.close()

    def members(self) -> Sequence[Sink]:
        """The members of a group, or the sink itself."""
        return [self] if self._members is None else list(self._members)


def vectors(
    dispatch: Dispatch, key: str | None = None, *, kind: Literal["effect", "action"] | None = None
) -> SearchStrategy[list[object]]:
    """A Hypothesis strategy for vectors that the dispatch accepts: of one key, of one kind, or any.

    They are made from annotations, nested effects included, and pass the check of arguments. Examples that pydantic's
    `Field(examples=[...])` names are used instead. Raises `UnknownKeyError` where nothing fits, `SampleError`, naming
    the parameter, where nothing can be made of a type, and `MissingExtraError` without Hypothesis.

    >>> from effects import Registry, create_dispatch
    >>> from hypothesis import given
    >>> alerts = Registry("alerts")
    >>> @alerts.action("alerts/raise")
    ... def raise_alert(state, name: str):
    ...     return [["alerts/send", name]]
    >>> @given(vectors(create_dispatch([alerts])))
    ... def test_an_alert_is_sent(vector):
    ...     assert raise_alert({}, *vector[1:])[0][0] == "alerts/send"
    >>> test_an_alert_is_sent()
    """
    entries = dispatch._engine.tables.entries
    kinds = {"effect", "action"} if kind is None else {kind}
    fitting = [entry for entry in entries.values() if key in {None, entry.key} and entry.registration.kind in kinds]
    return Sampler(dispatch._engine.tables).vectors(_some(fitting, key or kind or "vector", entries))


def placeholders(dispatch: Dispatch, key: str | None = None) -> SearchStrategy[Placeholder]:
    """A Hypothesis strategy for placeholders of one key, or of any, with arguments. Raises as `vectors` does."""
    entries = dispatch._engine.tables.placeholders
    fitting = [entry for entry in entries.values() if key in {None, entry.key}]
    return Sampler(dispatch._engine.tables).placeholders(_some(fitting, key or "placeholder", entries))


def _some(fitting: Sequence[Entry], what: str, known: Mapping[str, Entry]) -> Sequence[Entry]:
    if not fitting:
        raise UnknownKeyError(f"this dispatch has no {what!r}", near=near(what, known), fix="ask dispatch.describe()")
    return fitting
