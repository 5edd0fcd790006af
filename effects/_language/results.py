"""The result of a dispatch: a record for each effect that ran, and one for each failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self, cast, final, overload

from .display import shorten_text
from .errors import EffectsError, format_message
from .paths import Link, Path, flatten, render

__all__ = ["DispatchResult", "ErrorRecord", "Outcome", "Phase", "ResultRecord", "SoFar", "message_of", "so_far"]


Phase = Literal["shape", "interpolate", "state", "validate", "expand", "execute", "interceptor"]
"""The work that was being done when an error happened."""


@final
class ResultRecord(NamedTuple):
    """The result of one effect."""

    key: str
    value: object
    """The value that the interpreter returned, or that an interceptor put in its place; for an effect that ran once for
    each member of a sink, the tuple of their values.
    """
    path: Path
    plugin: str
    """The name of the registry that owns the effect."""
    skipped: bool = False
    """True if an interceptor skipped the interpreter."""


@final
@dataclass(frozen=True, slots=True, repr=False)
class ErrorRecord:
    """One failure: the phase, the key, the place in the dispatched data, the plugin whose code failed, and the
    exception.
    """

    phase: Phase
    key: str | None
    """The effect's or action's key; None if no key could be read."""
    path: Path
    plugin: str | None
    """The plugin whose code failed; None if the dispatched data itself is at fault."""
    exception: Exception
    types: tuple[str, ...] = ()
    """The type names of the vector's arguments."""
    values: str | None = None
    """The vector, shortened; in debug mode only."""
    interceptor: str | None = None
    """The id of the interceptor whose hook failed; None if no hook failed."""
    hook: str | None = None
    """The name of that hook, such as `before_effect`."""
    handled: bool = False
    """Whether it happened in an attempt. The caller of the attempt deals with it, and no error listener hears of it."""

    @property
    def place(self) -> str:
        """The path and the arguments' types: `effects[2] (str, dict)`."""
        return f"{render(self.path)} ({', '.join(self.types)})" if self.types else render(self.path)

    @property
    def cause(self) -> str:
        """The failure, in one line without values: the engine's own message, or the exception's type."""
        error = self.exception
        return shorten_text(error.what, _MAX_MESSAGE) if isinstance(error, EffectsError) else _type_names(error)

    @property
    def owner(self) -> str:
        """The plugin and the hook whose code failed: `plugin 'shop', before_effect of interceptor 'careful'`. Empty if
        no code failed.
        """
        hook = self.interceptor and f"{self.hook} of interceptor {self.interceptor!r}"
        return ", ".join(filter(None, [self.plugin and f"plugin {self.plugin!r}", hook]))

    @property
    def raised_by(self) -> str | None:
        """The owner, if it is the hook of an interceptor that `cause` does not name; otherwise None."""
        hides = self.interceptor is None or repr(self.interceptor) in self.cause
        return None if hides else self.owner

    def __str__(self) -> str:
        place = self.place if self.values is None else f"{self.place} {self.values}"
        error, cause = self.exception, self.cause
        if isinstance(error, EffectsError):
            named = self.key is None or repr(self.key) in error.what
            at = place if named else f"{place}, in {shorten_text(str(self.key))!r}"
            near, fix = (text and shorten_text(text, _MAX_MESSAGE) for text in (error.near, error.fix))
            return format_message(cause, at=at, near=near, fix=fix, **{"from": self.raised_by})
        shown = cause if self.values is None else f"{cause}: {message_of(error)}"
        fix = "create_dispatch(..., debug=True) shows its message" if self.values is None else None
        return format_message(
            f"{self.phase} failed for {self.key!r}: {shown}", at=place, **{"from": self.owner}, fix=fix
        )

    def __repr__(self) -> str:
        cause = type(self.exception).__name__
        return f"<ErrorRecord {self.phase} {self.key!r} {render(self.path)} plugin={self.plugin!r} {cause}>"


_MAX_MESSAGE = 2_000
"""One part of a message has at most this many characters."""


def _type_names(exception: BaseException, depth: int = 0) -> str:
    """Return the name of the exception's type; for a group, also those of the exceptions in it, to some depth."""
    name = shorten_text(type(exception).__name__)
    if not isinstance(exception, BaseExceptionGroup) or depth > 3:
        return name
    inside = cast(BaseExceptionGroup[BaseException], exception).exceptions
    names = [_type_names(inner, depth + 1) for inner in inside[:5]] + ["..."] * (len(inside) > 5)
    return shorten_text(f"{name} ({', '.join(names)})", _MAX_MESSAGE)


def message_of(exception: Exception) -> str:
    """Return the message of an exception, shortened; if it has none, that of its cause. It may hold values."""
    try:
        return str(exception)[:500]
    except Exception as error:  # noqa: BLE001 - a message is only decoration: it may not cost the record
        return f"<no message: {type(error).__name__}>"


Outcome = tuple[str, object, Link, str, bool]
"""A `ResultRecord` in the making, with the link that its path is made from when the record is read."""


@final
class SoFar(Sequence[ResultRecord]):
    """The results of a dispatch up to now. Records are made when they are read; later ones are not in it."""

    __slots__ = ("_count", "_outcomes")

    _outcomes: Sequence[Outcome]
    _count: int

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> ResultRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ResultRecord]: ...
    def __getitem__(self, index: int | slice) -> ResultRecord | Sequence[ResultRecord]:
        if isinstance(index, slice):
            return [self[place] for place in range(self._count)[index]]
        return _make_record(self._outcomes[range(self._count)[index]])

    def __repr__(self) -> str:
        return f"<{self._count} results so far>"


_blank: Callable[[type[SoFar]], SoFar] = cast(Any, object).__new__


def so_far(outcomes: Sequence[Outcome]) -> SoFar:
    """Return the results of a dispatch that goes on. Made without a constructor: hooks run in the hot path."""
    results = _blank(SoFar)
    results._outcomes = outcomes
    results._count = len(outcomes)
    return results


def _make_record(outcome: Outcome) -> ResultRecord:
    key, value, link, plugin, skipped = outcome
    return ResultRecord(key, value, flatten(link), plugin, skipped)


@final
class DispatchResult:
    """The result of a dispatch: a record for each effect that ran, and one for each failure, in the order in which they
    happened.
    """

    __slots__ = ("_errors", "_outcomes", "_results", "_stopped")

    def __init__(
        self, outcomes: Sequence[Outcome] = (), errors: Sequence[ErrorRecord] = (), stopped: str | None = None
    ) -> None:
        self._outcomes = outcomes
        self._results: tuple[ResultRecord, ...] | None = None
        self._errors = tuple(errors) if errors else ()
        self._stopped = stopped

    @property
    def results(self) -> tuple[ResultRecord, ...]:
        """A record for each effect that ran. The records of a continuation are in the continuation's own result."""
        if self._results is None:
            self._results = tuple(map(_make_record, self._outcomes))
        return self._results

    @property
    def errors(self) -> tuple[ErrorRecord, ...]:
        """A record for each failure, those of continuations included, under their own paths."""
        return self._errors

    @property
    def stopped(self) -> str | None:
        """The reason, if an interceptor stopped this dispatch; otherwise None."""
        return self._stopped

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DispatchResult):
            return NotImplemented
        return (self.results, self.errors, self.stopped) == (other.results, other.errors, other.stopped)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"DispatchResult(results={self.results!r}, errors={self.errors!r}, stopped={self.stopped!r})"

    def raise_errors(self) -> Self:
        """Raise an `ExceptionGroup` of every recorded exception; return the result itself if there is none."""
        if self.errors:
            listing = "\n".join(str(record) for record in self.errors)
            raise ExceptionGroup(
                f"{len(self.errors)} failed in this dispatch\n{listing}", [e.exception for e in self.errors]
            )
        return self
