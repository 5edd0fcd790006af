"""Routes of one `Live`: what answers them, and how they get into an app."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from quart import Blueprint, Quart
from quart.blueprints import BlueprintSetupState
from quart.typing import ResponseReturnValue
from werkzeug.routing import Map

from effects import RegistrationError, Registry
from plugins.http import Live

from ._checks import check
from ._found import Claim, found
from ._path import shape_of
from ._route import Route

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

    async def answer(self, **_: object) -> ResponseReturnValue:
        """Answer the current request. Its path's parameters are passed in, and found in the request itself."""
        route = self.route
        return await self.live.reply(
            route.effects,
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
            place.record(self._refuse_taken_by)
        else:
            self._refuse_taken(place.url_map, self.route.path)
        place.add_url_rule(self.route.path, self.endpoint, self.answer, methods=[method])

    def _refuse_taken_by(self, state: BlueprintSetupState) -> None:
        path = self.route.path
        self._refuse_taken(state.app.url_map, f"{state.url_prefix.rstrip('/')}{path}" if state.url_prefix else path)

    def _refuse_taken(self, rules: Map, path: str) -> None:
        for rule in rules.iter_rules():
            if shape_of(rule.rule) == shape_of(path) and self.route.method.upper() in (rule.methods or ()):
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
    claims = [claim for source in sources for claim in found(live.dispatch, source)]
    if not sources:
        raise RegistrationError("no registry is named, so there are no routes", fix="name it: routes(live, lobby)")
    check(live.dispatch, claims)
    return tuple(BoundRoute(claim.route, live, claim.owner, _endpoint(claim, claims)) for claim in claims)


def blueprint(live: Live, *sources: Source, name: str = "routes", url_prefix: str | None = None) -> Blueprint:
    """A blueprint with `routes(live, *sources)`, for `app.register_blueprint`.

    Errors are as for `routes`, and when it is registered as for `BoundRoute.add_to`.
    """
    made = Blueprint(name, __name__, url_prefix=url_prefix)
    for route in routes(live, *sources):
        route.add_to(made)
    return made


def _endpoint(claim: Claim, claims: list[Claim]) -> str:
    """The name that was given, else the key; of several routes with one key, those without a name have longer ones."""
    if claim.route.endpoint is not None:
        return claim.route.endpoint
    nameless = [one for one in claims if one.key == claim.key and one.route.endpoint is None]
    return (claim.key if len(nameless) == 1 else f"{claim.key} {claim.route}").replace(".", "_")
