"""Finds placeholders in arguments, and puts their values in place.

Only exact lists, tuples and dicts are walked. What holds no placeholder is passed on as the very object it was; what
does is rebuilt. A value that came out of a placeholder is not looked into again. Nothing here recurses, so data may be
of any depth; data that contains itself is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ._errors import PlaceholderError
from ._limits import Budget
from ._signatures import Late, Signature
from ._vectors import WALKED, Placeholder

__all__ = ["is_bound", "placeholders_in", "rebuild", "walkable"]

_CONTAINERS = frozenset({list, tuple, dict})


def is_bound(kind: type, late: Late) -> bool:
    """Whether something in an argument of that type is bound now, or may not stand there."""
    if late is False:
        return kind in WALKED
    return kind is Placeholder or (late is not True and kind is dict)


def walkable(args: Sequence[object], signature: Signature) -> list[object]:
    """The parts of the arguments that are bound now. Raises `PlaceholderError` for one where an effect belongs."""
    parts: list[object] = []
    for index, arg in enumerate(args):
        late = signature.late_at(index)
        if late is False:
            parts.append(arg)
        elif type(arg) is Placeholder:
            if late is True:
                raise PlaceholderError(
                    "a placeholder stands where an effect vector belongs",
                    fix="late binding is for values inside effects",
                )
            parts.append(arg)
        elif late is not True and type(arg) is dict:
            parts.extend(value for name, value in cast("dict[object, object]", arg).items() if name not in late)
    return parts


def placeholders_in(parts: Sequence[object], budget: Budget) -> list[Placeholder]:
    """Every placeholder in `parts`, at any depth; each container is looked into once.

    Raises `PlaceholderError` for cyclic data and for placeholders used as dict keys, `LimitError` where the budget of
    nodes is used up.
    """
    waiting: list[Any] = []  # of object, but each cast would cost as much as the rest
    for part in parts:
        if type(part) in WALKED:
            waiting.append(part)
    found: list[Placeholder] = []
    seen: set[int] = set()
    shared = False
    while waiting:
        value = waiting.pop()
        kind = cast("type[object]", type(value))
        if kind is Placeholder:
            found.append(value)
            continue
        if id(value) in seen:
            shared = True
            continue
        seen.add(id(value))
        budget.take_nodes(len(value))
        if kind is dict:
            for name in value:
                if type(name) is Placeholder:
                    raise PlaceholderError(
                        "a placeholder stands as the key of a dict", fix="late binding is for values"
                    )
            value = value.values()
        if not WALKED.isdisjoint(map(type, value)):
            waiting.extend([item for item in value if type(item) in WALKED])
    if shared:
        _refuse_cycles(parts)
    return found


def _refuse_cycles(parts: Sequence[object]) -> None:
    """Raise `PlaceholderError` if a container holds itself. Called only when some container was met twice."""
    open_now: set[int] = set()
    done: set[int] = set()
    waiting: list[tuple[object, bool]] = [(part, False) for part in parts]
    while waiting:
        value, leaving = waiting.pop()
        if type(value) not in _CONTAINERS or id(value) in done:
            continue
        if leaving:
            open_now.discard(id(value))
            done.add(id(value))
            continue
        if id(value) in open_now:
            raise PlaceholderError(
                "an argument contains itself", fix="dispatch data is a tree; send ids instead of links"
            )
        open_now.add(id(value))
        waiting.append((value, True))
        waiting.extend((item, False) for item in _items(value))


def rebuild(args: Sequence[object], signature: Signature, resolve: Callable[[Placeholder], object]) -> list[object]:
    """The arguments with every placeholder that is bound now replaced by its value."""
    memo: dict[int, object] = {}
    rebuilt: list[object] = []
    for index, arg in enumerate(args):
        if type(arg) not in WALKED:
            rebuilt.append(arg)
        elif type(arg) is Placeholder:
            rebuilt.append(resolve(arg))
        elif (late := signature.late_at(index)) is False:
            rebuilt.append(_rebuilt(arg, resolve, memo))
        elif late is True or type(arg) is not dict:
            rebuilt.append(arg)
        else:
            options = cast("dict[object, object]", arg)
            now = {name: value for name, value in options.items() if name not in late}
            values = cast("Mapping[object, object]", _rebuilt(now, resolve, {}))
            rebuilt.append(options if values is now else {name: values.get(name, old) for name, old in options.items()})
    return rebuilt


def _items(container: object) -> Sequence[object]:
    if type(container) is dict:
        return list(cast("dict[object, object]", container).values())
    return cast("Sequence[object]", container)


class _Part:
    """A container that is being rebuilt."""

    __slots__ = ("changed", "items", "new", "source")

    def __init__(self, source: object) -> None:
        self.source: object = source
        self.items = _items(source)
        self.new: list[object] = []
        self.changed = False

    def finish(self) -> object:
        if not self.changed:
            return self.source
        source = self.source
        if isinstance(source, dict):
            return dict(zip(cast("dict[object, object]", source), self.new, strict=True))
        return tuple(self.new) if isinstance(source, tuple) else self.new


def _rebuilt(value: object, resolve: Callable[[Placeholder], object], memo: dict[int, object]) -> object:
    parts = [_Part(value)]
    while True:
        part = parts[-1]
        if len(part.new) == len(part.items):
            parts.pop()
            result = memo[id(part.source)] = part.finish()
            if not parts:
                return result
            parts[-1].new.append(result)
            parts[-1].changed |= result is not part.source
            continue
        item = part.items[len(part.new)]
        if type(item) is Placeholder:
            part.new.append(resolve(item))
            part.changed = True
        elif type(item) not in _CONTAINERS:
            part.new.append(item)
        elif id(item) in memo:
            part.new.append(memo[id(item)])
            part.changed |= memo[id(item)] is not item
        else:
            parts.append(_Part(item))
