"""The modifiers of `data-*` attributes: `debounce.300ms.leading`, in an attribute's name after two underscores.

The tables follow the source of the clients 1.0.1, 1.0.2 and 1.0.4, which look for the same modifiers and silently
ignore all others. See https://data-star.dev/reference/attributes.
"""

from __future__ import annotations

import difflib
import re
from types import MappingProxyType

from effects import ArgumentError

from ._arguments import require_str

__all__ = ["format_modifiers"]

_TIME = r"\.(?:\d{1,9}ms|\d{1,6}s)"
"""Whole milliseconds or seconds. The timers of browsers can wait for all of these times."""
_NAME = r"\.[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*"

_SHAPES = MappingProxyType(
    {
        "debounce": (rf"{_TIME}(?:\.leading|\.notrailing){{0,2}}", ".300ms, then .leading or .notrailing"),
        "throttle": (rf"{_TIME}(?:\.noleading|\.trailing){{0,2}}", ".300ms, then .noleading or .trailing"),
        "delay": (_TIME, ".300ms or .2s"),
        "duration": (rf"{_TIME}(?:\.leading)?", ".500ms or .2s, then .leading"),
        "threshold": (r"\.(?:\d{1,2}|100)", ".25, in percent"),
        "prop": (_NAME, ".is-checked, the property in kebab case"),
        "event": (rf"(?:{_NAME})+", ".change, or several: .input.change"),
    }
)
"""The pattern of the text that has to follow a modifier's word, and an example. Other words have no text after them."""

_TIMING = frozenset({"debounce", "delay", "throttle", "viewtransition"})
_MODIFIERS_BY_ATTRIBUTE = MappingProxyType(
    {
        "bind": frozenset({"event", "prop"}),
        "ignore": frozenset({"self"}),
        "init": frozenset({"delay", "viewtransition"}),
        "json-signals": frozenset({"terse"}),
        "on": _TIMING | {"capture", "document", "once", "outside", "passive", "prevent", "stop", "window"},
        "on-intersect": _TIMING | {"exit", "full", "half", "once", "threshold"},
        "on-interval": frozenset({"duration", "viewtransition"}),
        "on-signal-patch": _TIMING - {"viewtransition"},
        "signals": frozenset({"ifmissing"}),
    }
)


def format_modifiers(attribute: str, modifiers: tuple[str, ...]) -> str:
    """Return the end of an attribute's name. Raises `ArgumentError` for a modifier that the client would ignore."""
    seen_words: set[str] = set()
    for modifier in modifiers:
        text = require_str(f"data-{attribute}: a modifier", modifier, "write it as in HTML: 'delay.300ms'")
        word, rest = _split_modifier(text)
        _check_word(attribute, word)
        _check_shape(word, rest)
        if word in seen_words:
            raise ArgumentError(f"data-{attribute}: modifier {word!r} is given twice", fix="give it once")
        seen_words.add(word)
    return "".join(f"__{modifier}" for modifier in modifiers)


def _split_modifier(modifier: str) -> tuple[str, str]:
    word, dot, rest = modifier.partition(".")
    return word, dot + rest


def _check_word(attribute: str, word: str) -> None:
    allowed = sorted(_MODIFIERS_BY_ATTRIBUTE[attribute])
    if (attribute, word) == ("on", "case"):
        raise ArgumentError(
            f"data-{attribute}: the case needs no modifier", fix="leave it out, and write the name with its capitals"
        )
    if word not in allowed:
        close = difflib.get_close_matches(word, allowed, n=2)
        raise ArgumentError(
            f"data-{attribute} has no such modifier",
            near=", ".join(map(repr, close)) or None,
            fix=f"one of {', '.join(allowed)}",
        )


def _check_shape(word: str, rest: str) -> None:
    pattern, example = _SHAPES.get(word, ("", ""))
    if not re.fullmatch(pattern, rest, re.ASCII):
        raise ArgumentError(
            f"modifier {word!r} is not written as the client reads it",
            fix=f"write {word}{example}" if example else f"write {word} with nothing after it",
        )
