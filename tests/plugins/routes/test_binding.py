"""Routes of a registry: only those that are named, checked together and against the dispatch that answers them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from quart import Blueprint, url_for
from typing_extensions import TypeAliasType

from effects import Context, Placeholder, RegistrationError, Registry, create_dispatch
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar
from plugins.http import Live, PathParam, Query, Session, Signal
from plugins.routes import Route, blueprint, routes
from tests.plugins.http.small import Small


class Said(BaseModel):
    """A form."""

    text: str


def rooms(*given: Route | list[Route], key: str = "rooms/ring") -> Registry:
    """A registry with an action that has these routes."""
    registry = Registry("rooms")
    for index, one in enumerate(given):

        @registry.action(key if not index else f"{key}{index}", route=one)
        def ring(state: object, *room: object) -> list[object]:
            return [["note", *room]]

    return registry


def refused(live: Live, *sources: Any) -> str:
    """Return what is said of routes that cannot be made."""
    with pytest.raises(RegistrationError) as error:
        routes(live, *sources)
    return str(error.value)


Named = TypeAliasType("Named", int)
RING = Route("/<room>", dispatch=["rooms/ring", PathParam("room")])


@pytest.mark.parametrize("by", ["registry", "name"])
async def test_only_registries_that_are_named_have_routes(by: str) -> None:
    """By themselves, or by their names: what is installed is not exposed by that."""
    named, other = rooms(RING), Registry("other")

    @other.action("other/ring", route=Route("/other", dispatch=["other/ring"]))
    def ring(state: object) -> list[object]:
        return []

    @named.effect("rooms/internal")
    def internal(ctx: Context) -> None:
        """Not reached over HTTP."""

    small = Small(named, other)
    small.app.register_blueprint(blueprint(small.live, named if by == "registry" else "rooms", url_prefix="/rooms"))
    client = small.app.test_client()
    assert (await client.post("/rooms/tea")).status_code == 204
    assert (await client.post("/other")).status_code == 404
    assert (await client.get("/rooms/tea")).status_code == 405
    assert small.log == ["tea"]


async def test_effects_have_routes_as_actions_do() -> None:
    """And one registration may have several."""
    registry = Registry("bell")
    rung: list[str] = []

    @registry.effect(
        "bell/ring",
        route=[
            Route("/ring", dispatch=["bell/ring", Query("how", default="softly")]),
            Route("/alarm", method="PUT", dispatch=["bell/ring", "loudly"], endpoint="alarm"),
        ],
    )
    def ring(ctx: Context, how: str) -> None:
        rung.append(how)

    small = Small(registry)
    small.app.register_blueprint(blueprint(small.live, registry, name="bells"))
    client = small.app.test_client()
    for posted in (client.post("/ring"), client.post("/ring?how=twice&how=x"), client.put("/alarm")):
        assert (await posted).status_code == 204
    assert rung == ["softly", "twice", "loudly"]
    async with small.app.test_request_context("/"):
        assert (url_for("bells.bell/ring"), url_for("bells.alarm")) == ("/ring", "/alarm")


async def test_routes_compose_with_whatever_an_app_has() -> None:
    """They go into an app, or into a blueprint of its own, one by one."""
    registry = rooms(RING, Route("/v1.0/all", dispatch=["rooms/ring"]), key="rooms.ring")
    small = Small(registry, rooms_named("rooms/ring"))
    one, two = routes(small.live, registry)
    one.add_to(small.app)
    mine = Blueprint("mine", __name__, url_prefix="/mine")
    two.add_to(mine)
    small.app.register_blueprint(mine)
    client = small.app.test_client()
    assert [(await client.post(path)).status_code for path in ("/tea", "/mine/v1.0/all")] == [204, 204]
    async with small.app.test_request_context("/"):
        assert (url_for("rooms_ring", room="a b"), url_for("mine.rooms_ring1")) == ("/a%20b", "/mine/v1.0/all")


def rooms_named(key: str) -> Registry:
    """A registry of another name, with an action that has no route."""
    registry = Registry("more")

    @registry.action(key)
    def ring(state: object, *room: object) -> list[object]:
        return [["note", *room]]

    return registry


async def test_a_plain_list_of_routes_needs_no_metadata() -> None:
    """For tests, and for what somebody else has registered. Several of one key have names of their own."""
    small = Small()
    plain = [Route("/one", dispatch=["note", 1]), Route("/two.x", dispatch=["note", 2])]
    small.app.register_blueprint(blueprint(small.live, plain, Route("/three", dispatch=["note", 3], endpoint="three")))
    client = small.app.test_client()
    for path in ("/one", "/two.x", "/three"):
        await client.post(path)
    assert small.log == [1, 2, 3]
    async with small.app.test_request_context("/"):
        assert url_for("routes.note") == "/one"
        assert url_for("routes.note POST /two_x") == "/two.x"
        assert url_for("routes.three") == "/three"


async def test_an_overridden_action_keeps_its_route() -> None:
    """The route dispatches its vector; who interprets that, the dispatch has settled."""
    named, other = rooms(RING), Registry("other")

    @other.action("rooms/ring", override=True)
    def ring(state: object, room: str) -> list[object]:
        return [["note", f"other {room}"]]

    small = Small(named, other)
    small.app.register_blueprint(blueprint(small.live, named))
    await small.app.test_client().post("/tea")
    assert small.log == ["other tea"]


def test_two_routes_for_the_same_requests_are_refused_naming_both_owners() -> None:
    """Whatever their parameters are called."""
    registry = rooms(RING, Route("/<name>", dispatch=["rooms/ring"]), Route("/<name>", method="get", dispatch=["x"]))
    said = refused(Small(registry).live, registry)
    assert "POST /<room> of 'rooms/ring' of 'rooms' (" in said
    assert "test_binding.py:" in said
    assert "and POST /<name> of 'rooms/ring1' of 'rooms' (" in said
    assert "match the same requests; fix: change one of the paths or methods" in said
    assert "GET /<name> of 'rooms/ring2'" in said  # it is listed for another reason, and not as a conflict
    assert said.count("match the same requests") == 1


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """With what would have worked."""
    registry = rooms(
        Route("/1", dispatch=["rooms/rang"]),
        Route("/2", dispatch=["fail", 1, 2]),
        Route("/3", dispatch=["broadcast"]),
        Route("/4", dispatch=["note", Placeholder("clock/now")], reply=[["patch-session", {}, {}]]),
    )
    said = refused(Small(registry).live, registry)
    assert "these routes cannot be made\n  - route POST /1 of 'rooms/ring' of 'rooms'" in said
    assert "no interpreter for effect 'rooms/rang' (near: 'rooms/ring" in said
    assert "'fail' takes 0 to 1 argument, got 2" in said
    assert "'broadcast' takes at least 1 argument, got 0" in said
    assert "in 'note': nobody registers the placeholder 'clock/now'" in said
    assert "'patch-session' takes 1 argument, got 2" in said


def test_placeholders_of_requests_need_their_plugin() -> None:
    """A dispatch without `Http` could not resolve them."""
    registry = rooms(Route("/<room>", dispatch=["rooms/ring", PathParam("room")]))
    dispatch = create_dispatch([Datastar(), Connections(), registry])
    said = refused(Live(Small().app, dispatch), registry)
    assert "nobody registers the placeholder 'http/path-param'; fix: add Http() to create_dispatch" in said


def test_endpoints_are_unique() -> None:
    """Or `url_for` could not tell them apart."""
    plain = [Route(path, dispatch=["note"], endpoint="note") for path in ("/a", "/b")]
    assert "have routes with one endpoint, 'note'\n  fix  rename one" in refused(Small().live, plain)
    clashing = [Route("/a", dispatch=["note"], endpoint="fail"), Route("/b", dispatch=["fail"])]
    assert "have routes with one endpoint, 'fail" in refused(Small().live, clashing[::-1])


def test_what_has_no_routes_is_refused() -> None:
    """A forgotten name, a registry of another dispatch, one without routes, metadata that are no routes."""
    empty = Registry("empty")
    small = Small(empty)
    assert "no registry is named" in refused(small.live)
    assert "registry 'empty' has no routes" in refused(small.live, empty)
    assert "registry 'rooms' is not in the dispatch that answers" in refused(small.live, rooms(RING))
    assert "registry 'smal' is not in the dispatch that answers its routes\n  near 'small'" in refused(
        small.live, "smal"
    )
    assert "registry 'small' is not in the dispatch" in refused(small.live, Registry("small"))
    assert "not of a int" in refused(small.live, 7)
    assert "a list of routes is made of Route objects, not str" in refused(small.live, ["/"])


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        ({"route": "/x"}, "odd, test_binding.py:"),
        ({"route": ["/x"]}, "is made of Route objects, not str"),
        ({"routes": [RING]}, "has a route under the name 'routes'"),
        ({"rout": RING}, "has a route under the name 'rout'\n  fix  write route=Route(...)"),
    ],
)
def test_metadata_that_are_no_routes_are_refused(metadata: dict[str, Any], complaint: str) -> None:
    """A slip would expose less than was meant, without a word."""
    registry = Registry("odd")

    @registry.effect("x", **metadata)
    def odd(ctx: Context) -> None:
        """Do nothing."""

    assert complaint in refused(Small(registry).live, registry)


def test_placeholders_and_state_have_no_routes() -> None:
    """Nobody could dispatch them."""
    registry = Registry("odd")

    @registry.state("x", route=RING)
    def odd() -> None:
        """Nothing."""

    assert "'x' of 'odd' (" in refused(Small(registry).live, registry)
    assert "is a state slice\n  fix  routes belong to effects and actions" in refused(Small(registry).live, registry)


def test_a_rule_that_the_app_has_already_is_not_taken_over() -> None:
    """Quart would answer with whichever came first."""
    small = Small()

    @small.app.post("/rooms/<name>")
    async def handler(name: str) -> str:
        return name

    note = Route("/<room>", dispatch=["note", PathParam("room")])
    with pytest.raises(RegistrationError, match="the app's 'handler' answers /rooms/<name> already"):
        small.app.register_blueprint(blueprint(small.live, note, url_prefix="/rooms/"))
    with pytest.raises(RegistrationError, match="the app's 'handler' answers"):
        routes(small.live, Route("/rooms/<room>", dispatch=["note"]))[0].add_to(small.app)
    small.app.register_blueprint(blueprint(small.live, note, name="other", url_prefix="/other"))


def test_a_dispatch_says_what_it_is_made_of() -> None:
    """Its registries in order, and of two registrations for one key the one in use."""
    named, other = rooms(RING), Registry("other")

    @other.action("rooms/ring", override=True)
    def ring(state: object) -> list[object]:
        return []

    dispatch = create_dispatch([named, other])
    assert dispatch.registries == (named, other)
    assert [(one.key, one.plugin) for one in dispatch.registrations] == [("rooms/ring", "other")]


def test_a_pattern_of_any_scope_is_data() -> None:
    """A route can be compared, and shows what it is."""
    made = [Route("/", dispatch=["x"], target=[ANY, "a"]) for _ in range(2)]
    assert made[0] == made[1]
    assert "target=[ANY, 'a']" in repr(made[0])


@pytest.mark.parametrize(
    ("path", "argument", "complaint"),
    [
        (
            "/<n>",
            PathParam("n"),
            "'n' of 'num' is a int, and Placeholder('http/path-param', ('n',)) a str; fix: write <int:",
        ),
        ("/", Query("n"), "a str; fix: read it by a model"),
        ("/", Signal("text"), "'n' of 'num' is a int, and Placeholder('http/signal', ('text',)) a str"),
        ("/", "7", "in 'num': n: should be a valid integer, got str"),
        ("/<foo:n>", 7, "its path cannot be used: the converter 'foo' does not exist; fix: one of any, default, float"),
        ("/<int(foo=1):n>", 7, "its path cannot be used: "),
    ],
)
def test_an_argument_that_never_fits_is_refused(path: str, argument: object, complaint: str) -> None:
    """Rather than each request."""
    registry = Registry("odd")

    @registry.effect("num", route=Route(path, signals=Said, dispatch=["num", argument]))
    def num(ctx: Context, n: int) -> None:
        """Take a number."""

    assert complaint in refused(Small(registry).live, registry)


@pytest.mark.parametrize(
    ("path", "argument"),
    [
        ("/<int:n>", PathParam("n")),
        ("/<any(a, b):n>", PathParam("n")),
        ("/", Query("n", default=1)),
        ("/", Signal("amount")),
        ("/", Signal("inner", "amount")),
        ("/", Signal("more", "amount")),
        ("/", Signal("anything", "inner", "amount")),
        ("/", Session("n")),
        ("/", 7),
    ],
)
def test_an_argument_that_may_fit_is_not(path: str, argument: object) -> None:
    """An int is as good as a float."""

    class Inner(BaseModel, extra="allow"):
        amount: Named = 0

    class Amount(BaseModel):
        amount: int = 0
        inner: Inner = Inner()
        more: dict[str, str] = {}
        anything: Inner = Inner()

    registry = Registry("fine")

    @registry.effect("num", route=Route(path, signals=Amount, dispatch=["num", argument]))
    def num(ctx: Context, n: float) -> None:
        """Take a number."""

    assert len(routes(Small(registry).live, registry)) == 1


async def test_parameters_may_have_any_name() -> None:
    """Also those of the method that answers."""
    small = Small()
    small.app.register_blueprint(blueprint(small.live, Route("/<self>", dispatch=["note", PathParam("self")])))
    assert (await small.app.test_client().post("/x")).status_code == 204
    assert small.log == ["x"]


def test_a_prefix_has_no_parameters() -> None:
    """The routes below it would not know of them."""
    with pytest.raises(RegistrationError, match="a url_prefix has no parameters here"):
        blueprint(Small().live, Route("/", dispatch=["note"]), url_prefix="/<lang>")
    with pytest.raises(RegistrationError, match="a str that begins with /"):
        blueprint(Small().live, Route("/", dispatch=["note"]), url_prefix="chat")


def test_websockets_and_other_hosts_are_no_conflict() -> None:
    """They answer other requests."""
    small = Small()
    small.app.websocket("/ws")(small.home)
    small.app.add_url_rule("/api", "api", small.home, subdomain="api")
    plain = [Route(path, method="get", dispatch=["note"]) for path in ("/ws", "/api")]
    small.app.register_blueprint(blueprint(small.live, plain))
    with pytest.raises(RegistrationError, match="answers /api already"):
        small.app.register_blueprint(blueprint(small.live, plain[1:], name="x"), subdomain="api")


def test_unknown_effects_are_found_wherever_they_are() -> None:
    """Nested, and in what is said of failures."""
    plain = [
        Route("/1", dispatch=["broadcast", {"pattern": [ANY, "k"]}, ["nope"]]),
        Route("/2", dispatch=["note"], on_invalid=[["nope"]], on_error=[["nope"]]),
    ]
    assert refused(Small().live, plain).count("no interpreter for effect 'nope'") == 3


def test_the_first_route_of_a_key_has_its_name() -> None:
    """Whatever comes after it."""
    plain = [Route(path, dispatch=["note"]) for path in ("/a", "/b.c")]
    assert [one.endpoint for one in routes(Small().live, plain)] == ["note", "note POST /b_c"]
    assert [one.endpoint for one in routes(Small().live, plain[:1])] == ["note"]
    assert "no registry is named" in refused(Small().live, [])
