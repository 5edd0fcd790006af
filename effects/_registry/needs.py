"""The values that are needed from the system, their takers and types; and the faults of a system that lacks them.

Values are compared by `isinstance`, as far as annotations say something that it can be asked: what is in a live thing
is not looked at, and a protocol that is not runtime-checkable says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from inspect import Parameter
from itertools import combinations
from typing import Final, NamedTuple, final

from .._annotations.system_types import Classes, are_at_odds, classes_of, fits_classes, names_of
from .._language.errors import near
from .first_parameter import signature_of
from .registration import Registration

__all__ = ["ABSENT", "Need", "by_name", "misfits", "need_problems", "needs_in", "needs_of"]


ABSENT: Final = object()
"""Stands for a value that is not there, where a dispatch is made only to be looked at."""


@final
class Need(NamedTuple):
    """One system value that somebody takes."""

    name: str
    key: str
    """The key of its taker."""
    taker: str
    """`'alerts/send' of 'alerts'`."""
    kinds: Classes
    default: object
    """`Parameter.empty` where it is required."""

    @property
    def required(self) -> bool:
        return self.default is Parameter.empty

    def takes(self, value: object) -> bool:
        """Whether a value fits, as far as that can be said."""
        return value is self.default or value is ABSENT or fits_classes(value, self.kinds)


def needs_of(entry: Registration) -> list[Need]:
    """Return the values that a registered function takes from the system."""
    wanted = {*entry.signature.needs, *entry.signature.wishes}
    if not wanted:
        return []
    taken = needs_in(entry.function, entry.annotations, f"{entry.key!r} of {entry.plugin!r}", entry.key)
    return [need for need in taken if need.name in wanted]


def needs_in(
    function: Callable[..., object], annotations: Mapping[str, object], taker: str, key: str = ""
) -> list[Need]:
    """The keyword-only parameters of a function; none where nobody can tell what it takes."""
    signature = signature_of(function)
    return [
        Need(parameter.name, key, taker, _classes_or_none(annotations.get(parameter.name, object)), parameter.default)
        for parameter in (signature.parameters.values() if signature is not None else ())
        if parameter.kind is Parameter.KEYWORD_ONLY
    ]


def _classes_or_none(annotation: object) -> Classes:
    try:
        return classes_of(annotation)
    except Exception:  # noqa: BLE001 - a type that cannot be read says nothing
        return ()


def by_name(needs: Iterable[Need]) -> dict[str, list[Need]]:
    """The needs of each value."""
    named: dict[str, list[Need]] = {}
    for need in needs:
        named.setdefault(need.name, []).append(need)
    return named


def need_problems(needs: Sequence[Need], system: Mapping[str, object], late: Collection[str]) -> Iterator[str]:
    """Every value that is neither there nor announced as late, that is of another type than it is needed as, and that
    is needed as two types of which no value is meant to be both."""
    present = {*system, *late}
    for need in needs:
        if need.required and need.name not in present:
            guess = near(need.name, present)
            hint = f" (near: {guess})" if guess else ""
            yield (
                f"missing system value {need.name!r}, needed by {need.taker}{hint}; fix: "
                f"create_dispatch(..., system={{{need.name!r}: ...}}), or Registry(..., late=[{need.name!r}])"
            )
    for name, takers in by_name(needs).items():
        wrong = list(misfits(takers, system))
        yield from (f"{said}; fix: {fix}" for said, fix in wrong)
        if wrong or name not in system:
            yield from _at_odds(name, takers)


def misfits(takers: Sequence[Need], system: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the fault of a value that is there, for each of its takers, and the fix."""
    for need in takers:
        if need.name in system and not need.takes(system[need.name]):
            yield (
                f"system value {need.name!r} is of type {type(system[need.name]).__name__}, "
                f"and {need.taker} takes {names_of(need.kinds)}",
                f"give it one that fits, or annotate {need.name!r} with a protocol of what is used of it",
            )


def _at_odds(name: str, takers: Sequence[Need]) -> Iterator[str]:
    """The first two who cannot mean the same value."""
    for first, other in combinations(takers, 2):
        if are_at_odds(first.kinds, other.kinds):
            yield (
                f"system value {name!r} is {names_of(first.kinds)} for {first.taker}, and {names_of(other.kinds)} for "
                f"{other.taker}; fix: rename one of the two, or annotate both with a protocol of what they use"
            )
            return
