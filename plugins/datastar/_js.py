"""Writes values as JavaScript literals, for places where text and code share a string.

The client rewrites a Datastar expression with regular expressions before it compiles it. `@word(` becomes a call, up to
the client 1.0.3 even inside string literals. The client also splits statements at `;`, and a backslash before a quote,
or a `/` after a division, makes it misjudge where a string ends. The expression stands in an attribute or in a script
element, which have rules of their own. So a character that is not clearly harmless in all these places, for every
client of 1.0, is written as an escape, which only the JavaScript parser reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from effects import ArgumentError

from ._json import check_whole, json_text

__all__ = ["js", "object_literal", "quote_text", "replace_surrogates"]

_STRING_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_LITERAL_PART = re.compile(r"""(\\u....|\\[bfnrt])|\\(["\\])|_(?=_)|[^A-Za-z0-9 _.,:!?#%*+=~^|\[\]-]""")
"""An escape that may stay; a backslash and the character that it escapes; or a character that has to be escaped. Two
underscores in a row are escaped, because the client uses them to name the parts that a page protects from it."""
_UNQUOTABLE = re.compile(r"_(?=_)|[^A-Za-z0-9 _.,:!?#%*+=~^|\[\]/-]")
"""A character that has to be escaped in a text without escapes. A `/` may stay: every URL has it, and it misleads the
client only after a division."""


def js(value: object) -> str:
    r"""Write a value as a JavaScript literal that is safe in any Datastar expression. JSON has to represent the value.

    The literal is also safe in a script element, and in an attribute: htpy and Jinja escape its double quotes, and
    between single quotes nothing has to be escaped. In a script element it must not be escaped, so mark it as trusted
    there: `html(js(value))`. The literal is ASCII, in one line, and valid JSON. Lone surrogates arrive unchanged.

    Raises `ArgumentError` for values that JSON cannot represent, NaN and infinities included, and for values that would
    arrive changed: a whole number that JavaScript rounds, two keys with the same name, and the key `__proto__`, which
    sets the prototype.

    >>> print(js({"name": "@bob(home)"}))
    {"name":"\u0040bob\u0028home\u0029"}
    """
    text = json_text("a value holds", value, _check_value)
    return _STRING_LITERAL.sub(lambda match: f'"{_LITERAL_PART.sub(_escape_match, match[0][1:-1])}"', text)


def quote_text(text: str, unquotable: re.Pattern[str] = _UNQUOTABLE) -> str:
    """Write a text as a JavaScript string in single quotes. Every match of `unquotable` in it is escaped."""
    return f"'{unquotable.sub(lambda match: _escape_char(match[0]), text)}'"


def object_literal(fields: Mapping[str, str]) -> str:
    """Return an object literal of expressions. The names have to be identifiers or literals; this is not checked."""
    return "{" + ", ".join(f"{name}: {expression}" for name, expression in fields.items()) + "}"


def replace_surrogates(text: str) -> str:
    """Join surrogate pairs, and replace lone surrogates by U+FFFD, so that UTF-8 can carry the text."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _escape_match(match: re.Match[str]) -> str:
    return match[1] or _escape_char(match[2] or match[0])


def _escape_char(char: str) -> str:
    """Return the escapes of the UTF-16 code units of a character. JavaScript strings are made of these units."""
    return re.sub("....", r"\\u\g<0>", char.encode("utf-16-be", "surrogatepass").hex())


def _check_value(text: str) -> None:
    json.loads(text, object_pairs_hook=_check_keys, parse_int=check_whole)


def _check_keys(pairs: list[tuple[str, object]]) -> None:
    names = {name for name, _ in pairs}
    if "__proto__" in names:
        raise ArgumentError("a value has the key '__proto__', which sets the prototype", fix="call it something else")
    if len(names) < len(pairs):
        raise ArgumentError("a value has two keys that JSON writes alike", fix="use keys of one type, str")
