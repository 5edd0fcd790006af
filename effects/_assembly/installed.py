"""The entry points of installed distributions, and which one is used where several offer the same name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from itertools import groupby
from typing import cast, final

from .._language.errors import RegistrationError

__all__ = ["Offered", "installed_points"]


@final
@dataclass(frozen=True, slots=True)
class Offered:
    """The installed entry points to be loaded, by name."""

    points: tuple[EntryPoint, ...] = ()
    left_out: Mapping[str, RegistrationError] = field(default_factory=dict[str, RegistrationError])
    """The names that several distributions have, and which of them is used."""
    settled: frozenset[str] = frozenset()
    """The names for which it was said whose is used."""


def installed_points(
    found: Iterable[EntryPoint], prefer: Mapping[str, str], block: Collection[str], listed: Collection[str]
) -> Offered:
    """Those of the entry points that are to be loaded, and are not in the list.

    If several have one name, the one of the distribution that `prefer` names is used, else that of the first
    distribution by name. `block` has names, for all of that name, or `distribution:name` for one.
    """
    points: list[EntryPoint] = []
    left_out: dict[str, RegistrationError] = {}
    settled: set[str] = set()
    ordered = sorted(found, key=lambda point: (point.name, _distribution(point)))
    for name, group in groupby(ordered, key=lambda point: point.name):
        rivals = list(group)
        free = [point for point in rivals if not {name, _qualified_name(point)} & {*block}]
        if name in listed or not free:
            continue
        wanted = _normalize_name(prefer.get(name, ""))
        chosen = next((point for point in free if wanted == _distribution(point)), free[0])
        points.append(chosen)
        if len(rivals) > 1 and wanted == _distribution(chosen):
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
        fix=f"prefer={{{chosen.name!r}: {_distribution(other)!r}}}, or block=[{_qualified_name(chosen)!r}]",
    )


def _distribution(point: EntryPoint) -> str:
    """The name of its distribution; empty where there is none, or one that has not said it."""
    name = None if point.dist is None else cast(object, point.dist.name)
    return _normalize_name(name) if isinstance(name, str) else ""


def _normalize_name(name: str) -> str:
    """A distribution's name as indexes compare it (PyPA, *Names and normalization*)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _qualified_name(point: EntryPoint) -> str:
    return f"{_distribution(point)}:{point.name}"


def _name_and_version(point: EntryPoint) -> str:
    version = "" if point.dist is None else f" {point.dist.version}"
    return f"{_distribution(point)}{version}" if _distribution(point) else repr(point.value)
