"""What only shows once routes are seen together, and beside the dispatch that answers them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import cast

from effects import Dispatch, Registration, RegistrationError

from ._found import Claim
from ._path import shape_of
from ._template import placeholders_in

__all__ = ["check"]


def check(dispatch: Dispatch, claims: Sequence[Claim]) -> None:
    """Raise one `RegistrationError` that lists everything that keeps these routes from working."""
    known = {one.key: one for one in dispatch.registrations if one.kind in {"effect", "action"}}
    placeholders = {one.key for one in dispatch.registrations if one.kind == "placeholder"}
    problems = [
        f"route {claim.route} of {claim.owner}: {problem}"
        for claim in claims
        for problem in (*_unknown_effects(claim, known), *_unknown_placeholders(claim, placeholders))
    ]
    problems += [problem for one, other in combinations(claims, 2) for problem in _conflicts(one, other)]
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise RegistrationError(f"these routes cannot be made\n{listed}")


def _unknown_effects(claim: Claim, known: Mapping[str, Registration]) -> Iterator[str]:
    for vector in (claim.route.dispatch, *claim.route.reply):
        key, *args = cast(Sequence[object], vector)
        registration = known.get(str(key))
        if registration is None:
            near = ", ".join(map(repr, difflib.get_close_matches(str(key), known, n=3)))
            hint = f" (near: {near})" if near else ""
            yield f"nobody registers {key!r}{hint}; fix: dispatch another key, or add its plugin to create_dispatch"
            continue
        least, most = registration.signature.at_least, registration.signature.at_most
        if len(args) < least or (most is not None and len(args) > most):
            takes = str(least) if least == most else f"{least} or more" if most is None else f"{least} to {most}"
            yield f"{key!r} takes {takes} arguments, and is given {len(args)}; fix: see its signature"


def _unknown_placeholders(claim: Claim, known: set[str]) -> Iterator[str]:
    for key in sorted({one.key for one in placeholders_in(claim.route.effects)} - known):
        plugin = "Http()" if key.startswith("http/") else "its plugin"
        yield f"nobody registers the placeholder {key!r}; fix: add {plugin} to create_dispatch"


def _conflicts(one: Claim, other: Claim) -> Iterator[str]:
    same_method = one.route.method.lower() == other.route.method.lower()
    if same_method and shape_of(one.route.path) == shape_of(other.route.path):
        yield (
            f"{one.route} of {one.owner} and {other.route} of {other.owner} match the same requests; "
            "fix: change one of the paths or methods"
        )
    if one.route.endpoint is not None and one.route.endpoint == other.route.endpoint:
        yield (
            f"{one.owner} and {other.owner} have routes with one endpoint, {one.route.endpoint!r}; "
            "fix: rename one of them"
        )
