"""The entry points of installed distributions, and the choice among several that offer the same name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from itertools import groupby
from typing import cast, final

from .._language.errors import RegistrationError

__all__ = ["Offered", "choose_installed"]


@final
@dataclass(frozen=True, slots=True)
class Offered:
    """The installed entry points to be loaded, by name."""

    points: tuple[EntryPoint, ...] = ()
    left_out: Mapping[str, RegistrationError] = field(default_factory=dict[str, RegistrationError])
    """The names that several distributions have, each with a warning that says whose is used."""
    settled: frozenset[str] = frozenset()
    """The names for which `prefer` has chosen a distribution."""


def choose_installed(
    entry_points: Iterable[EntryPoint], prefer: Mapping[str, str], block: Collection[str], listed: Collection[str]
) -> Offered:
    """Return the entry points to be loaded; not those that are in the list.

    If several have one name, the one of the distribution that `prefer` names is used, else that of the first
    distribution by name. `block` holds names, each for all entry points of that name, or `distribution:name` for one.
    """
    points: list[EntryPoint] = []
    left_out: dict[str, RegistrationError] = {}
    settled: set[str] = set()
    ordered = sorted(entry_points, key=lambda point: (point.name, _distribution_name(point)))
    for name, group in groupby(ordered, key=lambda point: point.name):
        rivals = list(group)
        free = [point for point in rivals if not {name, _qualified_name(point)} & {*block}]
        if name in listed or not free:
            continue
        preferred = _normalize_name(prefer.get(name, ""))
        chosen = next((point for point in free if preferred == _distribution_name(point)), free[0])
        points.append(chosen)
        if len(rivals) > 1 and preferred == _distribution_name(chosen):
            settled.add(name)
        elif len(free) > 1:
            left_out[name] = _warning_of_rivals(free, chosen)
    return Offered(tuple(points), left_out, frozenset(settled))


def _warning_of_rivals(rivals: Sequence[EntryPoint], chosen: EntryPoint) -> RegistrationError:
    number = "two" if len(rivals) == 2 else str(len(rivals))
    other = next(point for point in rivals if point is not chosen)
    return RegistrationError(
        f"{number} plugins are named {chosen.name!r}, those of {' and '.join(map(_name_and_version, rivals))}; "
        f"that of {_name_and_version(chosen)} is used",
        fix=f"prefer={{{chosen.name!r}: {_distribution_name(other)!r}}}, or block=[{_qualified_name(chosen)!r}]",
    )


def _distribution_name(point: EntryPoint) -> str:
    """Return the name of the distribution of an entry point; empty if it has none, or that has no name."""
    name = None if point.dist is None else cast(object, point.dist.name)
    return _normalize_name(name) if isinstance(name, str) else ""


def _normalize_name(name: str) -> str:
    """Return a distribution's name as indexes compare it (PyPA, *Names and normalization*)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _qualified_name(point: EntryPoint) -> str:
    return f"{_distribution_name(point)}:{point.name}"


def _name_and_version(point: EntryPoint) -> str:
    version = "" if point.dist is None else f" {point.dist.version}"
    return f"{_distribution_name(point)}{version}" if _distribution_name(point) else repr(point.value)
