"""The answer of a route to a request: everything that `Live.reply` promises, said in metadata."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import pytest
from pydantic import BaseModel, Field
from quart import Response, redirect

from effects import Registry
from plugins.connections import ANY, own_key
from plugins.http import PathParam, Query, Session, Signal
from plugins.http.testing import SSEParser, open_sse
from plugins.routes import Route, blueprint
from tests.plugins.http.small import DATASTAR, Small

ROOM = [ANY, ["room", PathParam("room")]]
SHOW = ["patch-signals", {"room": PathParam("room")}]


class Address(BaseModel):
    """A part of a form."""

    city: str = "Ulm"
    zip: int | None = None


class Pet(BaseModel):
    """Another part, of which more is said than its type."""

    kind: str


class Person(BaseModel):
    """A form."""

    name: str = Field(max_length=5, validation_alias="fullName")
    age: int = 7
    address: Address | None = None
    more: dict[str, Any] = {}
    pet: Annotated[Pet, Field(description="The oldest.")] | None = None
    tags: Annotated[list[int], Field(max_length=9)] | None = None
    born: date | None = None


def served(*given: Route, **options: Any) -> Small:
    """An app with these routes, and a stream in each room."""
    registry = Registry("keep")

    @registry.effect("keep")
    def keep(ctx: Any, what: object, *rest: object) -> None:
        small.log.append((what, *rest))

    small = Small(registry, **options)
    small.app.register_blueprint(blueprint(small.live, given))

    @small.app.get("/room/<room>/sse")
    async def sse(room: str) -> Any:
        return await small.live.stream([], key=("room", room))

    return small


async def test_a_target_with_a_wildcard_reaches_everyone_there() -> None:
    """And the caller, whose answer is empty, only by a stream of its own."""
    small = served(Route("/room/<room>", dispatch=SHOW, target=ROOM))
    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/room/tea/sse") as one, open_sse(ben, "/room/tea/sse") as two:
            answer = await ann.post("/room/tea", headers=DATASTAR)
            assert (answer.status_code, answer.mimetype, await answer.get_data()) == (200, "text/event-stream", b"")
            for stream in (one, two):
                assert (await stream.event()).signals == {"room": "tea"}


async def test_exclude_leaves_some_out() -> None:
    """Such as the caller."""
    small = served(Route("/room/<room>", dispatch=SHOW, target=ROOM, exclude=own_key(ANY)))
    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/room/tea/sse"), open_sse(ben, "/room/tea/sse") as two:
            await ann.post("/room/tea", headers=DATASTAR)
            assert (await two.event()).signals == {"room": "tea"}
            assert [stream.queued for stream in small.streams()] == [0, 0]


async def test_a_target_without_a_wildcard_reaches_one_name() -> None:
    """The caller's own, here; nobody where there is none, which is no error."""
    small = served(Route("/room/<room>", dispatch=SHOW, target=own_key(("room", PathParam("room")))))
    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/room/tea/sse") as one:
            assert (await ben.post("/room/tea", headers=DATASTAR)).status_code == 200
            assert [stream.queued for stream in small.streams()] == [0]
            await ann.post("/room/tea", headers=DATASTAR)
            assert (await one.event()).signals == {"room": "tea"}


@pytest.mark.parametrize("star", ["*", "ANY", "**", "%2A"])
async def test_a_path_parameter_is_just_a_string(star: str) -> None:
    """A room that is called `*` is a room, and nobody else's."""
    small = served(Route("/room/<room>", dispatch=SHOW, target=ROOM))
    async with small.app.test_app():
        ann, ben = await small.visitor(), await small.visitor()
        async with open_sse(ann, "/room/tea/sse"), open_sse(ben, f"/room/{star}/sse") as two:
            await ann.post(f"/room/{star}", headers=DATASTAR)
            assert (await two.event()).signals == {"room": star.replace("%2A", "*")}
            assert [stream.queued for stream in small.streams()] == [0, 0]


async def test_without_a_target_the_caller_gets_what_comes_of_it() -> None:
    """Once, and then the answer is over."""
    small = served(Route("/<room>", dispatch=SHOW, reply=[["patch-signals", {"said": True}]]))
    answer = await small.app.test_client().post("/tea", headers=DATASTAR)
    assert (await answer.get_data(as_text=True)).count("event: datastar-patch-signals") == 2


VALUES = ["keep", Signal("fullName"), Signal("age"), Signal("address", "city", default="nowhere"), Signal("more")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"json": {"fullName": "Ann"}}, ("Ann", 7, "nowhere", {})),
        ({"json": {"fullName": "Ann", "age": 8, "address": {}, "more": {"x": 1}}}, ("Ann", 8, "Ulm", {"x": 1})),
        ({"form": {"fullName": "Ann", "age": "9"}}, ("Ann", 9, "nowhere", {})),
        ({"form": {"fullName": "Ann", "address.city": "Bonn", "address.zip": ""}}, ("Ann", 7, "Bonn", {})),
    ],
)
async def test_signals_are_the_model_s_values(sent: dict[str, Any], kept: object) -> None:
    """With its types and defaults; a form fills the same model."""
    small = served(Route("/", signals=Person, dispatch=VALUES))
    assert (await small.app.test_client().post("/", **sent)).status_code == 204
    assert small.log == [kept]


async def test_a_nested_model_is_an_argument_as_it_is() -> None:
    """For an action that is annotated with it."""
    small = served(Route("/", signals=Person, dispatch=["keep", Signal("address")]))
    await small.app.test_client().post("/", json={"fullName": "x", "address": {"zip": 1}})
    assert small.log == [(Address(zip=1),)]


@pytest.mark.parametrize("method", ["get", "delete"])
async def test_signals_of_get_and_delete_are_in_the_query(method: str) -> None:
    """Beside which there may be parameters."""
    small = served(
        Route("/a", method=method, signals=Person, dispatch=["keep", Signal("age"), Query("q"), Query("r", default="")])
    )
    client: Any = small.app.test_client()
    query = {"datastar": '{"fullName": "x", "age": 3}', "q": "*"}
    answer = await client.open("/a", method=method.upper(), query_string=query, headers=DATASTAR)
    assert answer.status_code == 200
    assert small.log == [(3, "*", "")]


async def test_signals_of_a_query_are_in_its_body() -> None:
    """As those of a post."""
    small = served(Route("/a", method="query", signals=Person, dispatch=["keep", Signal("age")]))
    client: Any = small.app.test_client()
    answer = await client.open("/a", method="QUERY", json={"fullName": "x", "age": 3}, headers=DATASTAR)
    assert answer.status_code == 200
    assert small.log == [(3,)]


async def test_what_does_not_fit_is_answered_and_nothing_runs() -> None:
    """With messages for the Datastar client, with 422 for others, or as the route says."""
    told = [["patch-signals", {"told": True}]]
    small = served(
        Route("/1", signals=Person, dispatch=["note", "ran"]),
        Route("/2", signals=Person, dispatch=["note", "ran"], on_invalid=told),
    )
    client = small.app.test_client()
    answer = await client.post("/1", json={"fullName": "too long"}, headers=DATASTAR)
    assert '"fullName":"String should have at most 5 characters"' in await answer.get_data(as_text=True)
    answer = await client.post("/2", json={}, headers=DATASTAR)
    assert '{"told":true}' in await answer.get_data(as_text=True)
    assert (await client.post("/1", json={})).status_code == 422
    assert small.log == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"json": []}, 400),
        ({"data": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"json": {"fullName": "x" * 200}}, 413),
        ({"json": {}, "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
    ],
)
async def test_refusals_are_those_of_every_request(sent: dict[str, Any], status: int) -> None:
    """And nothing runs."""
    small = served(Route("/", signals=Person, dispatch=["note", "ran"]), max_signals=100)
    assert (await small.app.test_client().post("/", **sent)).status_code == status
    assert small.log == []


async def test_who_may_not_is_refused_before_anything_is_read_into_a_model() -> None:
    """By a function of what came with the request."""

    def allow(data: Any) -> bool:
        return bool(data["path"]["room"] == "tea" and data["query"].get("key") == "x")

    small = served(Route("/<room>", signals=Person, dispatch=["note", "ran"], allow=allow))
    client = small.app.test_client()
    assert (await client.post("/bar?key=x", json={}, headers=DATASTAR)).status_code == 403
    assert (await client.post("/tea", json={}, headers=DATASTAR)).status_code == 403
    assert (await client.post("/tea?key=x", json={"fullName": "x"}, headers=DATASTAR)).status_code == 200
    assert small.log == ["ran"]


async def test_a_dispatch_that_failed_is_a_500_or_what_the_route_says() -> None:
    """And what the caller would have been told is not sent."""
    reply = [["patch-signals", {"done": True}]]
    sorry = [["patch-signals", {"sorry": True}]]
    small = served(
        Route("/1", dispatch=["fail"], reply=reply), Route("/2", dispatch=["fail"], reply=reply, on_error=sorry)
    )
    client = small.app.test_client()
    assert (await client.post("/1", headers=DATASTAR)).status_code == 500
    answer = await (await client.post("/2", headers=DATASTAR)).get_data(as_text=True)
    assert "sorry" in answer
    assert "done" not in answer


@pytest.mark.parametrize(
    ("vectors", "status", "detail"),
    [
        ([["note", Query("q")]], 400, "The request lacks something: no 'q' in the request's query."),
        ([["note", Session("name")]], 400, "The request lacks something: no 'name' in the request's session."),
        ([["with-connection", own_key("k"), ["note"]]], 403, "There is no session yet. Open a page first"),
        (
            [["with-connection", own_key("k"), ["note"]], ["note", Query("q")]],
            400,
            "The request lacks something: no 'q'",
        ),
    ],
)
async def test_what_the_request_lacks_is_its_sender_s_fault(vectors: Any, status: int, detail: str) -> None:
    """A default says that it may."""
    small = served(Route("/", dispatch=vectors[0], reply=vectors[1:]))
    answer = await small.app.test_client().post("/", headers=DATASTAR)
    assert answer.status_code == status
    assert detail in (await answer.get_json())["detail"]
    assert small.log == []


async def test_defaults_stand_for_what_is_absent() -> None:
    """Whatever they are."""
    given = [Query("a", default=None), Session("b", default=[1]), Signal("more", "x", default="y")]
    small = served(Route("/", signals=Person, dispatch=["keep", *given]))
    await small.app.test_client().post("/", json={"fullName": "x"})
    assert small.log == [(None, [1], "y")]


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("headers", "status", "location"),
    [
        ({**BROWSER, "Referer": "http://localhost/page?x=1"}, 303, "http://localhost/page?x=1"),
        ({**BROWSER, "Referer": "http://localhost//evil.example"}, 303, "http://localhost//evil.example"),
        ({**BROWSER, "Sec-Fetch-Site": "same-origin", "Referer": "http://evil.example/"}, 204, None),
        ({**BROWSER, "Sec-Fetch-Site": "same-origin", "Referer": "javascript://localhost/"}, 204, None),
        (BROWSER, 204, None),
        ({"Referer": "http://localhost/page"}, 204, None),
    ],
)
async def test_a_browser_without_javascript_goes_back_to_its_page(
    headers: dict[str, str], status: int, location: str | None
) -> None:
    """And nowhere else; who is no browser gets nothing."""
    small = served(Route("/<room>", dispatch=["note", PathParam("room")]))
    answer = await small.app.test_client().post("/tea", form={}, headers=headers)
    assert (answer.status_code, answer.headers.get("location")) == (status, location)
    assert small.log == ["tea"]


async def test_or_it_gets_what_the_route_says() -> None:
    """Made when the effects are done."""
    made: list[object] = []

    def page() -> str:
        made.append(tuple(small.log))
        return "<p>sync"

    async def later() -> str:
        return "<p>async"

    small = served(
        Route("/1", dispatch=["note", 1], otherwise=page),
        Route("/2", dispatch=["note", 2], otherwise=later),
        Route("/3", dispatch=["note", 3], otherwise=lambda: redirect("/there", 303)),
        Route("/4", dispatch=["note", 4], otherwise=("<p>tuple", 201)),
        Route("/5", dispatch=["note", 5], otherwise=lambda: Response("<p>made", 202)),
    )
    client = small.app.test_client()
    answers = [await client.post(f"/{number}", headers=BROWSER) for number in range(1, 6)]
    assert [answer.status_code for answer in answers] == [200, 200, 303, 201, 202]
    assert [await answer.get_data() for answer in answers[:2]] == [b"<p>sync", b"<p>async"]
    assert made == [(1,)]


async def test_head_of_a_get_route_runs_nothing() -> None:
    """As for every reply."""
    small = served(Route("/x", method="get", dispatch=["note", "ran"]))
    assert (await small.app.test_client().head("/x", headers=DATASTAR)).status_code == 200
    assert small.log == []


async def test_effects_of_a_route_can_be_recorded_without_http(recorder: Any) -> None:
    """They are data: what a request would bring is given as data, too."""
    route = Route("/room/<room>", signals=Person, dispatch=["note", Signal("fullName")], target=ROOM)
    data = {"signals": {"fullName": "Ann"}, "path": {"room": "tea"}}
    (await recorder(route.effects, data=data)).raise_errors()
    assert recorder.effects == [["broadcast", {"pattern": [ANY, ["room", "tea"]]}, route.dispatch]]


@pytest.fixture
def dispatch() -> Any:
    """For the recorder."""
    return Small().dispatch


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"pet.kind": "cat", "tags": "1", "born": "2020-01-02"}, ("cat", [1], date(2020, 1, 2))),
        ([("tags", "1"), ("tags", "2"), ("born", "")], ("none", [1, 2], None)),
        ({}, ("none", None, None)),
    ],
)
async def test_a_form_fills_what_signals_would(form: Any, kept: object) -> None:
    """Models in models by dotted names, lists, and nothing where an input was left empty."""
    kind = Signal("pet", "kind", default="none")
    small = served(Route("/", signals=Person, dispatch=["keep", kind, Signal("tags"), Signal("born")]))
    body = urlencode([("fullName", "x"), *(form.items() if isinstance(form, dict) else form)]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await small.app.test_client().post("/", data=body, headers=headers)
    assert answer.status_code == 204, await answer.get_data()
    assert small.log == [kept]


async def test_sessions_are_nested_as_signals_are() -> None:
    """And a default is nobody's but whose request it is."""
    values = [Session("user", "role", default="none"), Session("rooms", default={})]
    small = served(
        Route("/in", dispatch=["patch-session", {"user": {"role": "host"}}]), Route("/", dispatch=["keep", *values])
    )
    client = await small.visitor()
    for path in ("/", "/in", "/"):
        await client.post(path)
        if isinstance(small.log[-1], tuple):
            small.log[-1][1]["spoilt"] = True
    assert [kept[0] for kept in small.log if isinstance(kept, tuple)] == ["none", "host"]
    assert small.log[0] is not small.log[1]
    await small.app.test_client().post("/")
    assert small.log[-1] == ("none", {})


async def test_messages_that_a_page_still_shows_are_taken_away() -> None:
    """As soon as all of it fits; before what the effects say, which may be wrong with it in another way."""
    taken = ["patch-signals", {"errors": {"fullName": "Taken."}}]
    small = served(Route("/", signals=Pet, dispatch=taken), Route("/own", signals=Pet, dispatch=taken, on_invalid=[]))
    client = small.app.test_client()

    async def said(path: str, **signals: object) -> list[object]:
        answer = await client.post(path, json={"kind": "cat", **signals}, headers=DATASTAR)
        return [event.signals["errors"] for event in SSEParser().feed(await answer.get_data(as_text=False))]

    assert await said("/", errors={"kind": "Too long."}) == [{"kind": ""}, {"fullName": "Taken."}]
    for errors in ({"kind": ""}, {}, "x", {"kind": {"deep": ""}}):
        assert await said("/", errors=errors) == [{"fullName": "Taken."}]
    assert await said("/own", errors={"kind": "Too long."}) == [{"fullName": "Taken."}]


async def test_a_link_to_an_answer_leads_to_a_page_that_says_so() -> None:
    """And nothing runs; with `otherwise` there is a page to show."""
    small = served(
        Route("/1", method="get", dispatch=["note", 1]),
        Route("/2", method="get", dispatch=["note", 2], otherwise="<p>"),
    )
    client = small.app.test_client()
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "none"}
    answer = await client.get("/1", headers=headers)
    assert (answer.status_code, answer.mimetype) == (406, "text/html")
    assert await (await client.get("/2", headers=headers)).get_data() == b"<p>"
    assert small.log == [2]


async def test_a_page_of_a_problem_leads_back() -> None:
    """To the form, whose fields the browser has kept."""
    small = served(Route("/", signals=Pet, dispatch=["note"]))
    answer = await small.app.test_client().post("/", form={}, headers={**BROWSER, "Referer": "http://localhost/a?b"})
    assert answer.status_code == 422
    assert '<a href="http://localhost/a?b">Back</a>' in await answer.get_data(as_text=True)


async def test_a_form_in_parts_that_cannot_be_told_apart_is_a_400() -> None:
    """Rather than an empty one."""
    small = served(Route("/", signals=Person, dispatch=["note"]))
    headers = {"Content-Type": "multipart/form-data"}
    assert (await small.app.test_client().post("/", data=b"x", headers=headers)).status_code == 400


@pytest.mark.parametrize("method", ["on_invalid", "on_error"])
async def test_what_is_said_of_a_failure_may_change_the_session(method: str) -> None:
    """Such as to count them."""
    told = [["patch-session", {"failed": True}]]
    small = served(
        Route("/fail", signals=Pet, dispatch=["fail"], **{method: told}),  # type: ignore[arg-type]
        Route("/", dispatch=["note", Session("failed", default=False)]),
    )
    client = await small.visitor()
    sent = {} if method == "on_invalid" else {"kind": "cat"}
    assert (await client.post("/fail", json=sent, headers=DATASTAR)).status_code == 200
    await client.post("/")
    assert small.log == [True]
