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

__all__ = ["Late", "late_of", "may_be_bound_now"]


@final
class Late:
    """A place where an effect may stand, or whose value may hold effects."""

    __slots__ = ("effect", "holds_more", "is_only_effect", "named", "others")

    effect: bool
    """Whether the value here may itself be an effect vector."""
    is_only_effect: bool
    """Whether the value here can be nothing else."""
    named: Mapping[object, Late | None]
    """The places in it that have a name of their own: options and fields, or indices of a tuple."""
    others: Late | None
    """The place of all other values in it: items of a list, values of a mapping."""
    holds_more: bool
    """Whether the value here may hold effects."""

    def at(self, name: object) -> Late | None:
        """Return the place of the value in it under a name, or at an index."""
        return self.named.get(name, self.others)

    def is_vector(self, value: object) -> bool:
        """Whether the value here is taken for an effect vector: nothing in it is bound before it is dispatched.

        If a list here may be a vector, and may be something else that holds effects, it is a vector if it begins with a
        str.
        """
        if not self.effect or not is_list(value):
            return False
        return not self.holds_more or issubclass(type(first_in(value)), str)


def late_of(annotation: object) -> Late | None:
    """Return the place of an argument with this annotation; None if no effect can stand in it.

    Raises `RegistrationError` for a type without end, and whatever typing raises for a name that cannot be resolved.
    """
    reader = _Reader()
    place = reader.place([annotation], 0)
    return place if place in reader.keep_reachable() else None


_MAX_DEPTH = 50
"""Places may be nested at most this deep; those that lead back are not counted."""


@final
class _Reader:
    """Reads one annotation. Annotations that allow the same kinds of values are one place."""

    def __init__(self) -> None:
        self._places: dict[frozenset[Hashable], Late] = {}
        self._kinds_met: list[object] = []
        """Every kind that was met, so that none gets the id of another."""

    def place(self, annotations: Sequence[object], depth: int) -> Late | None:
        kinds = {self._key(kind): kind for annotation in annotations for kind in kinds_of(annotation)}
        keys = frozenset(kinds)
        if not kinds or keys in self._places:
            return self._places.get(keys)
        if depth > _MAX_DEPTH:
            raise RegistrationError(
                "its type holds new types without end", fix="write a type that ends, or holds itself"
            )
        self._places[keys] = place = Late()
        place.effect = any(kind is EFFECT for kind in kinds.values())
        place.is_only_effect = place.effect and len(kinds) == 1
        contents = [content_of(kind) for kind in kinds.values() if kind is not EFFECT]
        names = dict.fromkeys(name for content in contents for name in content.named)
        place.named = {
            name: self.place([*chain(*(content.at(name) for content in contents))], depth + 1) for name in names
        }
        place.others = self.place([*chain(*(content.others for content in contents))], depth + 1)
        return place

    def keep_reachable(self) -> set[Late]:
        """Return the places from which effects can be reached, cut off from all others."""
        places = list(self._places.values())
        reachable = {place for place in places if place.effect}
        while more := {
            place
            for place in places
            if place not in reachable and not reachable.isdisjoint((place.others, *place.named.values()))
        }:
            reachable |= more
        for place in reachable:
            place.named = {name: inner if inner in reachable else None for name, inner in place.named.items()}
            place.others = place.others if place.others in reachable else None
            place.holds_more = place.others is not None or any(place.named.values())
        return reachable

    def _key(self, kind: object) -> Hashable:
        self._kinds_met.append(kind)
        try:
            hash(kind)
        except TypeError:  # metadata in `Annotated` need not be hashable
            return id(kind)
        return kind


def may_be_bound_now(kind: type, late: Late | None) -> bool:
    """Whether an argument of that type may hold a value that is bound now, or one that may not stand there."""
    return READERS[kind] is not None and (late is None or late.holds_more or not late.effect or kind not in PLAIN)
