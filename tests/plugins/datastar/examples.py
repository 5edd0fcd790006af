"""Strategies of input for the tests of this package, and parsers of other projects that read its output."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import strategies as st

from plugins.datastar.testing import Event, SSEParser

_ODD = "a\r\n\0\u2028\u0085\x0b\x0c\x1c:<d\ud800"
_FIELDS = ["data: ", "data:mode inner", "event: x", "id: 7", "retry: 1", "elements ", "signals {}", ": ", "x"]
any_text = (
    st.text()
    | st.text(alphabet=st.sampled_from(_ODD))
    | st.lists(st.sampled_from(_FIELDS) | st.sampled_from(_ODD)).map("".join)
)
"""Text, odd characters, and the parts of the lines of an event."""
hostile = [
    "@bob(",
    "@get(",
    "$name",
    "${x}",
    "\\",
    '"',
    "'",
    "`",
    ";",
    "/",
    "//",
    "/*",
    "*/",
    "<",
    ">",
    "&",
    "&lt;",
    "(",
    ")",
    "{",
    "}",
    "</script>",
    "<!--",
    "<script",
    "-->",
    "]]>",
    "__proto__",
    "__escaped0",
    "}",
    "a",
    "=",
    "🖕JS_DS🚀",
    "})()",
    "u0040",
    "function()",
]
hostile_text = st.lists(
    st.sampled_from([*hostile, " ", "\ud83d", "\udd95", "\u2028", "\u2029", "\0", "\n", "\r", "\x7f", "\x85"])
).map("".join)
ordinary = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
event_ids = st.text(st.characters(max_codepoint=0xFF, exclude_categories=["Cc"]), min_size=1)
"""Text that a header can hold."""
lines = st.lists(ordinary, min_size=1).map("\n".join)
milliseconds = st.integers(1, 2**31 - 1)

EVERYWHERE = frozenset(
    [
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    ]
)
"""The properties that every JavaScript object has."""

signal_names = (
    st.from_regex(r"\A[\w-]+\Z")
    .filter(lambda name: f"_{name.replace('-', '_')}".isidentifier())
    .filter(lambda name: name not in EVERYWHERE)
)
"""Names of signals that expressions can read, in any script."""


def json_values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """Values that JSON can represent, with these texts in them, and no whole number beyond those of JavaScript."""
    return st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=10,
    )


def parse_events(frame: bytes) -> list[Event]:
    """Return the events that a browser would read from one frame."""
    parser = SSEParser()
    events = parser.feed(frame)
    assert not parser.comments
    return events


def elements(frame: bytes) -> str:
    """Return the HTML in the one event of a frame."""
    (event,) = parse_events(frame)
    assert event.event == "datastar-patch-elements"
    fields = [line.partition(" ") for line in event.data.split("\n")]
    return "\n".join(text for name, _, text in fields if name == "elements")


class Markup(HTMLParser):
    """The tags with their attributes, the ends and the text that a parser of HTML finds, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ends: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Keep an end."""
        self.ends.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """The package never writes a comment."""
        raise AssertionError("a comment")
