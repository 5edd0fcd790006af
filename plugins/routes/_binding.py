"""Routes of one `Live`: what answers them, and how they get into an app."""

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
"""A registry or its name, whose registrations have routes; or routes by themselves."""


@final
@dataclass(frozen=True, slots=True)
class BoundRoute:
    """A route with the `Live` that answers it."""

    route: Route
    live: Live
    owner: str
    """Whose it is: a registration and its plugin."""
    endpoint: str
    """Its name for `url_for`, after that of the blueprint: `url_for("routes.lobby/join", room="tea")`."""
    effects: Sequence[object]
    """What each request dispatches: the effects of the route, a `Template`."""

    async def answer(self, /, **_: object) -> ResponseReturnValue:
        """Answer the current request. Its path's parameters are passed in, and found in the request itself."""
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
        """Add it to an app or a blueprint.

        Raises `RegistrationError` where the app, once the blueprint is registered with it, has a rule already that
        matches the same requests; what is added to the app later is not known.
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
    """The routes of the registries that are named, or plain ones, ready to be added to an app.

    `live` answers them. Nothing is exposed but what is named: a registry of its dispatch, the name of one, or routes.
    A registration has them as its metadata `route`, one or a list.

    Raises `RegistrationError`, which lists everything that is wrong: a registry that is not in the dispatch or has no
    routes, effects and placeholders that are not registered, too few or many arguments, and routes with one method and
    paths that match the same URLs, naming the owners of both.
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
    """A blueprint with `routes(live, *sources)`, for `app.register_blueprint`. `name` is its name in `url_for`.

    Errors are as for `routes`, and when it is registered as for `BoundRoute.add_to`; and for a prefix with parameters.
    """
    if url_prefix is not None and path_params(url_prefix):
        raise RegistrationError("a url_prefix has no parameters here", fix="write them into the paths of the routes")
    result = Blueprint(name, __name__, url_prefix=url_prefix)
    for route in routes(live, *sources):
        route.add_to(result)
    return result


def _choose_endpoint(claim: Claim, taken_names: Container[str]) -> str:
    """The name that was given, else the key; where another route with the same key has that, a longer one."""
    if claim.route.endpoint is not None:
        return claim.route.endpoint
    name = claim.key.replace(".", "_")
    return f"{name} {claim.route}".replace(".", "_") if name in taken_names else name
