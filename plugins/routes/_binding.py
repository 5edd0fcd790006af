"""Binds routes to the `Live` that answers them, and adds them to an app."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import final

from quart import Blueprint, Quart
from quart.blueprints import BlueprintSetupState
from quart.typing import ResponseReturnValue
from werkzeug.routing import Map

from effects import RegistrationError, Registry, Template
from plugins.http import Live

from ._checks import check_claims
from ._path import path_params, shape_of
from ._route import Route
from ._sources import Claim, claims_of

__all__ = ["BoundRoute", "Source", "blueprint", "routes"]

Source = Registry | str | Route | Iterable[Route]
"""A registry or its name, whose registrations have routes; or the routes themselves."""


@final
@dataclass(frozen=True, slots=True)
class BoundRoute:
    """A route with the `Live` that answers it."""

    route: Route
    live: Live
    owner: str
    """The owner of the route: a registration and its plugin."""
    endpoint: str
    """Its name for `url_for`, after the name of the blueprint: `url_for("routes.lobby/join", room="tea")`."""
    effects: Sequence[object]
    """The effects of the route, as a `Template`: each request dispatches them."""

    async def answer(self, /, **_: object) -> ResponseReturnValue:
        """Answer the current request, as `Live.reply` does.

        Quart passes the parameters of the path in; they are ignored, since the request itself has them.
        """
        route = self.route
        return await self.live.reply(
            self.effects,
            signals=route.signals,
            allow=route.allow,
            otherwise=route.otherwise,
            on_invalid=route.on_invalid,
            on_error=route.on_error,
        )

    def add_to(self, place: Quart | Blueprint) -> None:
        """Add the route to an app or a blueprint.

        Raises `RegistrationError` if the app has a rule already that matches the same requests; for a blueprint, when
        it is registered with an app. Rules that are added to the app later are not checked.
        """
        method = self.route.method.upper()
        if isinstance(place, Blueprint):
            place.record(self._check_app)
        else:
            self._check_rules(place.url_map, self.route.path)
        place.add_url_rule(self.route.path, self.endpoint, self.answer, methods=[method])

    def _check_app(self, state: BlueprintSetupState) -> None:
        path = self.route.path
        where = f"{state.url_prefix.rstrip('/')}{path}" if state.url_prefix else path
        self._check_rules(state.app.url_map, where, state.subdomain)

    def _check_rules(self, rules: Map, path: str, subdomain: str | None = None) -> None:
        for rule in rules.iter_rules():
            is_same = shape_of(rule.rule) == shape_of(path) and (rule.subdomain or "") == (subdomain or "")
            if is_same and not rule.websocket and self.route.method.upper() in (rule.methods or ()):
                raise RegistrationError(
                    f"route {self.route} of {self.owner}: the app's {rule.endpoint!r} answers {rule.rule} already",
                    fix="change one of the paths, or give the blueprint a url_prefix",
                )


def routes(live: Live, *sources: Source) -> tuple[BoundRoute, ...]:
    """Return the routes of the named registries, or the given routes, ready to be added to an app.

    `live` answers them. Each source is a registry of its dispatch, the name of one, or routes; nothing else is exposed.
    A registration has its routes as the metadata `route`: one route or a list.

    Raises `RegistrationError`, which lists everything that is wrong: a registry that is not in the dispatch or has no
    routes, effects and placeholders that are not registered, too few or too many arguments, and routes with one method
    whose paths match the same URLs, with the owners of both.
    """
    claims = [claim for source in sources for claim in claims_of(live.dispatch, source)]
    if not claims:
        raise RegistrationError("no registry is named, so there are no routes", fix="name it: blueprint(live, lobby)")
    check_claims(live.app, live.dispatch, claims)
    bound: dict[str, BoundRoute] = {}
    for claim in claims:
        endpoint = _choose_endpoint(claim, bound)
        if endpoint in bound:
            raise RegistrationError(
                f"{bound[endpoint].owner} and {claim.owner} have routes with one endpoint, {endpoint!r}",
                fix='rename one of them: Route(..., endpoint="...")',
            )
        bound[endpoint] = BoundRoute(claim.route, live, claim.owner, endpoint, Template(claim.route.effects))
    return tuple(bound.values())


def blueprint(live: Live, *sources: Source, name: str = "routes", url_prefix: str | None = None) -> Blueprint:
    """Make a blueprint with `routes(live, *sources)`, for `app.register_blueprint`.

    `name` is its name in `url_for`. Raises `RegistrationError` as `routes` does, and for a `url_prefix` with
    parameters. When the blueprint is registered, it raises the errors of `BoundRoute.add_to`.
    """
    if url_prefix is not None and path_params(url_prefix):
        raise RegistrationError("a url_prefix has no parameters here", fix="write them into the paths of the routes")
    result = Blueprint(name, __name__, url_prefix=url_prefix)
    for route in routes(live, *sources):
        route.add_to(result)
    return result


def _choose_endpoint(claim: Claim, taken_names: Container[str]) -> str:
    """Return the given name, else the key; or a longer name if another route has that key as its endpoint."""
    if claim.route.endpoint is not None:
        return claim.route.endpoint
    name = claim.key.replace(".", "_")
    return f"{name} {claim.route}".replace(".", "_") if name in taken_names else name
