"""The comparison of effects with expected ones, and the places where they differ."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, cast, final

from .._language.paths import Link, flatten, render
from .._language.vectors import plain_key

__all__ = ["ANYTHING", "Like", "assert_effects", "like"]

_MAX_SHOWN = 10
_short = reprlib.Repr()
_short.maxlevel, _short.maxstring, _short.maxother = 4, 120, 120
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = 12


@final
class Like:
    """Stands in expected data for any value that passes a test. Made by `like`; `ANYTHING` is one."""

    __slots__ = ("_name", "_test")

    def __init__(self, test: Callable[..., object], name: str) -> None:
        self._test = test
        self._name = name

    def __eq__(self, other: object) -> bool:
        return bool(self._test(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return self._name


def like(test: Callable[..., object] | type, name: str | None = None) -> Like:
    """Return an object that equals each value for which `test(value)` is true; for a type, each of its instances.

    It may stand wherever data is compared, in `assert_effects` and beside `==`. Messages call it `name`.

    >>> ["alerts/send", "Ann", 41] == ["alerts/send", like(str), like(lambda number: number > 40)]
    True
    """
    if isinstance(test, type):
        return Like(partial(_is_a, test), name or f"like({test.__name__})")
    return Like(test, name or f"like({getattr(test, '__name__', test)!s})")


def _is_a(kind: type, value: object) -> bool:
    return isinstance(value, kind)


ANYTHING: Final = like(object, "ANYTHING")
"""Equals everything: for values that a test does not care about."""


def assert_effects(actual: object, expected: object, *, name: str = "effects") -> None:
    """Compare effects, or any nested data; raise an `AssertionError` that lists the places where they differ.

    Messages call the data `name`.

    A list and a tuple are the same, as they are in vectors. Types of other values count: `1` is neither `True` nor
    `1.0`, and `"<p>"` is not `html("<p>")`. Objects with `__html__` are compared as the HTML they make.
    """
    __tracebackhide__ = True
    differences = list(_differences(actual, expected, None))
    if differences:
        lines = [f"  {render(flatten(link), name)}: {text}" for link, text in differences[:_MAX_SHOWN]]
        more = [f"  and {len(differences) - _MAX_SHOWN} more"] if len(differences) > _MAX_SHOWN else []
        places = "1 place" if len(differences) == 1 else f"{len(differences)} places"
        raise AssertionError("\n".join([f"{name} differ in {places}", *lines, *more]))


Difference = tuple[Link | None, str]


def _differences(actual: object, expected: object, link: Link | None) -> Iterator[Difference]:
    both = actual, expected
    if all(isinstance(side, (list, tuple)) for side in both):
        yield from _list_differences(cast("Sequence[object]", actual), cast("Sequence[object]", expected), link)
    elif all(type(side) is dict for side in both):
        yield from _dict_differences(cast("dict[object, object]", actual), cast("dict[object, object]", expected), link)
    elif not _is_same(actual, expected):
        yield link, _expectation(expected, actual)


def _list_differences(actual: Sequence[object], expected: Sequence[object], link: Link | None) -> Iterator[Difference]:
    for index, (item, expected_item) in enumerate(zip(actual, expected, strict=False)):
        if index or not _are_equal_keys(item, expected_item):
            yield from _differences(item, expected_item, (link, index))
    for index in range(len(expected), len(actual)):
        yield (link, index), f"nothing expected, got {_short.repr(actual[index])}"
    for index in range(len(actual), len(expected)):
        yield (link, index), f"expected {_short.repr(expected[index])}, got nothing"


def _are_equal_keys(first: object, other: object) -> bool:
    """Whether both are the same key of a vector: keys are compared as text, even if one is a member of a `StrEnum`."""
    text = isinstance(first, str) and isinstance(other, str) and not _is_html(first) and not _is_html(other)
    return text and plain_key(cast(str, first)) == plain_key(cast(str, other))


def _dict_differences(
    actual: dict[object, object], expected: dict[object, object], link: Link | None
) -> Iterator[Difference]:
    for name in {**expected, **actual}:
        here = (link, cast(str, name))
        if name not in expected:
            yield here, f"nothing expected, got {_short.repr(actual[name])}"
        elif name not in actual:
            yield here, f"expected {_short.repr(expected[name])}, got nothing"
        else:
            yield from _differences(actual[name], expected[name], here)


def _is_same(actual: object, expected: object) -> bool:
    if actual is expected or isinstance(expected, Like):
        return actual is expected or expected == actual
    if _is_html(actual) and _is_html(expected):
        return _html(actual) == _html(expected)
    return type(actual) is type(expected) and actual == expected


def _is_html(value: object) -> bool:
    return not isinstance(value, type) and callable(getattr(value, "__html__", None))


def _html(value: object) -> str:
    return str(cast("Callable[[], object]", getattr(value, "__html__"))())  # noqa: B009 - a protocol of three projects


def _expectation(expected: object, actual: object) -> str:
    wanted, got = (_html(side) if _is_html(side) else _short.repr(side) for side in (expected, actual))
    if wanted == got or type(expected) is not type(actual):
        return f"expected {wanted}{_type_in_brackets(expected)}, got {got}{_type_in_brackets(actual)}"
    return f"expected {wanted}, got {got}"


def _type_in_brackets(value: object) -> str:
    return "" if isinstance(value, Like) or value is None else f" ({type(value).__name__})"
