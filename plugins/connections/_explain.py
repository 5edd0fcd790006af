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
    """Whether a pattern matches a name, and why. True if it does."""

    matched: bool
    reason: str
    """A text for people: the first place where the two differ, or the values of the wildcards. It shows values."""

    def __bool__(self) -> bool:
        return self.matched

    def __str__(self) -> str:
        return self.reason


def explain_match(pattern: Sequence[object], name: Sequence[object]) -> Explanation:
    """Explain why a pattern matches a name, or does not. Raises `PatternError` if the pattern or the name is invalid.

    >>> str(explain_match([ANY, ["page", "home"]], ["ann", ["page", "about"]]))
    "no match: at key[1] the pattern has 'home', the name 'about'"
    """
    matched = matches(freeze_pattern(pattern), freeze_name(name))
    stand_ins: list[str] = []
    for place, pattern_part, name_part in zip(("scope", "key"), pattern, name, strict=True):
        difference = _find_difference(place, pattern_part, name_part, stand_ins)
        if difference is not None:
            return Explanation(matched, f"no match: {difference}")
    listed = f": {', '.join(stand_ins)}" if stand_ins else ""
    return Explanation(matched, f"match{listed}")


def _find_difference(place: str, pattern_part: object, name_part: object, stand_ins: list[str]) -> str | None:
    """Describe the first difference; None if there is none. Adds the values of wildcards before it to `stand_ins`."""
    if pattern_part is ANY:
        stand_ins.append(f"{place} is {name_part!r}")
        return None
    if not isinstance(pattern_part, (list, tuple)) or not isinstance(name_part, (list, tuple)):
        is_same = _is_same_leaf([pattern_part], [name_part])
        return None if is_same else f"at {place} the pattern has {pattern_part!r}, the name {name_part!r}"
    pattern_items, name_items = list(cast(Sequence[object], pattern_part)), list(cast(Sequence[object], name_part))
    is_open_ended = bool(pattern_items) and pattern_items[-1] is REST
    if is_open_ended:
        pattern_items.pop()
    for index, (pattern_item, name_item) in enumerate(zip(pattern_items, name_items, strict=False)):
        if (difference := _find_difference(f"{place}[{index}]", pattern_item, name_item, stand_ins)) is not None:
            return difference
    if len(name_items) < len(pattern_items) or (len(name_items) > len(pattern_items) and not is_open_ended):
        wanted_count = f"{len(pattern_items)} or more" if is_open_ended else f"{len(pattern_items)}"
        return f"{place} has {len(name_items)} items, the pattern wants {wanted_count}"
    if is_open_ended:
        stand_ins.append(f"{place}[{len(pattern_items)}:] is {name_items[len(pattern_items) :]!r}")
    return None


def _is_same_leaf(pattern_part: list[object], name_part: list[object]) -> bool:
    """Compare two leaves as names are compared: a str by its text alone, other leaves by value and type."""
    return matches(freeze_pattern([None, pattern_part]), freeze_name([None, name_part]))
