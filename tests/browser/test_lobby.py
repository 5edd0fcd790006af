"""The lobby, as the people in it see it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import needed
from tests.browser.command import Command
from tests.browser.conftest import FLAGS
from tests.browser.hostile import NASTY
from tests.browser.serving import Server
from tests.browser.visitors import AWAY, Visitors, connected, hide
from tests.browser.waiting import eventually
from tests.browser.wire import wire

pytestmark = pytest.mark.slow

_WATCH = """() => {
    window.lists = [];
    const note = () => {
        const list = [...document.querySelectorAll("#people li")].map(one => one.textContent).join();
        if (list !== window.lists.at(-1)) window.lists.push(list);
    };
    note();
    new MutationObserver(note).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def join(url: str, person: BrowserContext, name: str, room: str = "tea") -> Page:
    """Somebody who has joined a room, and is connected."""
    page = person.new_page()
    page.goto(f"{url}/lobby?room={room}")
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    return connected(page)


def say(page: Page, text: str) -> None:
    """Type a message and send it."""
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()


def people(page: Page) -> Locator:
    """Return who is here, as the page shows it."""
    return page.locator("#people li")


def messages(page: Page) -> Locator:
    """Return what was said, as the page shows it."""
    return page.locator("#messages li")


def test_three_people_in_two_rooms_see_what_concerns_them(demo: Server, visitors: Visitors) -> None:
    """Who comes, what is said and who goes, in their own room and no other."""
    ann, ben, cy = (
        join(demo.url, visitors.person(), name, room) for name, room in (("Ann", "tea"), ("Ben", "tea"), ("Cy", "bar"))
    )
    for page in (ann, ben):
        expect(people(page)).to_have_text(["Ann", "Ben"])
    expect(ann.locator("#notice")).to_have_text("Ben joined.")
    expect(ben.locator("#notice")).to_have_text("")
    expect(people(cy)).to_have_text(["Cy"])
    say(ann, "hello")
    say(cy, "anybody?")
    for page in (ann, ben):
        expect(messages(page)).to_have_text(["Ann hello"])
    expect(messages(cy)).to_have_text(["Cy anybody?"])
    expect(ann.get_by_label("Your message")).to_have_value("")
    ben.get_by_role("button", name="Leave").click()
    expect(people(ann)).to_have_text(["Ann"])
    expect(ann.locator("#notice")).to_have_text("Ben left.")
    expect(people(cy)).to_have_text(["Cy"])


def test_who_leaves_does_not_come_back(demo: Server, visitors: Visitors) -> None:
    """In none of their tabs: all are at the door, and whatever was on its way is refused.

    The client may ask once more if its stream ends while it is about to leave it; 204 makes it stay away.
    """
    person = visitors.person()
    ann = join(demo.url, person, "Ann")
    other = person.new_page()
    other.goto(f"{demo.url}/lobby?room=tea")
    connected(other)
    expect(people(other)).to_have_text(["Ann"])
    answers: list[tuple[bool, int]] = []
    person.on("response", lambda response: answers.append(("/sse" in response.url, response.status)))
    ann.get_by_role("button", name="Leave").click()
    for page in (ann, other):
        expect(page.get_by_label("Your name")).to_have_value("Ann")
    ann.wait_for_timeout(2_500)  # the client would ask again after one second
    assert answers.count((False, 200)) == 1
    assert {status for is_stream, status in answers if is_stream} <= {204}
    answers.clear()
    ann.wait_for_timeout(2_500)
    assert answers == []
    other.reload()
    expect(other.get_by_label("Your name")).to_have_value("Ann")


def test_who_leaves_and_joins_at_once_is_there(demo: Server, visitors: Visitors) -> None:
    """For themselves and the others, also when the grace is over."""
    ann, ben = (join(demo.url, visitors.person(), name) for name in ("Ann", "Ben"))
    ben.get_by_role("button", name="Leave").click()
    expect(people(ann)).to_have_text(["Ann"])
    ben.get_by_role("button", name="Join").click()
    connected(ben)
    ben.wait_for_timeout(4_000)
    for page in (ann, ben):
        expect(people(page)).to_have_text(["Ann", "Ben"])
    say(ben, "hello")
    expect(messages(ann)).to_have_text(["Ben hello"])


def test_back_leads_into_the_room(demo: Server, visitors: Visitors) -> None:
    """And not to the door that was shown before."""
    person = visitors.person()
    page = person.new_page()
    page.goto(f"{demo.url}/lobby?room=tea")
    page.close()
    ann = join(demo.url, person, "Ann")
    ann.get_by_role("link", name="About").click()
    ann.go_back()
    connected(ann)
    expect(people(ann)).to_have_text(["Ann"])


def test_two_tabs_of_one_person_are_one_participant(demo: Server, visitors: Visitors) -> None:
    """Who has gone when the last of them is closed."""
    person = visitors.person()
    ben, first = join(demo.url, visitors.person(), "Ben"), join(demo.url, person, "Ann")
    second = person.new_page()
    second.goto(f"{demo.url}/lobby?room=tea")
    connected(second)
    expect(people(ben)).to_have_text(["Ann", "Ben"])
    ben.evaluate(_WATCH)
    first.close()
    ben.wait_for_timeout(4_000)  # longer than the grace
    assert ben.evaluate("lists") == ["Ann,Ben"]
    second.close()
    expect(people(ben)).to_have_text(["Ben"])


def test_a_reload_and_a_hidden_tab_do_not_flicker(demo: Server, visitors: Visitors) -> None:
    """The others never see that somebody was gone."""
    ann, ben = (join(demo.url, visitors.person(), name) for name in ("Ann", "Ben"))
    expect(people(ben)).to_have_text(["Ann", "Ben"])
    ben.evaluate(_WATCH)
    ann.reload()
    connected(ann)
    hide(ann, True)
    ben.wait_for_timeout(4_000)  # longer than the grace
    say(ben, "still there?")
    hide(ann, False)
    expect(messages(ann)).to_have_text(["Ben still there?"])
    assert ben.evaluate("lists") == ["Ann,Ben"]


def test_a_tab_that_is_closed_is_gone_from_the_lists(demo: Server, visitors: Visitors) -> None:
    """After the grace."""
    ann, ben = (join(demo.url, visitors.person(), name) for name in ("Ann", "Ben"))
    ben.close()
    expect(people(ann)).to_have_text(["Ann"])
    expect(ann.locator("#notice")).to_have_text("Ben left.")


def test_who_loses_the_network_is_gone_and_comes_back(demo: Server, visitors: Visitors, servers: ExitStack) -> None:
    """By itself, with what was said meanwhile."""
    line = servers.enter_context(wire(demo.url))
    ann, ben = join(line.url, visitors.person(), "Ann"), join(demo.url, visitors.person(), "Ben")
    expect(people(ben)).to_have_text(["Ann", "Ben"])
    visitors.may_say("net::ERR_INCOMPLETE_CHUNKED_ENCODING", "network error", *AWAY)
    line.cut()
    expect(ann.locator(".connection")).to_have_text("Not connected")
    expect(people(ben)).to_have_text(["Ben"])
    say(ben, "where are you?")
    line.mend()
    connected(ann)
    expect(messages(ann)).to_have_text(["Ben where are you?"])
    for page in (ann, ben):
        expect(people(page)).to_have_text(["Ann", "Ben"])


@contextmanager
def another_browser(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Chromium of its own: where it can be talked to, and the process, which may be killed."""
    args = [needed.chromium(), *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(args, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            port = folder / "DevToolsActivePort"
            eventually(lambda: port.exists() and len(port.read_text().splitlines()) == 2)
            yield f"http://127.0.0.1:{port.read_text().splitlines()[0]}", process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_browser_that_is_killed_is_gone_from_the_lists(
    demo: Server, visitors: Visitors, browser: Browser, tmp_path: Path
) -> None:
    """As if its tab had been closed."""
    ann = join(demo.url, visitors.person(), "Ann")
    with another_browser(tmp_path) as (address, process):
        theirs = browser.browser_type.connect_over_cdp(address)
        join(demo.url, theirs.new_context(), "Ben")
        expect(people(ann)).to_have_text(["Ann", "Ben"])
        os.kill(process.pid, signal.SIGKILL)
        expect(people(ann)).to_have_text(["Ann"])


def test_people_are_there_again_when_the_server_is(restartable: Command, visitors: Visitors) -> None:
    """Without a reload; what was said is kept in the server's memory, and gone with it."""
    ann, ben = (join(restartable.url, visitors.person(), name) for name in ("Ann", "Ben"))
    say(ann, "hello")
    expect(messages(ben)).to_have_text(["Ann hello"])
    visitors.may_say(*AWAY)
    restartable.stop()
    for page in (ann, ben):
        expect(page.locator(".connection")).to_have_text("Not connected")
    restartable.start()
    for page in (ann, ben):
        connected(page)
        expect(people(page)).to_have_text(["Ann", "Ben"])
        expect(messages(page)).to_have_text(["Nobody has said anything yet."])
    say(ben, "hello again")
    expect(messages(ann)).to_have_text(["Ben hello again"])


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_what_is_said_stays_text(demo: Server, visitors: Visitors, text: str) -> None:
    """Live, and after a reload."""
    ann, ben = (join(demo.url, visitors.person(), name) for name in ("Ann", "Ben"))
    say(ann, text)
    for page in (ann, ben):
        expect(messages(page).locator("span")).to_have_js_property("textContent", ann.evaluate(_TYPED, text))
    ben.reload()
    connected(ben)
    expect(messages(ben).locator("span")).to_have_js_property("textContent", ann.evaluate(_TYPED, text))
    assert not ben.evaluate("'hacked' in window")


_TYPED = "text => Object.assign(document.createElement('textarea'), {value: text}).value"
"""What a textarea makes of a text: line breaks are all alike in it (WHATWG HTML, 4.10.11)."""


def test_names_stay_text(demo: Server, visitors: Visitors) -> None:
    """In every list, and in what is said of them."""
    name = "<img src=x onerror=hacked=1>@get('/x')"
    ann, ben = join(demo.url, visitors.person(), "Ann"), join(demo.url, visitors.person(), name)
    expect(people(ann)).to_have_text([name, "Ann"])
    expect(ann.locator("#notice")).to_have_text(f"{name} joined.")
    say(ben, "hello")
    expect(messages(ann)).to_have_text([f"{name} hello"])
    ben.get_by_role("button", name="Leave").click()
    expect(ben.get_by_label("Your name")).to_have_value(name)


@pytest.mark.parametrize("room", ["*", "a b", "ä & ö", "<b>", "%2F", "@get('x')", "...", "x?y#z"])
def test_a_room_may_have_any_name(demo: Server, visitors: Visitors, room: str) -> None:
    """The form for other rooms leads there, and all of it works there."""
    page = visitors.page(f"{demo.url}/lobby")
    page.get_by_label("Or another room").fill(room)
    page.get_by_role("button", name="Go there").click()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="Join").click()
    connected(page)
    expect(page.get_by_role("heading", level=2)).to_have_text(room)
    say(page, "hello")
    expect(messages(page)).to_have_text(["Ann hello"])
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_label("Your name")).to_have_value("Ann")


def test_a_name_that_somebody_has_is_refused_beside_the_field(demo: Server, visitors: Visitors) -> None:
    """Until another is typed."""
    join(demo.url, visitors.person(), "Ann")
    page = visitors.page(f"{demo.url}/lobby?room=tea")
    page.get_by_label("Your name").fill("ANN")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#name-error")).to_have_text("Somebody in this room has that name.")
    page.get_by_label("Your name").fill("Anna")
    page.get_by_role("button", name="Join").click()
    connected(page)


def test_messages_are_typed_as_people_do(demo: Server, visitors: Visitors) -> None:
    """Enter sends, Shift and Enter begin a new line, and what says nothing is not sent."""
    page = join(demo.url, visitors.person(), "Ann")
    field = page.get_by_label("Your message")
    field.type("one")
    field.press("Shift+Enter")
    field.type("two")
    field.press("Enter")
    expect(messages(page).locator("span")).to_have_js_property("textContent", "one\ntwo")
    expect(field).to_have_value("")
    say(page, "   ")
    expect(page.locator("#text-error")).to_have_text("Type something first.")
    say(page, "three")
    expect(page.locator("#text-error")).to_have_text("")


def test_without_javascript_people_join_talk_and_leave(demo: Server, visitors: Visitors) -> None:
    """By plain forms, to the same routes; those with JavaScript see what they say at once."""
    ann = join(demo.url, visitors.person(), "Ann")
    ben = visitors.page(f"{demo.url}/lobby?room=tea", javascript=False)
    ben.get_by_label("Your name").fill("Ben")
    ben.get_by_role("button", name="Join").click()
    say(ben, "hello")
    for page in (ann, ben):
        expect(messages(page)).to_have_text(["Ben hello"])
    expect(people(ben)).to_have_text(["Ann", "Ben"])
    ben.get_by_role("button", name="Leave").click()
    expect(ben.get_by_label("Your name")).to_have_value("Ben")


def test_the_last_message_is_in_sight(demo: Server, visitors: Visitors) -> None:
    """However many and long they are, now and after a reload; but not for who reads what was said before."""
    ann, ben = (join(demo.url, visitors.person(), name) for name in ("Ann", "Ben"))
    for number in range(20):
        say(ann, f"message {number}\n{'word ' * number * 5}")
        for page in (ann, ben):
            expect(messages(page)).to_have_count(number + 1)
            expect(messages(page).last).to_be_in_viewport()
    ben.reload()
    connected(ben)
    expect(messages(ben).last).to_be_in_viewport()
    ben.evaluate("document.querySelector('#messages').scrollTop = 0")
    say(ann, "the last")
    expect(messages(ben)).to_have_count(21)
    expect(messages(ann).last).to_be_in_viewport()
    expect(messages(ben).first).to_be_in_viewport()
    expect(messages(ben).last).not_to_be_in_viewport()
