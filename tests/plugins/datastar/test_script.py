"""Scripts and redirects: the page runs exactly the given script, and no text ends it early."""

from __future__ import annotations

import re

import pytest
from datastar_py import ServerSentEventGenerator as SDK
from hypothesis import given
from hypothesis import strategies as st

from effects import ArgumentError
from plugins.datastar import encode_execute_script, encode_redirect, js
from tests.plugins.datastar.conftest import Evaluate
from tests.plugins.datastar.examples import (
    Markup,
    any_text,
    elements,
    event_ids,
    hostile_text,
    lines,
    milliseconds,
    ordinary,
    parse_events,
)

ENDS = re.compile(r"<!--|</?script|</(html|head|body)", re.IGNORECASE)
pieces = st.sampled_from(
    ["<", "/", "!", "--", "script", "SCRIPT", "ScRipt", ">", " ", "html", "body", "</script>", "\n"]
)
any_script = (any_text | hostile_text | st.lists(pieces).map("".join)).filter(lambda text: "\0" not in text)
url_text = st.text("abcXYZ019-._~:/?#[]@!$&()*+,;=%")
names = st.from_regex(r"\A[a-z_:][a-z0-9_.:-]*\Z").filter(lambda name: name != "data-effect")


def as_carried(text: str) -> str:
    """Return a text as SSE and UTF-8 carry it."""
    lines = re.sub(r"\r\n|\r", "\n", text)
    return lines.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@given(any_script)
def test_nothing_ends_a_script_early(script: str) -> None:
    """There is one element, with one end at its end."""
    page = elements(encode_execute_script(script))
    assert [found[0].lower() for found in ENDS.finditer(page)] == ["<script", "</script"]
    assert page.endswith("</script>")
    found = Markup(page)
    assert found.tags == [("script", {"data-effect": "el.remove()"})]
    assert found.ends == ["script"]
    assert re.sub(r"\\x3C(?=!--|/?script|/html|/head|/body)", "<", found.text, flags=re.I) == re.sub(
        r"\\x3C(?=!--|/?script|/html|/head|/body)", "<", as_carried(script), flags=re.I
    )


@given(text=any_script)
def test_text_in_a_script_arrives(evaluate: Evaluate, text: str) -> None:
    """`js` writes them into the script; only a lone surrogate in the script itself would change."""
    page = Markup(elements(encode_execute_script(f"({js(text)})")))
    assert evaluate(page.text) == evaluate(f"({js(text)})")


def test_what_is_escaped_means_the_same_in_a_string(evaluate: Evaluate) -> None:
    """Also in a regular expression."""
    script = "'</script><!--<SCRIPT></body>'.match(/<\\/script><!--/)[0]"
    page = Markup(elements(encode_execute_script(script)))
    assert page.text.startswith("'\\x3C/script>\\x3C!--\\x3CSCRIPT>\\x3C/body>'")
    assert evaluate(page.text) == "</script><!--"


@given(
    lines.filter(lambda text: not ENDS.search(text)),
    st.booleans(),
    st.dictionaries(names, ordinary, max_size=3),
    st.none() | event_ids,
    st.none() | milliseconds,
)
def test_ordinary_scripts_are_byte_for_byte_the_sdk_s(
    script: str, auto_remove: bool, attributes: dict[str, str], event_id: str | None, retry: int | None
) -> None:
    """For ordinary input, the SDK and this package send the same."""
    theirs = SDK.execute_script(
        script, auto_remove=auto_remove, attributes=attributes, event_id=event_id, retry_duration=retry
    )
    ours = encode_execute_script(
        script, auto_remove=auto_remove, attributes=dict(attributes), event_id=event_id, retry=retry
    )
    assert ours == theirs.encode()


@given(any_text.filter(lambda text: "\0" not in text))
def test_attributes_of_a_script_arrive_as_they_were(text: str) -> None:
    """For any values."""
    page = Markup(elements(encode_execute_script("x", auto_remove=False, attributes={"data-a": text, "id": "b"})))
    assert page.tags == [("script", {"data-a": as_carried(text), "id": "b"})]


def test_attributes_may_have_no_value_or_be_left_out() -> None:
    """For the values True and False."""
    page = elements(encode_execute_script("x", auto_remove=False, attributes={"async": True, "defer": False}))
    assert page == "<script async>x</script>"


@pytest.mark.parametrize("name", ["", "a b", "a\n", "a=b", "a>", "a/", "a'", 'a"', "\0", "é", "1a", "-a", "@a", "a<"])
def test_attribute_names_that_no_element_takes_are_refused(name: str) -> None:
    """They would end the name or the tag, or make the client throw."""
    with pytest.raises(ArgumentError, match="a script cannot set an attribute of this name"):
        encode_execute_script("x", attributes={name: "x"})


@pytest.mark.parametrize("attributes", [{"data-effect": "x"}, {"Data-Effect": "x"}, {"id": "a", "ID": "b"}])
def test_an_attribute_that_is_given_twice_is_refused(attributes: dict[str, str | bool]) -> None:
    """A browser would silently use the first one."""
    with pytest.raises(ArgumentError, match="given twice"):
        encode_execute_script("x", attributes=attributes)


def test_data_effect_may_be_given_where_nothing_is_removed() -> None:
    """It is an ordinary attribute."""
    page = elements(encode_execute_script("x", auto_remove=False, attributes={"data-effect": "y"}))
    assert page == '<script data-effect="y">x</script>'


@pytest.mark.parametrize(("script", "value"), [("\0", "x"), ("x", "\0")])
def test_nul_is_refused(script: str, value: str) -> None:
    """Browsers replace it."""
    with pytest.raises(ArgumentError, match="holds NUL"):
        encode_execute_script(script, attributes={"id": value})


@given(url_text.map("/".__add__) | url_text.map("https://".__add__) | url_text.map("HTTP:".__add__))
def test_ordinary_redirects_are_byte_for_byte_the_sdk_s(url: str) -> None:
    """For ordinary input, the SDK and this package send the same."""
    assert encode_redirect(url) == SDK.redirect(url).encode()


@given(text=any_text | hostile_text)
def test_whatever_a_redirect_leads_to_arrives_or_is_refused(evaluate: Evaluate, text: str) -> None:
    """As one string. A lone surrogate becomes U+FFFD, as in URLs of browsers."""
    url = f"/{text}"
    if re.search(r"[\0-\x1f\x7f-\x9f]", url) or url != url.strip():
        with pytest.raises(ArgumentError, match="control characters or white space"):
            encode_redirect(url)
        return
    page = Markup(elements(encode_redirect(url)))
    assert page.ends == ["script"]
    assert page.text.isascii()
    assert evaluate(f"{page.text}; window.location") == as_carried(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "blob:x",
        "a+b.c-1:x",
    ],
)
def test_other_schemes_are_refused(url: str) -> None:
    """In upper or lower case."""
    with pytest.raises(ArgumentError, match="a scheme other than http and https"):
        encode_redirect(url)


@pytest.mark.parametrize(
    "url",
    ["", " javascript:x", "\x01javascript:x", "java\tscript:x", "java\nscript:x", "\x00/", "/ ", "/\x7f", "\xa0/"],
)
def test_what_browsers_take_out_is_refused(url: str) -> None:
    """They remove them before they look for the scheme."""
    with pytest.raises(ArgumentError, match="is empty, or has control characters or white space"):
        encode_redirect(url)


@pytest.mark.parametrize(
    "url", ["/", "a", "?b=javascript:x", "#c:d", "./e:f", "//example.org/", "http://x", "HTTPS://x", "1:2"]
)
def test_relative_and_web_urls_pass(url: str) -> None:
    """Not every colon ends a scheme."""
    assert f"'{url}'" in elements(encode_redirect(url))


def test_a_redirect_has_the_attributes_of_its_script() -> None:
    """Such as a nonce, if a policy allows only some scripts."""
    (tag,) = Markup(elements(encode_redirect("/", attributes={"nonce": "n"}))).tags
    assert tag == ("script", {"data-effect": "el.remove()", "nonce": "n"})


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"nonce": None}, "an attribute of a script is a str, not NoneType"),
        ({3: "x"}, "attributes of a script: the name of an attribute is a str, not int"),
        ("nonce", "attributes of a script are a mapping, not str"),
    ],
)
def test_attributes_of_another_type_are_refused(attributes: dict[str, str | bool], message: str) -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match=message):
        encode_execute_script("x", attributes=attributes)


def test_scripts_and_urls_of_another_type_are_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="a script is a str, not int"):
        encode_execute_script(3)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="the URL of a redirect is a str, not NoneType"):
        encode_redirect(None)  # type: ignore[arg-type]


def test_options_reach_the_event() -> None:
    """Both effects have the options of every event."""
    for frame in (encode_execute_script("x", event_id="7", retry=5), encode_redirect("/", event_id="7", retry=5)):
        (event,) = parse_events(frame)
        assert event.id == "7"
        assert b"\nretry: 5\n" in frame
