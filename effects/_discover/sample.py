"""Vectors that a dispatch would accept, made by Hypothesis from the annotations that arguments are checked by.

Each sample is checked as the dispatch checks it. If a type has no samples, the error says so.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast, final

from .._annotations.text import text_of
from .._assembly.tables import Entry, Tables
from .._language.errors import EffectsError, MissingExtraError, UnknownKeyError, near
from .._language.vectors import Placeholder, plain_key
from .asked import check_asked
from .parameters import Argument, arguments
from .readable import Readable

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["SampleError", "Sampler", "sample"]

_MAX_DEPTH = 2
"""Effects are nested in effects so deep at most."""
_MAX_SEVERAL = 3
"""How many arguments stand for any number of them, at most."""
_LETTERS = string.ascii_letters + string.digits + " -"
"""The letters of text in samples that people read."""


class SampleError(EffectsError):
    """No sample can be made of a type."""


def hypothesis() -> Any:
    """The module. Raises `MissingExtraError` where it is not installed."""
    try:
        import hypothesis
    except ImportError as error:
        raise MissingExtraError("samples are made by Hypothesis, which is not installed", "testing") from error
    return hypothesis


@final
class Sampler:
    """Strategies for the vectors and placeholders of one dispatch."""

    def __init__(self, tables: Tables, *, letters: str | None = None) -> None:
        self._st = hypothesis().strategies
        self._tables = tables
        effects = [self._st.nothing(), *map(self._deferred_vector, range(_MAX_DEPTH))]
        self._readers = [Readable(self._st, effect, letters) for effect in effects]
        """One for each depth: in the first, there is no room for effects any more."""

    def vectors(self, entries: Iterable[Entry]) -> SearchStrategy[list[object]]:
        """Vectors of any of the entries. Raises `SampleError` for the first of which none can be made."""
        return cast(
            "SearchStrategy[list[object]]", self._st.one_of([self._vector(entry, _MAX_DEPTH) for entry in entries])
        )

    def placeholders(self, entries: Iterable[Entry]) -> SearchStrategy[Placeholder]:
        """Placeholders of any of the entries, with arguments. Raises as `vectors`."""
        either = [self._arguments(entry, _MAX_DEPTH).map(partial(_placeholder, entry.key)) for entry in entries]
        return cast("SearchStrategy[Placeholder]", self._st.one_of(either))

    def _vector(self, entry: Entry, depth: int) -> SearchStrategy[object]:
        return cast("SearchStrategy[object]", self._arguments(entry, depth).map(partial(_vector, entry.key)))

    def _deferred_vector(self, depth: int) -> SearchStrategy[object]:
        return cast("SearchStrategy[object]", self._st.deferred(lambda: self._nested_vector(depth)))

    def _nested_vector(self, depth: int) -> SearchStrategy[object]:
        """Any vector of which one can be made, with effects nested in it so deep."""
        found: list[SearchStrategy[object]] = []
        for entry in self._tables.entries.values():
            try:
                found.append(self._vector(entry, depth))
            except SampleError:  # it is not what was asked for
                continue
        return cast("SearchStrategy[object]", self._st.one_of(found))

    def _arguments(self, entry: Entry, depth: int) -> Any:
        """Tuples of arguments, those with defaults there or not."""
        takes = arguments(entry.registration)
        made = [self._checked_argument(entry, index, argument, depth) for index, argument in enumerate(takes)]
        rest = made.pop() if takes and takes[-1].several else self._st.nothing()
        more = self._st.just([]) if rest.is_empty else self._st.lists(rest, max_size=_MAX_SEVERAL)
        counts = range(entry.at_least, len(made) + 1)
        return self._st.one_of(
            [self._st.tuples(self._st.tuples(*made[:count]), more).map(_join_parts) for count in counts]
        )

    def _checked_argument(self, entry: Entry, index: int, argument: Argument, depth: int) -> SearchStrategy[object]:
        checks, rest = entry.signature.checks, entry.signature.rest
        check = checks[index] if index < len(checks) else rest
        try:
            strategy = self._readers[depth].strategy(argument.annotation)
            strategy.validate()
        except Exception as error:
            raise SampleError(
                f"no sample of {entry.key!r} can be made: {argument.name!r} is {text_of(argument.annotation)}",
                fix="name examples: Annotated[..., Field(examples=[...])]",
            ) from error
        return strategy if check is None else strategy.filter(check.accepts)


def _join_parts(parts: tuple[tuple[object, ...], list[object]]) -> tuple[object, ...]:
    return (*parts[0], *parts[1])


def _vector(key: str, args: tuple[object, ...]) -> list[object]:
    return [key, *args]


def _placeholder(key: str, args: tuple[object, ...]) -> Placeholder:
    return Placeholder(key, *args)


def sample(tables: Tables, key: str, n: int, seed: int | None) -> tuple[object, ...]:
    """Return `n` different vectors of a key, or placeholders; fewer, if there are not so many.

    Raises `UnknownKeyError`, and `SampleError` for what cannot be sampled.
    """
    check_asked("a key", key, str)
    check_asked("n", n, int)
    check_asked("seed", seed, int, type(None))
    key = plain_key(key)
    if n < 1:
        raise SampleError(f"{n} samples cannot be made", fix="ask for one, or for more")
    sampler = Sampler(tables, letters=_LETTERS)
    if key in tables.entries:
        return _draw_examples(tables.entries[key], sampler.vectors([tables.entries[key]]), n, seed)
    if key in tables.placeholders:
        return _draw_examples(tables.placeholders[key], sampler.placeholders([tables.placeholders[key]]), n, seed)
    known = [*tables.entries, *tables.placeholders]
    raise UnknownKeyError(
        f"nothing that can be dispatched is called {key!r}", near=near(key, known), fix="ask dispatch.describe()"
    )


def _draw_examples(entry: Entry, strategy: SearchStrategy[Any], n: int, seed: int | None) -> tuple[object, ...]:
    """Some of what Hypothesis tries, from the last backwards: it begins with what is smallest."""
    module = hypothesis()
    found: dict[str, object] = {}

    def collect(value: object) -> None:
        found.setdefault(repr(value), value)

    run = module.given(strategy)(collect)
    run = run if seed is None else module.seed(seed)(run)
    settings = module.settings(
        max_examples=10 * n,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[module.Phase.generate],
        suppress_health_check=list(module.HealthCheck),
    )
    takes, fix = entry.signature.usage, "name examples: Annotated[..., Field(examples=[...])]"
    try:
        settings(run)()
    except module.errors.Unsatisfiable as error:
        raise SampleError(f"no sample of {entry.key!r} passes its check: {takes}", fix=fix) from error
    except Exception as error:
        said = f"no sample of {entry.key!r} can be made, since {type(error).__name__} was raised: {takes}"
        raise SampleError(said, fix=fix) from error
    return tuple(found.values())[:: -max(len(found) // n, 1)][:n]
