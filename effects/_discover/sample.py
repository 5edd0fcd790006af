"""Vectors that a dispatch would accept. Hypothesis makes them from the annotations that arguments are checked by.

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
from .asked import check_type
from .parameters import Argument, arguments
from .readable import StrategyMaker

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["SampleError", "Sampler", "sample"]

_MAX_DEPTH = 2
"""How deep effects are nested in effects at most."""
_MAX_REPEATED = 3
"""At most this many arguments are made for a parameter that takes any number."""
_LETTERS = string.ascii_letters + string.digits + " -"
"""The letters of text in samples that people read."""


class SampleError(EffectsError):
    """No sample can be made of a type."""


def hypothesis() -> Any:
    """Return the module. Raises `MissingExtraError` if it is not installed."""
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
        self._readers = [StrategyMaker(self._st, effect, letters) for effect in effects]
        """One for each depth. The first makes no effects inside effects."""

    def vectors(self, entries: Iterable[Entry]) -> SearchStrategy[list[object]]:
        """Return a strategy for vectors of any of the entries. Raises `SampleError` for the first entry that has no
        samples.
        """
        return cast(
            "SearchStrategy[list[object]]", self._st.one_of([self._vector(entry, _MAX_DEPTH) for entry in entries])
        )

    def placeholders(self, entries: Iterable[Entry]) -> SearchStrategy[Placeholder]:
        """Return a strategy for placeholders of any of the entries, with arguments. Raises as `vectors`."""
        strategies = [self._arguments(entry, _MAX_DEPTH).map(partial(_placeholder, entry.key)) for entry in entries]
        return cast("SearchStrategy[Placeholder]", self._st.one_of(strategies))

    def _vector(self, entry: Entry, depth: int) -> SearchStrategy[object]:
        return cast("SearchStrategy[object]", self._arguments(entry, depth).map(partial(_vector, entry.key)))

    def _deferred_vector(self, depth: int) -> SearchStrategy[object]:
        return cast("SearchStrategy[object]", self._st.deferred(lambda: self._nested_vector(depth)))

    def _nested_vector(self, depth: int) -> SearchStrategy[object]:
        """Return a strategy for any vector that can be made, with effects nested in it to this depth."""
        strategies: list[SearchStrategy[object]] = []
        for entry in self._tables.entries.values():
            try:
                strategies.append(self._vector(entry, depth))
            except SampleError:  # this entry was not asked for
                continue
        return cast("SearchStrategy[object]", self._st.one_of(strategies))

    def _arguments(self, entry: Entry, depth: int) -> Any:
        """Return a strategy for tuples of arguments, with and without those that have defaults."""
        parameters = arguments(entry.registration)
        strategies = [
            self._checked_argument(entry, index, argument, depth) for index, argument in enumerate(parameters)
        ]
        rest = strategies.pop() if parameters and parameters[-1].several else self._st.nothing()
        more = self._st.just([]) if rest.is_empty else self._st.lists(rest, max_size=_MAX_REPEATED)
        counts = range(entry.at_least, len(strategies) + 1)
        return self._st.one_of(
            [self._st.tuples(self._st.tuples(*strategies[:count]), more).map(_join_parts) for count in counts]
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
    """Return `n` different vectors of a key, or placeholders; fewer if there are fewer.

    Raises `UnknownKeyError`, and `SampleError` for a key that cannot be sampled.
    """
    check_type("a key", key, str)
    check_type("n", n, int)
    check_type("seed", seed, int, type(None))
    key = plain_key(key)
    if n < 1:
        raise SampleError(f"{n} samples cannot be made", fix="ask for one, or for more")
    sampler = Sampler(tables, letters=_LETTERS)
    if key in tables.entries:
        return _draw_examples(tables.entries[key], sampler.vectors([tables.entries[key]]), n, seed)
    if key in tables.placeholders:
        return _draw_examples(tables.placeholders[key], sampler.placeholders([tables.placeholders[key]]), n, seed)
    keys = [*tables.entries, *tables.placeholders]
    raise UnknownKeyError(
        f"nothing that can be dispatched is called {key!r}", near=near(key, keys), fix="ask dispatch.describe()"
    )


def _draw_examples(entry: Entry, strategy: SearchStrategy[Any], n: int, seed: int | None) -> tuple[object, ...]:
    """Return some of the values that Hypothesis tries, from the last backwards: it begins with the smallest."""
    module = hypothesis()
    values: dict[str, object] = {}

    def collect(value: object) -> None:
        values.setdefault(repr(value), value)

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
    usage, fix = entry.signature.usage, "name examples: Annotated[..., Field(examples=[...])]"
    try:
        settings(run)()
    except module.errors.Unsatisfiable as error:
        raise SampleError(f"no sample of {entry.key!r} passes its check: {usage}", fix=fix) from error
    except Exception as error:
        what = f"no sample of {entry.key!r} can be made, since {type(error).__name__} was raised: {usage}"
        raise SampleError(what, fix=fix) from error
    return tuple(values.values())[:: -max(len(values) // n, 1)][:n]
