"""Checks the parts of a route that may hold placeholders: effects, and the names and patterns of connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from werkzeug.sansio.response import Response as AnyResponse

from effects import Placeholder, RegistrationError
from plugins.connections import ANY, PatternError, freeze_name, freeze_pattern, patterns_in

__all__ = [
    "check_exclude",
    "check_target",
    "check_vector",
    "check_vectors",
    "has_wildcard",
    "page_problem",
]


def check_vector(what: str, vector: object) -> None:
    """Raise `RegistrationError` if `vector` is no effect vector."""
    fix = 'write ["key", Signal("name"), ...]'
    if not isinstance(vector, (list, tuple)):
        raise RegistrationError(f"{what} is an effect vector, not {type(vector).__name__}", fix=fix)
    key = next(iter(cast(Sequence[object], vector)), None)
    if isinstance(key, (list, tuple)):
        raise RegistrationError(
            f"{what} is one effect vector, not a list of them", fix="make an action that returns them, and dispatch it"
        )
    if not isinstance(key, str):
        raise RegistrationError(f"{what} is an effect vector, and begins with its key, a str", fix=fix)


def check_vectors(what: str, vectors: object) -> None:
    """Raise `RegistrationError` if `vectors` is no list of effect vectors."""
    items = cast(Sequence[object], vectors) if isinstance(vectors, (list, tuple)) else None
    if items is None or (items and isinstance(items[0], str)):
        raise RegistrationError(f"{what} is a list of effect vectors", fix=f'{what}=[["patch-signals", {{...}}]]')
    for vector in items:
        check_vector(f"each of {what}", vector)


def page_problem(otherwise: object) -> str | None:
    """Return the reason why this cannot be the page for plain browsers, each time anew; None if it can."""
    if callable(otherwise) and not isinstance(otherwise, AnyResponse):
        return None
    body: object = next(iter(cast(Sequence[object], otherwise)), "") if isinstance(otherwise, tuple) else otherwise
    if isinstance(body, AnyResponse):
        return "otherwise is one Response for all visitors: each would get what another was sent, cookies included"
    if isinstance(body, str) and body.startswith("/"):
        return "otherwise is a page, and this looks like an address"
    kind = type(body)
    return (
        None if issubclass(kind, (str, bytes, dict, list, type(None))) else f"otherwise is a page, not {kind.__name__}"
    )


def check_target(target: object) -> None:
    """Raise `RegistrationError` if `target` can never be the name or pattern of connections."""
    try:
        freeze_pattern(_fill_placeholders(target))
    except PatternError as error:
        raise RegistrationError(f"target: {error.what}", near=error.near, fix=error.fix) from None
    (scope, _) = cast(Sequence[object], target)
    if not isinstance(scope, (Placeholder, type(ANY))):
        raise RegistrationError(
            "target: the scope of a stream is its visitor's session, which is not known beforehand",
            fix="write [ANY, [...]], or own_key(...)",
        )


def check_exclude(exclude: object) -> None:
    """Raise `RegistrationError` if `exclude` can never be a name, a pattern or a list of them."""
    if not isinstance(exclude, (list, tuple)):
        raise RegistrationError("exclude is a name or pattern, or a list of them", fix="write [scope, key]")
    try:
        for pattern in patterns_in(cast(Sequence[object], exclude)):
            freeze_pattern(_fill_placeholders(pattern))
    except PatternError as error:
        raise RegistrationError(f"exclude: {error.what}", near=error.near, fix=error.fix) from None


def has_wildcard(target: Sequence[object]) -> bool:
    """Whether a checked target is a pattern rather than a name. Only what is written in it counts."""
    try:
        freeze_name(_fill_placeholders(target))
    except PatternError:
        return True
    return False


def _fill_placeholders(template: object) -> object:
    """Put text in the place of each placeholder: the value of a placeholder is never a wildcard."""
    if isinstance(template, Placeholder):
        return ""
    if isinstance(template, (list, tuple)):
        return [_fill_placeholders(item) for item in cast(Sequence[object], template)]
    return template
