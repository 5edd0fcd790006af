"""Cases in which the official SDK (datastar-py 1.0.3) fails. Each test shows its result, and that of this package."""

from __future__ import annotations

import re

import pytest
from datastar_py import ServerSentEventGenerator as SDK
from datastar_py.attributes import attribute_generator

from effects import ArgumentError
from plugins.datastar import (
    attr,
    encode_execute_script,
    encode_patch_elements,
    encode_patch_signals,
    encode_redirect,
    js,
)
from tests.plugins.datastar.examples import Markup, elements, parse_events

INJECTED = "x\ndata: elements <script>bad()</script>"


@pytest.mark.parametrize("field", ["event_id", "selector", "mode", "namespace", "view_transition_selector"])
def test_a_newline_in_a_field_injects_no_elements(field: str) -> None:
    """The SDK sends the rest of such a field as data of its own."""
    theirs = SDK.patch_elements("<p>", **{field: INJECTED})  # type: ignore[call-overload]
    assert "elements <script>bad()</script>" in parse_events(theirs.encode())[0].data.split("\n")
    with pytest.raises(ArgumentError):
        encode_patch_elements("<p>", **{"selector": "#a", field: INJECTED})  # type: ignore[arg-type]


def test_a_retry_that_is_text_injects_no_elements() -> None:
    """The SDK sends it unchanged."""
    theirs = SDK.patch_elements("<p>", retry_duration=INJECTED)  # type: ignore[call-overload]
    assert "elements <script>bad()</script>" in parse_events(theirs.encode())[0].data.split("\n")
    with pytest.raises(ArgumentError, match="retry is a number of milliseconds"):
        encode_patch_elements("<p>", retry=INJECTED)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["javascript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)"])
def test_a_redirect_runs_no_script(url: str) -> None:
    """The SDK accepts any URL."""
    assert f"window.location = '{url}'" in SDK.redirect(url)
    with pytest.raises(ArgumentError, match="the URL of a redirect"):
        encode_redirect(url)


def test_a_quote_in_a_redirect_ends_no_string() -> None:
    """The SDK escapes nothing, so that a URL can continue as code."""
    url = "/a'+alert(1)+'"
    assert "'/a'+alert(1)+''" in SDK.redirect(url)
    assert "'/a\\u0027+alert(1)+\\u0027'" in elements(encode_redirect(url))


def test_an_end_tag_in_a_script_ends_no_script() -> None:
    """The SDK writes the script unchanged between the tags, so that the rest of it becomes HTML."""
    script = "a = '</script><img src=x onerror=bad()>'"
    assert [tag for tag, _ in Markup(elements(SDK.execute_script(script).encode())).tags] == ["script", "img"]
    assert [tag for tag, _ in Markup(elements(encode_execute_script(script))).tags] == ["script"]


def test_an_attribute_name_of_a_script_adds_no_other() -> None:
    """The SDK escapes names as if they were values."""
    attributes = {"id=a onload": "bad()"}
    ((_, found),) = Markup(elements(SDK.execute_script("x", False, attributes).encode())).tags
    assert found == {"id": "a", "onload": "bad()"}
    with pytest.raises(ArgumentError, match="a script cannot set an attribute of this name"):
        encode_execute_script("x", attributes=attributes)


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_characters_that_end_no_line_stay_as_they_are(char: str) -> None:
    """For the SDK they end lines, as for `str.splitlines`: they arrive as newlines."""
    text = f"<p>a{char}b</p>"
    assert elements(SDK.patch_elements(text).encode()) == "<p>a\nb</p>"
    assert elements(encode_patch_elements(text)) == text


def test_a_lone_surrogate_stops_no_stream() -> None:
    """The SDK makes a frame of it that cannot be sent: JSON can bring one in, and every stream ends."""
    text = "<p>\ud800</p>"
    with pytest.raises(UnicodeEncodeError):
        SDK.patch_elements(text).encode()
    assert elements(encode_patch_elements(text)) == "<p>\ufffd</p>"


def test_nan_is_no_code() -> None:
    """The SDK sends text that is not JSON; the client evaluates it as JavaScript."""
    assert 'signals {"a":NaN}' in SDK.patch_signals({"a": float("nan")})
    with pytest.raises(ArgumentError, match="something that JSON cannot represent"):
        encode_patch_signals({"a": float("nan")})


def test_names_of_signals_lead_nowhere_else() -> None:
    """The SDK sends names that make the client write to the prototype of all objects."""
    assert '"__proto__.polluted":1' in SDK.patch_signals({"__proto__.polluted": 1})
    with pytest.raises(ArgumentError, match="a signal is called '__proto__'"):
        encode_patch_signals({"__proto__.polluted": 1})


def test_text_in_attributes_is_no_action() -> None:
    """The SDK leaves text that the client rewrites, so that no expression of the element compiles."""
    signals: dict[str, str] = {"a": "@bob(home)"}
    assert re.search(r"@\w+\(", str(attribute_generator.signals(signals)))
    assert not re.search(r"@\w+\(", attr.signals(signals).__html__())


def test_text_in_attributes_ends_no_statement() -> None:
    """The SDK writes a backslash before a quote, which makes the client misjudge where strings end."""
    texts = ["\\", ";"]
    assert '"\\\\", ";"' in str(attribute_generator.signals({"a": texts})).replace("&#34;", '"')  # type: ignore[dict-item]
    assert js(texts) == '["\\u005c","\\u003b"]'
