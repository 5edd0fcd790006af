"""The values that functions need from the system, with their takers and types, and the faults of a system that lacks
them.

Values are checked by `isinstance`, as far as it can check an annotation. It does not look into a live thing, and cannot
check a protocol that is not runtime-checkable.
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
"""Stands for a value that is not there, in a dispatch that is only described and never run."""


@final
class Need(NamedTuple):
    """One system value that a function takes."""

    name: str
    key: str
    """The key of its taker."""
    taker: str
    """`'alerts/send' of 'alerts'`."""
    classes: Classes
    default: object
    """`Parameter.empty` if it is required."""

    @property
    def required(self) -> bool:
        return self.default is Parameter.empty

    def takes(self, value: object) -> bool:
        """Whether a value fits, as far as `isinstance` can tell."""
        return value is self.default or value is ABSENT or fits_classes(value, self.classes)


def needs_of(entry: Registration) -> list[Need]:
    """Return the values that a registered function takes from the system."""
    names = {*entry.signature.needs, *entry.signature.wishes}
    if not names:
        return []
    needs = needs_in(entry.function, entry.annotations, f"{entry.key!r} of {entry.plugin!r}", entry.key)
    return [need for need in needs if need.name in names]


def needs_in(
    function: Callable[..., object], annotations: Mapping[str, object], taker: str, key: str = ""
) -> list[Need]:
    """Return the keyword-only parameters of a function as needs; none if its signature cannot be read."""
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
    """Group needs by the name of the value."""
    groups: dict[str, list[Need]] = {}
    for need in needs:
        groups.setdefault(need.name, []).append(need)
    return groups


def need_problems(needs: Sequence[Need], system: Mapping[str, object], late: Collection[str]) -> Iterator[str]:
    """Yield a message for each value that is neither there nor announced as late, for each of another type than it is
    needed as, and for each that is needed as two types that no value is meant to have both.
    """
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
        faults = list(misfits(takers, system))
        yield from (f"{what}; fix: {fix}" for what, fix in faults)
        if faults or name not in system:
            yield from _needs_at_odds(name, takers)


def misfits(takers: Sequence[Need], system: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the fault of a value that is there, for each of its takers, and the fix."""
    for need in takers:
        if need.name in system and not need.takes(system[need.name]):
            yield (
                f"system value {need.name!r} is of type {type(system[need.name]).__name__}, "
                f"and {need.taker} takes {names_of(need.classes)}",
                f"give it one that fits, or annotate {need.name!r} with a protocol of what is used of it",
            )


def _needs_at_odds(name: str, takers: Sequence[Need]) -> Iterator[str]:
    """Yield a message about the first two takers that cannot mean the same value."""
    for first, other in combinations(takers, 2):
        if are_at_odds(first.classes, other.classes):
            yield (
                f"system value {name!r} is {names_of(first.classes)} for {first.taker}, and "
                f"{names_of(other.classes)} for {other.taker}; "
                "fix: rename one of the two, or annotate both with a protocol of what they use"
            )
            return
