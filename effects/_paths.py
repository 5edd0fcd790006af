"""Where something stands in the dispatched data.

While a dispatch runs, a place is a *link*: a pair `(link of the parent, token)`, which costs one small tuple and shares
everything above it. Only when a place is shown, in a record or a `Step`, is the link made into a *path*, a flat tuple.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import cast, final

__all__ = ["Link", "Nested", "Path", "Via", "find", "flatten", "render"]


@final
class Via(Enum):
    """How a path goes on where the dispatched data itself does not."""

    EXPANSION = "=>"
    """Into what an action returned."""
    CONTINUATION = "~>"
    """Into effects that an interpreter dispatched and that do not stand in its own vector."""
    BACKGROUND = "&>"
    """Into background work that an interpreter spawned."""

    def __repr__(self) -> str:
        return f"Via.{self.name}"


Path = tuple[int | str | Via, ...]
"""Tokens from the dispatched list inwards: an index, an option's name, or a `Via`."""


@final
@dataclass(frozen=True, slots=True)
class Nested:
    """A token for the list of a continuation: `items` were dispatched by the interpreter of `vector`."""

    vector: object
    items: tuple[object, ...]


Link = tuple["Link | None", "int | str | Via | Nested"]


def flatten(link: Link | None) -> Path:
    """The path of a link. A continuation's items are found in the vector they came from, by identity."""
    tokens: list[int | str | Via | Nested] = []
    while link is not None:
        link, token = link
        tokens.append(token)
    path: list[int | str | Via] = []
    later = reversed(tokens)
    for token in later:
        if isinstance(token, Nested):
            path.extend(_place(token, next(later, None)))
        else:
            path.append(token)
    return tuple(path)


def _place(nested: Nested, index: object) -> Path:
    if not isinstance(index, int):
        return (Via.CONTINUATION,)
    found = find(nested.vector, nested.items[index])
    return (Via.CONTINUATION, index) if found is None else found


def find(root: object, target: object) -> Path | None:
    """The path from `root` down to the very object `target`, through lists, tuples and dicts; None if there is none."""
    seen: set[int] = set()
    waiting: list[tuple[object, Link | None]] = [(root, None)]
    while waiting:
        value, link = waiting.pop()
        if value is target and link is not None:
            return flatten(link)
        if id(value) in seen:
            continue
        seen.add(id(value))
        waiting.extend(reversed([(child, (link, token)) for token, child in _children(value)]))
    return None


def _children(value: object) -> list[tuple[int | str, object]]:
    if isinstance(value, dict):
        return [(str(name), child) for name, child in cast(dict[object, object], value).items()]
    return list(enumerate(cast(Sequence[object], value))) if isinstance(value, (list, tuple)) else []


def render(path: Path) -> str:
    """A path as people read it: `effects[0][2] => [1]['then']`."""
    return "effects" + "".join(f" {token.value} " if isinstance(token, Via) else f"[{token!r}]" for token in path)
