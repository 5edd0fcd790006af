"""Values as JavaScript, for places where text and code share a string.

A Datastar expression is rewritten with regular expressions before it is compiled: `@word(` becomes a call, inside
string literals, too, up to the client 1.0.3; statements are cut apart at `;`, and a backslash before a quote, or a `/`
after a division, misleads the cutter about where a string ends. Around it sits an attribute, or a script element, with
rules of its own. So what is not plainly harmless in all of them, and to every client of 1.0, is written as an escape,
which only the JavaScript parser reads.
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
"""What is an escape already; a backslash with what it escapes; and what else may not stand for itself. Two underscores
in a row are how the client names what a page protects from it."""
_UNQUOTABLE = re.compile(r"_(?=_)|[^A-Za-z0-9 _.,:!?#%*+=~^|\[\]/-]")
"""As above, for text without escapes. A `/` may stand: it is in every URL, and misleads nothing but a division."""


def js(value: object) -> str:
    r"""A value that JSON can say, as a JavaScript literal that is safe in any Datastar expression.

    It is safe also in a script element, and in an attribute: htpy and Jinja escape its double quotes, and inside single
    quotes nothing needs to be. In a script element it must not be escaped, so say there that it is trusted:
    `html(js(value))`. It is ASCII, in one line, and valid JSON. Lone surrogates arrive as they are.

    Raises `ArgumentError` for what JSON cannot say, NaN and infinities included, and for what would arrive as something
    else: a whole number that JavaScript rounds, two keys with the same name, and the key `__proto__`, which sets the
    prototype.

    >>> print(js({"name": "@bob(home)"}))
    {"name":"\u0040bob\u0028home\u0029"}
    """
    text = json_text("a value holds", value, _check_value)
    return _STRING_LITERAL.sub(lambda match: f'"{_LITERAL_PART.sub(_escape_match, match[0][1:-1])}"', text)


def quote_text(text: str, unquotable: re.Pattern[str] = _UNQUOTABLE) -> str:
    """A text as a JavaScript string in single quotes; what `unquotable` finds in it is escaped."""
    return f"'{unquotable.sub(lambda match: _escape_char(match[0]), text)}'"


def object_literal(fields: Mapping[str, str]) -> str:
    """An object of expressions. The names are trusted to be identifiers or literals."""
    return "{" + ", ".join(f"{name}: {expression}" for name, expression in fields.items()) + "}"


def replace_surrogates(text: str) -> str:
    """A text with surrogate pairs joined and lone surrogates replaced by U+FFFD: what UTF-8 can carry."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _escape_match(match: re.Match[str]) -> str:
    return match[1] or _escape_char(match[2] or match[0])


def _escape_char(char: str) -> str:
    """Escapes for the UTF-16 code units of a character, which are what JavaScript strings are made of."""
    return re.sub("....", r"\\u\g<0>", char.encode("utf-16-be", "surrogatepass").hex())


def _check_value(text: str) -> None:
    json.loads(text, object_pairs_hook=_check_keys, parse_int=check_whole)


def _check_keys(pairs: list[tuple[str, object]]) -> None:
    names = {name for name, _ in pairs}
    if "__proto__" in names:
        raise ArgumentError("a value has the key '__proto__', which sets the prototype", fix="call it something else")
    if len(names) < len(pairs):
        raise ArgumentError("a value has two keys that JSON writes alike", fix="use keys of one type, str")
