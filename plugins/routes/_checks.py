"""Checks routes together, and against the app and the dispatch that answer them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import cast

from quart import Quart
from werkzeug.routing import Map, Rule

from effects import Dispatch, PlaceholderError, Registration, RegistrationError
from plugins.http import PathParam, placeholder_kind

from ._path import shape_of
from ._route import Route
from ._sources import Claim

__all__ = ["check_claims"]


def check_claims(app: Quart, dispatch: Dispatch, claims: Sequence[Claim]) -> None:
    """Raise one `RegistrationError` that lists everything that keeps these routes from working."""
    registered = {registration.key: registration for registration in dispatch.registrations}
    problems = [
        f"route {claim.route} of {claim.owner}: {problem}"
        for claim in claims
        for problem in (
            *_path_problems(app, claim.route),
            *_effect_problems(dispatch, claim.route),
            *_type_problems(registered, claim.route),
        )
    ]
    problems += [problem for first, other in combinations(claims, 2) for problem in _conflict_problems(first, other)]
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise RegistrationError(f"these routes cannot be made\n{listed}")


def _path_problems(app: Quart, route: Route) -> Iterator[str]:
    """Yield werkzeug's error for the path, with the converters that the app has."""
    try:
        Map([Rule(route.path)], converters=app.url_map.converters)
    except (LookupError, TypeError, ValueError) as error:
        yield f"its path cannot be used: {error}; fix: one of {', '.join(sorted(app.url_map.converters))}"


def _effect_problems(dispatch: Dispatch, route: Route) -> Iterator[str]:
    for effects in (route.effects, route.on_invalid, route.on_error):
        if effects is not None and not callable(effects):
            without_http = dispatch.plugin("http") is None
            for problem in dispatch.check(effects):
                near = f" (near: {problem.near})" if problem.near else ""
                lacks_http = without_http and isinstance(problem, PlaceholderError)
                yield f"{problem.what}{near}; fix: {'add Http() to create_dispatch' if lacks_http else problem.fix}"


def _type_problems(registered: Mapping[str, Registration], route: Route) -> Iterator[str]:
    """Yield the arguments that always have the wrong type, such as text of the path for a number."""
    key, *args = route.dispatch
    registration = registered.get(cast(str, key))
    if registration is None:
        return
    params: list[object] = [PathParam(name) for name in route.kinds]
    for arg, parameter in zip(args, registration.signature.checks, strict=False):
        kind = placeholder_kind(arg, path=route.kinds, signals=route.signals)
        if (
            kind is None
            or parameter.exact is None
            or parameter.exact is kind
            or (kind, parameter.exact) == (int, float)
        ):
            continue
        wanted = parameter.exact.__name__
        fix = f"write <{wanted}:...> in the path" if arg in params else "read it by a model"
        yield f"{parameter.name!r} of {registration.key!r} is a {wanted}, and {arg!r} a {kind.__name__}; fix: {fix}"


def _conflict_problems(first: Claim, other: Claim) -> Iterator[str]:
    same_method = first.route.method.lower() == other.route.method.lower()
    if same_method and shape_of(first.route.path) == shape_of(other.route.path):
        yield (
            f"{first.route} of {first.owner} and {other.route} of {other.owner} match the same requests; "
            "fix: change one of the paths or methods"
        )
