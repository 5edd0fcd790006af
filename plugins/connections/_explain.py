"""Why a pattern matches a name, or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, final

from ._keys import ANY, REST, freeze_name, freeze_pattern, matches

__all__ = ["Explanation", "explain_match"]


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a pattern matches a name, and why. True where it does."""

    matched: bool
    reason: str
    """For people: the first place where they differ, or what the wildcards stand for. It shows values."""

    def __bool__(self) -> bool:
        return self.matched

    def __str__(self) -> str:
        return self.reason


def explain_match(pattern: Sequence[object], name: Sequence[object]) -> Explanation:
    """Say why a pattern matches a name, or does not. Raises `PatternError` for what is no pattern or no name.

    >>> str(explain_match([ANY, ["page", "home"]], ["ann", ["page", "about"]]))
    "no match: at key[1] the pattern has 'home', the name 'about'"
    """
    matched = matches(freeze_pattern(pattern), freeze_name(name))
    found: list[str] = []
    for place, wanted, given in zip(("scope", "key"), pattern, name, strict=True):
        difference = _difference(place, wanted, given, found)
        if difference is not None:
            return Explanation(matched, f"no match: {difference}")
    stand = f": {', '.join(found)}" if found else ""
    return Explanation(matched, f"match{stand}")


def _difference(place: str, wanted: object, given: object, found: list[str]) -> str | None:
    """The first place where they differ; what wildcards before it stand for goes to `found`."""
    if wanted is ANY:
        found.append(f"{place} is {given!r}")
        return None
    if not isinstance(wanted, (list, tuple)) or not isinstance(given, (list, tuple)):
        is_same = _is_same_leaf([wanted], [given])
        return None if is_same else f"at {place} the pattern has {wanted!r}, the name {given!r}"
    wanted_items, items = list(cast(Sequence[object], wanted)), list(cast(Sequence[object], given))
    open_ended = bool(wanted_items) and wanted_items[-1] is REST
    if open_ended:
        wanted_items.pop()
    for index, (item, name_item) in enumerate(zip(wanted_items, items, strict=False)):
        if (difference := _difference(f"{place}[{index}]", item, name_item, found)) is not None:
            return difference
    if len(items) < len(wanted_items) or (len(items) > len(wanted_items) and not open_ended):
        wants = f"{len(wanted_items)} or more" if open_ended else f"{len(wanted_items)}"
        return f"{place} has {len(items)} items, the pattern wants {wants}"
    if open_ended:
        found.append(f"{place}[{len(wanted_items)}:] is {items[len(wanted_items) :]!r}")
    return None


def _is_same_leaf(wanted: list[object], given: list[object]) -> bool:
    """Compared as names are: the text of a str alone counts, and of other leaves the type, too."""
    return matches(freeze_pattern([None, wanted]), freeze_name([None, given]))
