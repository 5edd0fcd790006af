"""Finds routes in their sources: the metadata of registries, or the routes themselves."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast, final

from effects import Dispatch, Registration, RegistrationError, Registry

from ._route import Route

__all__ = ["Claim", "claims_of"]

_METADATA = "route"


@final
class Claim(NamedTuple):
    """A route and its owner."""

    route: Route
    owner: str
    key: str


def claims_of(dispatch: Dispatch, source: object) -> Iterator[Claim]:
    """Yield the routes of one source. Raises `RegistrationError`."""
    if isinstance(source, Route):
        source = [source]
    if isinstance(source, (str, Registry)):
        yield from _claims_in(_find_registry(dispatch, source))
        return
    if not isinstance(source, Iterable):
        raise RegistrationError(
            f"routes are those of a registry, or Route objects, and not of a {type(source).__name__}",
            fix="routes(live, lobby)",
        )
    for route in _checked_routes(cast(Iterable[object], source), "a list of routes"):
        key = str(route.dispatch[0])
        yield Claim(route, f"{key!r}, given by itself", key)


def _find_registry(dispatch: Dispatch, source: Registry | str) -> Registry:
    known = {registry.name: registry for registry in dispatch.registries}
    name = source if isinstance(source, str) else source.name
    if name not in known or (isinstance(source, Registry) and known[name] is not source):
        near = difflib.get_close_matches(name, known, n=3)
        raise RegistrationError(
            f"registry {name!r} is not in the dispatch that answers its routes",
            near=", ".join(map(repr, near)) or None,
            fix=f"add it to create_dispatch([...]), or name one of {', '.join(map(repr, known))}",
        )
    return known[name]


def _claims_in(registry: Registry) -> list[Claim]:
    claims = [
        Claim(route, _owner_of(registration), registration.key)
        for registration in registry.registrations
        for route in _routes_of(registration)
    ]
    if not claims:
        raise RegistrationError(
            f"registry {registry.name!r} has no routes",
            fix=f'@{registry.name}.action("...", route=Route("/..."))',
        )
    return claims


def _routes_of(registration: Registration) -> Sequence[Route]:
    owner, metadata = _owner_of(registration), registration.metadata
    for name, value in metadata.items():
        values = cast(Iterable[object], value) if isinstance(value, (list, tuple)) else [value]
        if name != _METADATA and any(isinstance(inner, Route) for inner in values):
            raise RegistrationError(f"{owner} has a route under the name {name!r}", fix="write route=Route(...)")
    if _METADATA not in metadata:
        return ()
    if registration.kind not in {"effect", "action"}:
        raise RegistrationError(f"{owner} is a {registration.kind}", fix="routes belong to effects and actions")
    value = metadata[_METADATA]
    routes = cast(Iterable[object], value) if isinstance(value, (list, tuple)) else [value]
    return _checked_routes(routes, f"the route of {owner}")


def _checked_routes(items: Iterable[object], what: str) -> Sequence[Route]:
    routes = list(items)
    for route in routes:
        if not isinstance(route, Route):
            raise RegistrationError(
                f"{what} is made of Route objects, not {type(route).__name__}", fix='write Route("/path", ...)'
            )
    return cast(Sequence[Route], routes)


def _owner_of(registration: Registration) -> str:
    return f"{registration.key!r} of {registration.plugin!r} ({registration.source})"
