"""`Live.reply` and `Live.signals`: the table of answers, each cell a test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import trio
from pydantic import AliasChoices, BaseModel, Field
from quart import request
from quart.datastructures import FileStorage
from quart.typing import ResponseReturnValue

from effects import ErrorRecord
from plugins.http import InvalidSignals, no_errors
from plugins.http.testing import SSEParser, open_sse
from tests.plugins.http.conftest import Form, Greeting, Person, Site
from tests.plugins.http.small import DATASTAR, Small


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
async def test_requests_from_other_sites_are_refused(site: Site, headers: dict[str, str]) -> None:
    """For streams and replies, whatever the method; nothing has run."""
    async with site.app.test_app():
        ann = await site.visitor()
        for answer in (
            await ann.get("/sse/ok", headers=headers),
            await ann.post("/fail", headers=headers),
            await ann.get("/note/x", headers=headers),
        ):
            assert answer.status_code == 403
        assert site.log == []
        assert len(site.store) == 0


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}]
)
async def test_requests_from_this_site_are_not(site: Site, headers: dict[str, str]) -> None:
    """Nor those of clients that are no browsers."""
    assert (await site.app.test_client().post("/close", headers=headers)).status_code == 204


async def test_a_plain_browser_gets_otherwise(site: Site) -> None:
    """The same form, posted without JavaScript: the effects run, and no events are answered."""
    async with site.app.test_app():
        ann = await site.visitor()
        async with open_sse(ann, "/sse/ok") as stream:
            await stream.event()
            answer = await ann.post("/greet", form={"name": "Cy"})
            assert (answer.status_code, await answer.get_data()) == (303, b"plain")
            assert (await stream.event()).data == 'signals {"hello":"Cy"}'


async def test_signals_that_do_not_fit_are_patched_back_as_messages(site: Site) -> None:
    """As a 200, the only status that the client applies; in the validator's own words."""
    answer = await site.app.test_client().post("/greet", json={"name": ""}, headers=DATASTAR)
    assert answer.status_code == 200
    assert b'data: signals {"errors":{"name":"Say a name."}}' in await answer.get_data(as_text=False)


async def test_signals_that_do_not_fit_are_a_422_for_others(site: Site) -> None:
    """With a message for each field, and no values."""
    answer = await site.app.test_client().post("/greet", json={"name": 31337})
    assert answer.status_code == 422
    assert (await answer.get_json())["errors"] == {"name": "Input should be a valid string"}


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b'{"a": NaN}', b"\xff", b"[" * 100_000])
async def test_bodies_that_are_no_json_object_are_a_400(site: Site, body: bytes) -> None:
    """Never a 500."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = await site.app.test_client().post("/greet", data=body, headers=headers)
    assert answer.status_code == 400


async def test_other_content_types_are_a_415(site: Site) -> None:
    """An empty body is no signals, whatever its type."""
    client = site.app.test_client()
    headers = {"Content-Type": "text/plain"}
    assert (await client.post("/greet", data=b"{}", headers=headers)).status_code == 415
    assert (await client.post("/close", headers=headers)).status_code == 204


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_signals_of_get_and_delete_are_in_the_query(site: Site, method: str) -> None:
    """As the client sends them; placeholders stand for them, for path parameters and the session."""
    ann = await site.visitor()
    query = {"datastar": '{"a": {"b": "sig"}}'}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = await cast(Any, ann).open("/note/here", method=method, query_string=query, headers=headers)
    assert answer.status_code == 204
    assert site.log[:2] == ["sig", "here"]
    assert len(site.log[2]) == 32


async def test_signals_of_a_query_are_in_its_body(site: Site) -> None:
    """As the client sends them from 1.0.4 on."""
    ann = await site.visitor()
    answer = await cast(Any, ann).open("/note/here", method="QUERY", json={"a": {"b": "sig"}}, headers=DATASTAR)
    assert answer.status_code == 200
    assert site.log[:2] == ["sig", "here"]


@pytest.mark.parametrize("signals", ["{}", '{"a": 1}', '{"a": {}}'])
async def test_what_the_request_does_not_carry_is_a_400(site: Site, signals: str) -> None:
    """It is an error of that one effect; the others run."""
    ann = await site.visitor()
    answer = await ann.get("/note/here", query_string={"datastar": signals}, headers=DATASTAR)
    assert answer.status_code == 400
    assert (await answer.get_json())["detail"] == "The request lacks something: no 'a.b' in the request's signals."
    assert site.log[0] == "here"


async def test_a_dispatch_that_failed_is_a_500_with_problem_details(site: Site) -> None:
    """Keys, places and types; no values. What did not fail has run."""
    answer = await site.app.test_client().post("/fail", headers=DATASTAR)
    assert answer.status_code == 500
    assert await answer.get_json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "1 failed in this dispatch.",
        "errors": [{"phase": "execute", "key": "fail", "at": "effects[0]", "error": "ValueError"}],
    }
    assert site.log == ["still runs"]


async def test_a_reply_is_cancelled_when_its_client_leaves(site: Site) -> None:
    """Nothing runs on for nobody."""
    async with trio.open_nursery() as nursery:

        async def visit() -> None:
            async with open_sse(site.app.test_client(), "/wait", method="POST"):
                pass

        nursery.start_soon(visit)
        await site.started.wait()
        nursery.cancel_scope.cancel()
    site.go_on.set()
    await trio.testing.wait_all_tasks_blocked()
    assert site.log == []


async def test_a_reply_can_be_closed_early(site: Site) -> None:
    """What is sent after that is not answered."""
    answer = await site.app.test_client().post("/close", headers=DATASTAR)
    assert await answer.get_data() == b""


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
async def test_numbers_that_would_become_infinite_are_a_400(site: Site, number: str) -> None:
    """JSON could not say them back."""
    body = f'{{"name": {number}}}'.encode()
    answer = await site.app.test_client().post("/form", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_messages_are_nested_as_the_model_is_and_empty_for_what_fits(site: Site) -> None:
    """Patches merge: an empty message takes away that of last time."""
    body = {"name": 1, "person": {"age": "old"}, "size": "big"}
    answer = await site.app.test_client().post("/form", json=body, headers=DATASTAR)
    sent = (await answer.get_data(as_text=True)).partition("signals ")[2]
    assert json.loads(sent)["errors"] == {
        "name": "Input should be a valid string",
        "tags": "",
        "size": "Input should be a valid integer, unable to parse string as an integer",
        "person": {"age": "Input should be a valid integer, unable to parse string as an integer"},
    }


async def test_what_is_wrong_with_the_whole_is_a_message_of_the_form(site: Site) -> None:
    """In the words of the assertion."""
    answer = await site.app.test_client().post("/form", json={"person": {"age": -1}})
    assert (await answer.get_json())["errors"] == {"form": "Not born yet."}


@pytest.mark.parametrize("tags", [["a"], ["a", "b"]])
async def test_a_form_field_may_have_several_values(site: Site, tags: list[str]) -> None:
    """And one value is as good as several."""
    body = urlencode({"name": "Ann", "tags": tags}, doseq=True).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await site.app.test_client().post("/form", data=body, headers=headers)
    assert await answer.get_json() == {"name": "Ann", "tags": tags, "size": 0, "person": {"age": 0}}


async def test_numbers_arrive_as_they_were(site: Site) -> None:
    """Fractions, too."""
    answer = await site.app.test_client().post("/form", json={"size": 2.5})
    assert (await answer.get_json())["size"] == 2.5


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Referer": "http://evil.example/"}, 403),
        ({"Referer": "http://localhost/page"}, 204),
        ({"Datastar-Request": "true"}, 200),
        ({"Origin": "http://["}, 403),
        ({"Origin": "https://LOCALHOST:443"}, 204),
    ],
)
async def test_a_get_must_show_where_it_comes_from(site: Site, headers: dict[str, str], status: int) -> None:
    """Over plain http a browser sends no Sec-Fetch-Site, and no Origin with an image or a link."""
    answer = await site.app.test_client().get("/close", headers=headers)
    assert answer.status_code == status


class Strict(BaseModel, extra="forbid"):
    """A form that takes nothing else."""

    name: str


def wizard(**options: Any) -> Small:
    """A form, a reply that fails, and streams that fail, with what the app makes of it."""
    small = Small(**options)
    each: dict[str, Any] = {"default": {}, "own": {"on_error": OWN_ERROR}, "broken": {"on_error": [["fail"]]}}

    @small.app.post("/form/<kind>")
    async def form(kind: str) -> ResponseReturnValue:
        if kind == "caught":
            try:
                await small.live.signals(Greeting)
            except InvalidSignals as invalid:
                return f"<p>{invalid.messages['name']}</p>", 422
        own: Any = {"own": OWN_INVALID, "list": [["patch-signals", {"sorry": True}]], "broken": [["fail"]]}.get(kind)
        await small.live.signals(Greeting, on_invalid=own)
        return "fits"

    @small.app.post("/reply/<kind>")
    async def reply(kind: str) -> ResponseReturnValue:
        effects = [["patch-signals", {"half": True}], ["fail"]]
        return await small.live.reply(effects, otherwise="otherwise", **each[kind])

    @small.app.get("/stream/<kind>")
    async def stream(kind: str) -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"half": True}], ["fail"]], key="k", **each[kind])

    @small.app.get("/passing/<kind>")
    async def passing(kind: str) -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"half": True}], ["fail"]], **each[kind])

    return small


def OWN_INVALID(messages: Mapping[str, object]) -> list[object]:
    """Say it in one's own way."""
    return [["note", "invalid", sorted(messages)], ["patch-signals", {"sorry": messages["name"]}]]


def OWN_ERROR(errors: Sequence[ErrorRecord]) -> list[object]:
    """Say it in one's own way."""
    return [["note", "failed", [error.key for error in errors]], ["patch-signals", {"sorry": True}]]


async def signals_of(answer: Any) -> list[dict[str, object]]:
    """Return what an answer patches."""
    return [event.signals for event in SSEParser().feed(await answer.get_data(as_text=False))]


@pytest.mark.parametrize(
    ("kind", "patched"),
    [
        ("default", {"errors": {"name": "Say a name."}}),
        ("own", {"sorry": "Say a name."}),
        ("list", {"sorry": True}),
    ],
)
async def test_on_invalid_is_what_the_client_gets(kind: str, patched: dict[str, object]) -> None:
    """Effects, or a function of the messages; by default, a patch of `errors`."""
    answer = await wizard().app.test_client().post(f"/form/{kind}", json={"name": ""}, headers=DATASTAR)
    assert answer.status_code == 200
    assert await signals_of(answer) == [patched]


async def test_on_invalid_may_be_said_once_for_all() -> None:
    """And otherwise for one form."""
    small = wizard(on_invalid=[["patch-signals", {"everywhere": True}]])
    client = small.app.test_client()
    for kind, patched in (("default", {"everywhere": True}), ("own", {"sorry": "Say a name."})):
        answer = await client.post(f"/form/{kind}", json={"name": ""}, headers=DATASTAR)
        assert await signals_of(answer) == [patched]


async def test_on_invalid_is_only_for_the_datastar_client() -> None:
    """Nothing runs for others, who get 422."""
    small = wizard()
    assert (await small.app.test_client().post("/form/own", json={"name": ""})).status_code == 422
    assert small.log == []


async def test_on_invalid_that_fails_is_a_500() -> None:
    """As any dispatch that fails."""
    answer = await wizard().app.test_client().post("/form/broken", json={"name": ""}, headers=DATASTAR)
    assert answer.status_code == 500


async def test_an_app_may_answer_what_does_not_fit_itself() -> None:
    """For a page that works without JavaScript."""
    answer = await wizard().app.test_client().post("/form/caught", form={"name": ""})
    assert (answer.status_code, await answer.get_data(as_text=True)) == (422, "<p>Say a name.</p>")


async def test_on_invalid_never_runs_for_other_sites() -> None:
    """They are refused before anything is read."""
    small = wizard()
    headers = {**DATASTAR, "Sec-Fetch-Site": "cross-site"}
    assert (await small.app.test_client().post("/form/own", json={"name": ""}, headers=headers)).status_code == 403
    assert small.log == []


@pytest.mark.parametrize("path", ["/reply/own", "/stream/own"])
async def test_on_error_is_what_the_client_gets(path: str) -> None:
    """Instead of what was sent before something failed; nothing stays open."""
    small = wizard()
    async with small.app.test_app():
        method = "POST" if "reply" in path else "GET"
        async with open_sse(await small.visitor(), path, method=method) as answer:
            assert answer.status == 200
            assert [event.signals async for event in answer] == [{"sorry": True}]
        assert small.log == [("failed", ["fail"])]
        assert small.streams() == []


async def test_on_error_of_a_stream_that_passes_follows_what_was_sent() -> None:
    """The answer has begun."""
    small = wizard()
    async with small.app.test_app():
        for kind, more in (("own", [{"sorry": True}]), ("default", [])):
            async with open_sse(small.app.test_client(), f"/passing/{kind}") as answer:
                assert [event.signals async for event in answer] == [{"half": True}, *more]


@pytest.mark.parametrize("path", ["/reply/default", "/stream/default", "/reply/broken", "/stream/broken"])
async def test_what_fails_is_a_500_without_on_error_or_where_that_fails_too(path: str) -> None:
    """Nothing that was sent before is applied."""
    small = wizard()
    async with small.app.test_app():
        method = "POST" if "reply" in path else "GET"
        async with open_sse(await small.visitor(), path, method=method) as answer:
            assert answer.status == 500
            assert answer.headers["content-type"] == "application/problem+json"


async def test_on_error_may_be_said_once_for_all() -> None:
    """For all replies and streams."""
    small = wizard(on_error=[["patch-signals", {"everywhere": True}]])
    async with small.app.test_app():
        answer = await small.app.test_client().post("/reply/default", headers=DATASTAR)
        assert await signals_of(answer) == [{"everywhere": True}]


async def test_a_plain_browser_never_gets_the_events_of_on_error() -> None:
    """They run, and it gets the 500: `otherwise` is for what went well."""
    small = wizard()
    answer = await small.app.test_client().post("/reply/own")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert small.log == [("failed", ["fail"])]


async def test_values_are_in_the_answer_only_in_debug() -> None:
    """And then they help."""
    for debug in (True, False):
        answer = await wizard(debug=debug).app.test_client().post("/reply/default", headers=DATASTAR)
        (error,) = (await answer.get_json())["errors"]
        assert ("a secret" in error.get("message", "")) is debug
        assert (error.get("values") == "['fail']") is debug


@pytest.mark.parametrize("kind", ["json", "form"])
async def test_what_is_too_large_is_a_413(kind: str) -> None:
    """By the app's own setting."""
    small = wizard()
    small.app.config["MAX_CONTENT_LENGTH"] = 1_000
    sent: dict[str, Any] = {kind: {"name": "x" * 2_000}}
    answer = await small.app.test_client().post("/form/default", **sent)
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"


async def test_a_browser_that_asks_for_a_page_gets_its_problem_as_one() -> None:
    """Escaped; the Datastar client, which would accept one, gets none."""
    client = wizard().app.test_client()
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = await client.post("/form/default", json={"name": ["<b>"]}, headers=browser)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    page = await answer.get_data(as_text=True)
    assert "<h1>Unprocessable" in page
    assert "<li>name: Input should be a valid string" in page
    failed = await (await client.post("/reply/default", headers=browser)).get_data(as_text=True)
    assert "phase: execute, key: fail, at: effects[1], error: ValueError" in failed
    refused = await client.post("/reply/default", headers={**browser, "Sec-Fetch-Site": "cross-site"})
    assert "<ul>" not in await refused.get_data(as_text=True)
    datastar = {**DATASTAR, "Accept": "text/event-stream, text/html, application/json"}
    assert (await client.post("/reply/default", headers=datastar)).mimetype == "application/problem+json"


async def test_a_page_of_a_problem_makes_no_session() -> None:
    """Only pages that went well do."""
    answer = await wizard().app.test_client().post("/reply/default", headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["__proto__", "constructor", "form", "nobody"])
async def test_a_field_that_the_model_does_not_have_is_a_message_of_the_form(name: str) -> None:
    """Its name is the sender's: as that of a signal it could break the page."""
    small = Small()

    @small.app.post("/strict")
    async def strict() -> ResponseReturnValue:
        await small.live.signals(Strict)
        return ""

    body = f'{{"name": "Ann", "{name}": {{"polluted": 1}}}}'.encode()
    headers = {"Content-Type": "application/json", **DATASTAR}
    answer = await small.app.test_client().post("/strict", data=body, headers=headers)
    assert answer.status_code == 200
    assert await signals_of(answer) == [{"errors": {"name": "", "form": "Extra inputs are not permitted"}}]


class Nested(BaseModel):
    """A form with a form in it."""

    name: str = Field(default="?", validation_alias="uName")
    other: str = Field(default="?", validation_alias=AliasChoices("second", "third"))
    person: Person | None = None
    form: Person = Person()
    tags: list[str] | None = None
    words: Sequence[str] = ()
    either: Person | int = 0


@pytest.fixture
def nested() -> Any:
    """A client that posts to it."""
    small = Small()

    @small.app.post("/nested")
    async def post() -> ResponseReturnValue:
        return (await small.live.signals(Nested)).model_dump()

    return small.app.test_client()


BLANK = {
    "uName": "",
    "second": "",
    "person": {"age": ""},
    "form": {"age": ""},
    "tags": "",
    "words": "",
    "either": "",
}


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        ({"person": 1}, {"person": {"form": "Input should be", "age": ""}}),
        ({"person": {"age": "x"}}, {"person": {"age": "Input should be"}}),
        ({"uName": 1}, {"uName": "Input should be"}),
        ({"second": 1}, {"second": "Input should be"}),
        ({"form": "x"}, {"form": {"form": "Input should be", "age": ""}}),
        ({"either": "x"}, {"either": "Input should be"}),
    ],
    ids=str,
)
async def test_no_message_is_lost_however_deep_it_belongs(nested: Any, sent: object, messages: Any) -> None:
    """What is said of a nested model as a whole is its `form`; names are those that are sent."""
    answer = await nested.post("/nested", json=sent, headers=DATASTAR)
    ((patch, *_),) = [await signals_of(answer)]
    said = json.loads(json.dumps(patch["errors"]), object_hook=lambda found: {k: _cut(v) for k, v in found.items()})
    assert said == {**BLANK, **messages}


def _cut(message: Any) -> Any:
    return message[: len("Input should be")] if isinstance(message, str) else message


async def test_a_form_field_may_have_several_values_however_it_is_annotated(nested: Any) -> None:
    """And be sent once."""
    body = urlencode({"tags": "a", "words": "b"}).encode()
    answer = await nested.post("/nested", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    said = await answer.get_json()
    assert (said["tags"], said["words"]) == (["a"], ["b"])


async def test_an_app_may_say_itself_that_signals_do_not_fit() -> None:
    """What no model can know."""
    small = Small()

    @small.app.post("/name")
    async def name() -> ResponseReturnValue:
        raise InvalidSignals({"name": "This name is taken."})

    client = small.app.test_client()
    assert await signals_of(await client.post("/name", headers=DATASTAR)) == [
        {"errors": {"name": "This name is taken."}}
    ]
    assert (await client.post("/name")).status_code == 422


async def test_a_browser_that_opens_a_stream_as_a_page_gets_none() -> None:
    """It could only save it as a file; others say what they take, or take anything."""
    small = wizard()
    async with small.app.test_app():
        ann = await small.visitor()
        browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Site": "none"}
        for path in ("/stream/default", "/passing/default"):
            assert (await ann.get(path, headers=browser)).status_code == 406
        assert small.streams() == []
        for accept in ("*/*", "text/event-stream"):
            answer = await ann.get("/passing/default", headers={"Accept": accept, "Sec-Fetch-Site": "same-origin"})
            assert answer.mimetype == "text/event-stream"


async def test_on_error_that_fails_in_a_stream_that_passes_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can be told any more; it is logged."""
    small = Small()

    def fail(errors: object) -> list[object]:
        raise LookupError

    @small.app.get("/passing")
    async def passing() -> ResponseReturnValue:
        return await small.live.stream([["patch-signals", {"n": 1}], ["fail"]], on_error=fail)

    async with small.app.test_app(), open_sse(small.app.test_client(), "/passing") as stream:
        assert [event.signals async for event in stream] == [{"n": 1}]
    assert "on_error of a stream failed" in caplog.text


async def test_head_runs_nothing() -> None:
    """Quart makes it for every GET."""
    small = Small()

    @small.app.get("/reply")
    async def reply() -> ResponseReturnValue:
        return await small.live.reply([["note", "ran"]])

    client = small.app.test_client()
    assert (await client.head("/reply", headers=DATASTAR)).status_code == 200
    assert (await client.head("/reply", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 204
    assert small.log == []


async def test_a_host_may_have_any_name() -> None:
    """Names of containers have underscores."""
    headers = {"Host": "my_app:8000", "Origin": "http://my_app:8000"}
    assert (await wizard().app.test_client().post("/reply/default", headers=headers)).status_code == 500


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"name": "x" * 1_000}},
        {"form": {"name": "x" * 1_000}},
        {"data": b"[" * 1_001, "headers": {"Content-Type": "application/json"}},
        {"data": b"a&" * 1_001, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ],
    ids=lambda sent: str(sent)[:20],
)
async def test_signals_have_a_bound_of_their_own(sent: dict[str, Any]) -> None:
    """In bytes, and a form in fields."""
    many = "a&" in str(sent)
    small = wizard(max_signals=10_000 if many else 1_000)
    assert (await small.app.test_client().post("/form/default", **sent)).status_code == 413


async def test_what_says_that_it_is_too_large_is_not_even_read() -> None:
    """It may be larger than memory."""
    client = wizard(max_signals=1_000).app.test_client()
    headers = {"Content-Type": "application/json", "Content-Length": "1001"}
    async with open_sse(client, "/form/default", method="POST", headers=headers, body=b"{}") as answer:
        assert answer.status == 413


async def test_a_form_may_have_files_in_it() -> None:
    """They are not signals, and only the app's own bound is theirs."""
    small = Small(max_signals=1_000)

    @small.app.post("/upload")
    async def upload() -> ResponseReturnValue:
        form = await small.live.signals(Greeting)
        return {"name": form.name, "size": len((await request.files)["file"].read())}

    file = FileStorage(BytesIO(b"x" * 5_000), filename="x.txt")
    answer = await small.app.test_client().post("/upload", form={"name": "Ann"}, files={"file": file})
    assert await answer.get_json() == {"name": "Ann", "size": 5_000}


async def test_signals_without_a_length_are_bounded_too() -> None:
    """As they are sent in chunks."""
    client = wizard(max_signals=1_000).app.test_client()
    headers = {"Content-Type": "application/json"}
    async with open_sse(client, "/form/default", method="POST", headers=headers, body=b" " * 1_001) as answer:
        assert answer.status == 413


async def test_a_form_may_still_be_read_by_the_app() -> None:
    """After its signals were."""
    small = Small()

    @small.app.post("/both")
    async def both() -> ResponseReturnValue:
        form = await small.live.signals(Greeting)
        return {"signals": form.name, "form": (await request.form)["name"]}

    answer = await small.app.test_client().post("/both", form={"name": "Ann"})
    assert await answer.get_json() == {"signals": "Ann", "form": "Ann"}


class Tree(BaseModel):
    """A form that holds itself."""

    name: str
    left: Tree | None = None
    right: Tree | None = None
    third: Tree | None = None


def test_no_errors_is_what_errors_begin_as() -> None:
    """Nested as the model is; a model within itself is one field."""
    assert no_errors(Form) == {"name": "", "tags": "", "size": "", "person": {"age": ""}}
    assert no_errors(Tree) == {"name": "", "left": "", "right": "", "third": ""}


async def test_a_get_that_shows_nothing_is_told_what_to_send() -> None:
    """Such as one by curl."""
    small = wizard()
    answer = await small.app.test_client().get("/stream/default")
    assert answer.status_code == 403
    assert "send Datastar-Request" in (await answer.get_json())["detail"]
