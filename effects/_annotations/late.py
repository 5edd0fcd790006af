"""The parts of an argument that are bound late, read from its annotation: this module alone says where effects may
stand.

An annotation is read as a graph of places. The place of an argument leads to the places of its contents, by option,
field or index; places from which no effect can be reached are `None`. A TypedDict may hold itself, so a place may lead
back to itself. A union is one place, in which any of its members may stand.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import chain
from typing import final

from .._language.containers import PLAIN, READERS, first_in, is_list
from .._language.errors import RegistrationError
from .contents import EFFECT, content_of, kinds_of

__all__ = ["Late", "is_bound", "late_of"]


@final
class Late:
    """A place at which effects may stand, or in which they may."""

    __slots__ = ("effect", "holds_more", "is_only_effect", "named", "others")

    effect: bool
    """Whether what stands here may itself be an effect vector."""
    is_only_effect: bool
    """Whether nothing else may."""
    named: Mapping[object, Late | None]
    """The places in it that have a name of their own: options and fields, or indices of a tuple."""
    others: Late | None
    """The place of whatever else stands in it: items of a list, values of a mapping."""
    holds_more: bool
    """Whether effects may stand in what stands here."""

    def at(self, name: object) -> Late | None:
        """The place of what stands in it under a name, or at an index."""
        return self.named.get(name, self.others)

    def is_vector(self, value: object) -> bool:
        """Whether what stands here is taken for an effect vector: nothing in it is bound before it is dispatched.

        A list that may be one, and may be something else that holds effects, is one if it begins as one.
        """
        if not self.effect or not is_list(value):
            return False
        return not self.holds_more or issubclass(type(first_in(value)), str)


def late_of(annotation: object) -> Late | None:
    """Return the place of an argument with this annotation; None if no effect can stand in it.

    Raises `RegistrationError` for a type without end, and whatever typing raises for what cannot be resolved.
    """
    reader = _Reader()
    place = reader.place([annotation], 0)
    return place if place in reader.kept() else None


_MAX_DEPTH = 50
"""So deep are places in one another at most, but for those that lead back."""


@final
class _Reader:
    """Reads one annotation. Annotations that allow the same kinds of values are one place."""

    def __init__(self) -> None:
        self._places: dict[frozenset[Hashable], Late] = {}
        self._read: list[object] = []
        """Every kind that was met, so that none gets the id of another."""

    def place(self, annotations: Sequence[object], depth: int) -> Late | None:
        kinds = {self._key(kind): kind for annotation in annotations for kind in kinds_of(annotation)}
        known = frozenset(kinds)
        if not kinds or known in self._places:
            return self._places.get(known)
        if depth > _MAX_DEPTH:
            raise RegistrationError("its type holds ever new ones", fix="write a type that ends, or holds itself")
        self._places[known] = made = Late()
        made.effect = any(kind is EFFECT for kind in kinds.values())
        made.is_only_effect = made.effect and len(kinds) == 1
        contents = [content_of(kind) for kind in kinds.values() if kind is not EFFECT]
        names = dict.fromkeys(name for content in contents for name in content.named)
        made.named = {
            name: self.place([*chain(*(content.at(name) for content in contents))], depth + 1) for name in names
        }
        made.others = self.place([*chain(*(content.others for content in contents))], depth + 1)
        return made

    def kept(self) -> set[Late]:
        """The places from which effects can be reached, cut off from all others."""
        places = list(self._places.values())
        kept = {place for place in places if place.effect}
        while more := {
            place
            for place in places
            if place not in kept and not kept.isdisjoint((place.others, *place.named.values()))
        }:
            kept |= more
        for place in kept:
            place.named = {name: inner if inner in kept else None for name, inner in place.named.items()}
            place.others = place.others if place.others in kept else None
            place.holds_more = place.others is not None or any(place.named.values())
        return kept

    def _key(self, kind: object) -> Hashable:
        self._read.append(kind)
        try:
            hash(kind)
        except TypeError:  # what is said in `Annotated` need not be hashable
            return id(kind)
        return kind


def is_bound(kind: type, late: Late | None) -> bool:
    """Whether something in an argument of that type may be bound now, or may not stand there."""
    return READERS[kind] is not None and (late is None or late.holds_more or not late.effect or kind not in PLAIN)
