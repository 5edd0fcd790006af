"""What the tests of this package put in, and how they read what comes out: with parsers that are not ours."""

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
"""Text, odd characters, and what the lines of an event are made of."""
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
"""What a header can carry."""
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
"""What every object of JavaScript has."""

signal_names = (
    st.from_regex(r"\A[\w-]+\Z")
    .filter(lambda name: f"_{name.replace('-', '_')}".isidentifier())
    .filter(lambda name: name not in EVERYWHERE)
)
"""Names of signals that expressions can read, in any script."""


def json_values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """What JSON can say, with such texts in it; whole numbers no larger than JavaScript has them."""
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
    """What a browser's parser makes of one frame."""
    parser = SSEParser()
    events = parser.feed(frame)
    assert not parser.comments
    return events


def elements(frame: bytes) -> str:
    """The HTML in the one event of a frame."""
    (event,) = parse_events(frame)
    assert event.event == "datastar-patch-elements"
    fields = [line.partition(" ") for line in event.data.split("\n")]
    return "\n".join(text for name, _, text in fields if name == "elements")


class Markup(HTMLParser):
    """What a parser of HTML finds: tags with their attributes, ends and text, in order."""

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
        """Nothing we make has one."""
        raise AssertionError("a comment")
