"""The effects: the frames that a dispatch sends to its sink."""

from __future__ import annotations

import pytest
from htpy import div
from markupsafe import Markup

from effects import ArgumentError, Dispatch, create_dispatch
from effects.testing import MemorySink
from plugins.datastar import Datastar, fragment, html


@pytest.fixture
def dispatch() -> Dispatch:
    """Make a dispatch that has Datastar and no other plugin."""
    return create_dispatch([Datastar()])


async def text_of(dispatch: Dispatch, *effects: object) -> str:
    """Return the text that effects send."""
    sink = MemorySink()
    (await dispatch(effects, system={"sink": sink})).raise_errors()
    return sink.text


async def failure(dispatch: Dispatch, effect: object) -> str:
    """Return the one error of an effect, as people read it."""
    result = await dispatch([effect], system={"sink": MemorySink()})
    (record,) = result.errors
    return str(record)


async def test_elements_are_patched(dispatch: Dispatch) -> None:
    """Text in an element is escaped by the library that built it."""
    text = await text_of(dispatch, ["patch-elements", div("#a")["<script>"], {"selector": "#a", "mode": "inner"}])
    assert text == (
        "event: datastar-patch-elements\ndata: mode inner\ndata: selector #a\n"
        'data: elements <div id="a">&lt;script&gt;</div>\n\n'
    )


async def test_elements_are_removed_by_selector(dispatch: Dispatch) -> None:
    """None stands for no elements."""
    assert "mode remove" in await text_of(dispatch, ["patch-elements", None, {"selector": "#a", "mode": "remove"}])


async def test_signals_are_patched(dispatch: Dispatch) -> None:
    """A dict becomes JSON."""
    text = await text_of(dispatch, ["patch-signals", {"connected": True}, {"only_if_missing": True}])
    assert text == 'event: datastar-patch-signals\ndata: onlyIfMissing true\ndata: signals {"connected":true}\n\n'


async def test_closing_closes_the_sink(dispatch: Dispatch) -> None:
    """Frames that come after it are not sent."""
    sink = MemorySink()
    await dispatch([["close-sse"], ["patch-signals", {}]], system={"sink": sink})
    assert sink.closed
    assert not sink.frames


def test_html_says_that_a_str_is_trusted() -> None:
    """Text that is formatted into it is escaped."""
    assert html("<b>{}</b>").format("<i>") == Markup("<b>&lt;i&gt;</b>")


@pytest.mark.parametrize("elements", ["<p>", b"<p>", 3, div.__class__, Markup])
async def test_elements_without_html_are_refused(dispatch: Dispatch, elements: object) -> None:
    """Such as a bare str. The error has the fix."""
    message = await failure(dispatch, ["patch-elements", elements])
    assert "elements are an object with __html__" in message
    assert 'html("' in message


@pytest.mark.parametrize("rows", [[div, div], (div,), {1: div}, iter([div])])
async def test_several_elements_that_are_no_fragment_are_refused(dispatch: Dispatch, rows: object) -> None:
    """The error has the fix."""
    message = await failure(dispatch, ["patch-elements", rows])
    assert "elements are an object with __html__" in message
    assert "several elements are one fragment: fragment(*rows)" in message


async def test_elements_that_are_yet_to_come_are_refused(dispatch: Dispatch) -> None:
    """The error has the fix: an await was forgotten."""

    async def row() -> object:
        return div

    coming = row()
    message = await failure(dispatch, ["patch-elements", coming])
    coming.close()
    assert "elements are an object with __html__, not coroutine" in message
    assert message.endswith("fix  await it")


@pytest.mark.parametrize("trusted", [None, 3, b"<p>", div])
def test_only_a_str_can_be_said_to_be_html(trusted: str) -> None:
    """None would become text."""
    with pytest.raises(ArgumentError, match="trusted HTML is a str, not "):
        html(trusted)


async def test_several_elements_are_one_fragment(dispatch: Dispatch) -> None:
    """In order, each escaped by its own library."""
    rows = fragment(div["<"], html("<b>&amp;</b>"))
    assert "data: elements <div>&lt;</div><b>&amp;</b>\n" in await text_of(dispatch, ["patch-elements", rows])


async def test_an_empty_fragment_empties(dispatch: Dispatch) -> None:
    """A list without rows is an empty fragment."""
    text = await text_of(dispatch, ["patch-elements", fragment(), {"selector": "#a", "mode": "inner"}])
    assert text == "event: datastar-patch-elements\ndata: mode inner\ndata: selector #a\n\n"


async def test_elements_are_removed(dispatch: Dispatch) -> None:
    """By selector, with options."""
    text = await text_of(dispatch, ["remove-elements", "#a", {"event_id": "7"}])
    assert text == "event: datastar-patch-elements\nid: 7\ndata: mode remove\ndata: selector #a\n\n"


async def test_scripts_are_executed(dispatch: Dispatch) -> None:
    """At the end of the body."""
    text = await text_of(dispatch, ["execute-script", "alert(1)", {"auto_remove": False, "attributes": {"id": "a"}}])
    assert text == (
        "event: datastar-patch-elements\ndata: mode append\ndata: selector body\n"
        'data: elements <script id="a">alert(1)</script>\n\n'
    )


async def test_pages_are_redirected(dispatch: Dispatch) -> None:
    """Once the event is handled."""
    assert "setTimeout(() => window.location = '/welcome')" in await text_of(dispatch, ["redirect", "/welcome"])


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        (["redirect", "javascript:alert('secret')"], "a scheme other than http and https"),
        (["remove-elements", ""], "mode 'remove' needs a selector"),
        (["execute-script", "secret\0"], "a script holds NUL"),
        (["patch-signals", {"secret": {"__proto__": "secret"}}], "a signal is called '__proto__'"),
        (["patch-elements", div, {"mode": "append"}], "mode 'append' needs a selector"),
        (["execute-script", "x", {"attributes": {"id": 3}}], "options['attributes']['id']"),
    ],
)
async def test_what_cannot_be_sent_is_an_error_record(dispatch: Dispatch, effect: list[object], message: str) -> None:
    """The record says why, and holds no values."""
    said = await failure(dispatch, effect)
    assert message in said
    assert "secret" not in said


async def test_an_html_method_that_returns_no_str_is_refused(dispatch: Dispatch) -> None:
    """The error names the type of the object."""

    class Odd:
        def __html__(self) -> int:
            return 3

    assert "__html__ of Odd returned int" in await failure(dispatch, ["patch-elements", Odd()])


async def test_unknown_options_are_refused(dispatch: Dispatch) -> None:
    """The error names the option."""
    assert "options['slector']" in await failure(dispatch, ["patch-elements", div, {"slector": "#a"}])


async def test_a_missing_sink_is_said_to_be_missing(dispatch: Dispatch) -> None:
    """The error names the effect that needs it."""
    (record,) = (await dispatch([["patch-signals", {}]])).errors
    assert "missing system value 'sink', needed by 'patch-signals'" in str(record)
