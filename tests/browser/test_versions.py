"""The differences of the versions 1.0.x of the client, each as `docs/guides/browser-client.md` has it.

All other tests of this folder hold for every version.
"""

from __future__ import annotations

import pytest
import trio
from htpy import button, div, p
from playwright.sync_api import expect
from pydantic import BaseModel
from quart import request
from quart.typing import ResponseReturnValue
from quart.wrappers import Response as Answer

from plugins.datastar import Client, at, attr, html
from tests.browser.stage import Stage
from tests.browser.visitors import AWAY
from tests.browser.waiting import eventually

pytestmark = pytest.mark.slow

NONCE = "bm9uY2U="
POLICY = (
    f"default-src 'self'; img-src data:; script-src 'nonce-{NONCE}'; base-uri 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types datastar"
)
WATCH = """() => {
    for (const on of [Document, Element]) {
        const start = on.prototype.startViewTransition;
        on.prototype.startViewTransition = function (...given) {
            window.animated = this.id ?? "document";
            return start.apply(this, given);
        };
    }
}"""


class Asked(BaseModel):
    """What a question has in its body."""

    user: str


def test_a_page_does_without_eval(stage: Stage, patch: int) -> None:
    """Since 1.0.3, with `attr.nonce`, under a policy that has Trusted Types, too; scripts that are sent run as well."""

    @stage.app.after_request
    async def police(answer: Answer) -> Answer:
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @stage.app.get("/there")
    async def there() -> str:
        return '<link rel="icon" href="data:,"><p id="there">You are there.'

    stage.root, stage.script = attr.nonce(NONCE), Client("/datastar.js", nonce=NONCE)
    if patch < 3:
        stage.serve()
        page = stage.visitors.person().new_page()
        stage.visitors.may_say("unsafe-eval", "GenerateExpression", "Trusted")
        with page.expect_event("pageerror"):
            page.goto(stage.server.url)
        return
    page = stage.show(p("#sum", attr.text("`1 + 1 is ${1 + 1}`")))
    expect(page.locator("#sum")).to_have_text("1 + 1 is 2")
    stage.send(["execute-script", "window.said = 'hello'"], ["patch-elements", p("#sum", attr.text("'new'"))])
    expect(page.locator("#sum")).to_have_text("new")
    assert page.evaluate("window.said") == "hello"
    stage.visitors.may_say("violates the following Content Security Policy")
    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        stage.send(["patch-elements", html('<p id="sum"><img src="data:," onerror="window.said = 1"></p>')])
    assert page.evaluate("window.said") == "hello"
    stage.cast(["redirect", "/there"])
    expect(page.locator("#there")).to_be_visible()


def test_a_question_is_asked_with_its_signals_in_the_body(stage: Stage, patch: int) -> None:
    """Since 1.0.4, by `at.query`."""

    @stage.app.route("/ask", methods=["QUERY"])
    async def ask() -> ResponseReturnValue:
        sent = await stage.live.signals(Asked)
        return await stage.live.reply([["patch-signals", {"told": f"{request.full_path} {sent.user}"}]])

    action = at.query("/ask", filter_signals={"include": "^user$"})
    page = stage.show(
        button("#ask", attr.signals({"user": "Ann", "told": ""}) | attr.on("click", action))["Ask"],
        p("#told", attr.text("$told")),
    )
    if patch < 4:
        stage.visitors.may_say("UndefinedAction")
        with page.expect_event("pageerror"):
            page.click("#ask")
        return
    page.click("#ask")
    expect(page.locator("#told")).to_have_text("/ask? Ann")


def test_an_action_in_a_string_is_text(stage: Stage, patch: int) -> None:
    """Since 1.0.4; before, it was rewritten, which is why `js` escapes it."""
    page = stage.show(p("#text", attr.text("'write to @bob(home)'")))
    shown = "write to @bob(home)" if patch >= 4 else 'write to __action("bob",evt,home)'
    expect(page.locator("#text")).to_have_text(shown)


def test_a_part_of_the_page_is_animated(stage: Stage, patch: int) -> None:
    """Since 1.0.2, with `view_transition_selector`; before, all of it was."""
    page = stage.show(div("#part")[p("#a")["a"]])
    page.evaluate(WATCH)
    options = {"use_view_transition": True, "view_transition_selector": "#part"}
    stage.send(["patch-elements", p("#a")["A"], options])
    expect(page.locator("#a")).to_have_text("A")
    assert page.evaluate("window.animated") == ("part" if patch >= 2 else "document")


@pytest.mark.parametrize("same_url", [True, False])
@pytest.mark.parametrize("same_element", [True, False])
def test_a_request_ends_one_before_it(stage: Stage, patch: int, same_element: bool, same_url: bool) -> None:
    """Since 1.0.2 the one to the same URL; before, that of the same element."""
    release, begun = trio.Event(), list[str]()

    @stage.app.post("/held/<which>")
    async def hold(which: str) -> ResponseReturnValue:
        begun.append(which)
        answer = [["patch-signals", {f"from{len(begun)}": 1}]]
        await release.wait()
        return await stage.live.reply(answer)

    first = attr.on("first", at.post("/held/a"))
    second = attr.on("second", at.post("/held/a" if same_url else "/held/b"))
    page = stage.show(
        div(attr.signals({"from1": 0, "from2": 0})),
        p("#one", first | second) if same_element else (p("#one", first), p("#other", second)),
        p("#came", attr.text("`${$from1} ${$from2}`")),
    )
    page.evaluate("one.dispatchEvent(new Event('first'))")
    eventually(lambda: len(begun) == 1)
    page.evaluate(f"{'one' if same_element else 'other'}.dispatchEvent(new Event('second'))")
    eventually(lambda: len(begun) == 2)
    stage.server.call(release.set)
    came = "0 1" if (same_url if patch >= 2 else same_element) else "1 1"
    expect(page.locator("#came")).to_have_text(came)
    stage.send()
    assert page.locator("#came").inner_text() == came


def test_a_request_that_is_sent_again_has_the_signals_of_then(stage: Stage, patch: int) -> None:
    """Since 1.0.4; before, those of the first time."""
    answers, sent = iter([500]), list[object]()

    @stage.app.post("/failing")
    async def fail() -> ResponseReturnValue:
        sent.append((await request.get_json())["text"])
        return "", next(answers, 204)

    page = stage.show(
        div(
            attr.signals({"text": "old"}) | attr.on("datastar-fetch", "evt.detail.type === 'error' && ($text = 'new')")
        ),
        button("#go", attr.on("click", at.post("/failing", retry="error", retry_interval=1)))["Go"],
    )
    stage.visitors.may_say("500")
    page.click("#go")
    eventually(lambda: len(sent) == 2)
    assert sent == ["old", "new" if patch >= 4 else "old"]


def test_a_client_gives_up_a_server_that_fails(stage: Stage, patch: int) -> None:
    """Since 1.0.2, after `retry_max_count` times; before, only where the server could not be reached."""
    asked: list[str] = []

    @stage.app.post("/failing")
    async def fail() -> ResponseReturnValue:
        asked.append(request.path)
        return "", 500

    page = stage.show(
        p(
            "#said",
            attr.signals({"said": ""}) | attr.on("datastar-fetch", "$said = evt.detail.type") | attr.text("$said"),
        ),
        button("#go", attr.on("click", at.post("/failing", retry="error", retry_interval=1, retry_max_count=2)))["Go"],
    )
    stage.visitors.may_say("500", "FetchFailed", "Max retries reached")
    page.click("#go")
    if patch < 2:
        eventually(lambda: len(asked) > 5)
    else:
        expect(page.locator("#said")).to_have_text("finished")
        assert len(asked) == 3


def test_who_is_told_never_to_ask_again_does_so_all_the_same(stage: Stage) -> None:
    """Where the server cannot be reached: every version."""
    page = stage.show(
        button("#go", attr.on("click", at.post("/gone", retry="never", retry_interval=1)))["Go"],
        p("#told", attr.signals({"told": ""}) | attr.text("$told")),
    )
    stage.visitors.may_say("net::ERR_FAILED", *AWAY)
    page.route("**/gone", lambda route: route.fulfill(json={"told": "again"}))
    page.route("**/gone", lambda route: route.abort(), times=1)
    page.click("#go")
    expect(page.locator("#told")).to_have_text("again")
