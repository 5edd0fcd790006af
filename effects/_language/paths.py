"""Places in the dispatched data.

While a dispatch runs, a place is a *link*: a pair `(link of the parent, token)`, which costs one small tuple and shares
everything above it. A link is made into a *path*, a flat tuple, only when a place is shown, in a record or a `Step`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import cast, final

from .containers import MAX_ITEMS, parts_in
from .display import shorten_text, type_name

__all__ = ["Link", "Nested", "Path", "Via", "flatten", "nested", "render", "token", "walk"]


@final
class Via(Enum):
    """A step of a path that leaves the dispatched data."""

    EXPANSION = "=>"
    """Into the vectors that an action returned."""
    CONTINUATION = "~>"
    """Into effects that an interpreter dispatched, and that do not stand in its own vector."""
    BACKGROUND = "&>"
    """Into background work that an interpreter spawned."""

    def __repr__(self) -> str:
        return f"Via.{self.name}"


Path = tuple[int | str | Via, ...]
"""Tokens from the dispatched list inwards: an index, an option's name, or a `Via`."""


@final
class Nested:
    """A token for the list of a continuation: `items` were dispatched by the interpreter of `vector`."""

    __slots__ = ("_places", "items", "vector")

    vector: object
    items: Sequence[object]
    _places: dict[int, Path] | None

    def place(self, index: int) -> Path:
        """Return the place of an item in the vector that it came from. An item that is not found there has its index
        among the dispatched items as its place.

        If an object stands there several times, each item has a place of its own, in order. All items are looked for at
        once.
        """
        if self._places is None:
            self._places = self._find_places()
        return self._places.get(index, (Via.CONTINUATION, index))

    def _find_places(self) -> dict[int, Path]:
        indices_by_id: dict[int, list[int]] = {}
        for index in reversed(range(len(self.items))):
            indices_by_id.setdefault(id(self.items[index]), []).append(index)
        places: dict[int, Path] = {}
        for value, link in walk(self.vector):
            if indices := indices_by_id.get(id(value)):
                places[indices.pop()] = flatten(link)
                if len(places) == len(self.items):
                    break
        return places


def nested(vector: object, items: Sequence[object]) -> Nested:
    """Return the token for items that are about to be dispatched."""
    token = Nested()
    token.vector = vector
    token.items = items
    token._places = None
    return token


Link = tuple["Link | None", "int | str | Via | Nested"]


def flatten(link: Link | None) -> Path:
    """Return the path of a link. A continuation's items are found in the vector they came from, by identity."""
    if link is not None and link[0] is None:
        return (cast("int", link[1]),)
    tokens: list[int | str | Via | Nested] = []
    while link is not None:
        link, step = link
        tokens.append(step)
    path: list[int | str | Via] = []
    steps = reversed(tokens)
    for step in steps:
        if isinstance(step, Nested):
            path.extend(step.place(cast(int, next(steps))))
        else:
            path.append(step)
    return tuple(path)


def walk(root: object) -> Iterator[tuple[object, Link]]:
    """Yield every value below `root`, in order, with its place.

    A value that stands in several places comes several times, but is looked into once.
    """
    seen: dict[int, object] = {id(root): root}
    waiting: list[tuple[object, Link]] = [(part, (None, token(name))) for name, part in parts_in(root)]
    waiting.reverse()
    while waiting and len(waiting) + len(seen) < MAX_ITEMS:  # there may be no end
        value, link = waiting.pop()
        yield value, link
        if id(value) not in seen:
            seen[id(value)] = value
            waiting.extend(reversed([(part, (link, token(name))) for name, part in parts_in(value)]))


def token(name: object) -> int | str:
    """Return an index or a name as it stands in a path. Any other key stands as its text, or as its type if it has no
    text.
    """
    if type(name) is int or type(name) is str:
        return name
    try:
        return str(name)
    except Exception:  # noqa: BLE001 - a place is only decoration: it may not cost the record
        return type_name(name)


_MAX_SHOWN = 64
"""A path of more tokens is shown by its beginning and its end."""


def render(path: Path, root: str = "effects") -> str:
    """Return a path as people read it, `effects[0][2] => [1]['then']`, in bounded length."""
    half = _MAX_SHOWN // 2
    tokens = (
        [*map(_token_text, path)]
        if len(path) <= _MAX_SHOWN
        else [*map(_token_text, path[:half]), " ... ", *map(_token_text, path[-half:])]
    )
    return root + "".join(tokens)


def _token_text(token: int | str | Via) -> str:
    if isinstance(token, Via):
        return f" {token.value} "
    return f"[{shorten_text(repr(token), 80)}]"
