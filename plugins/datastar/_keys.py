"""What stands behind the colon in an attribute's name, `data-on:my-event__case.camel`.

HTML lowers names of attributes, so the client makes capitals out of hyphens: by default where a signal is named, and
for events as a modifier says. Two underscores begin the modifiers.
"""

from __future__ import annotations

import re
from typing import Literal

from effects import ArgumentError

from ._arguments import require_str

__all__ = ["css_property", "event_key", "find_key", "format_key_attribute"]

Case = Literal["camel", "kebab", "pascal"]

_KEY = re.compile(r"[a-z0-9_:.-]+")
_CSS_PROPERTY = re.compile(r"-?[a-z][a-z0-9]*(?:-+[a-z0-9]+)*|--(?:[a-z0-9-]|_(?!_))+")
_DOTTED_EVENT = re.compile(
    r"(key(?:down|up|press)|(?:dbl)?click|submit|input|change|focus|blur|scroll|resize)\..*", re.DOTALL
)
"""Events of the browser, with what other libraries let follow after a dot. Other events may have dots."""


def format_key_attribute(attribute: str, name: str, default: Case) -> str:
    """`on:my-event__case.camel`, from which the client makes `name` again.

    `default` is what the client does without a modifier. Raises `ArgumentError` for a name that cannot be said so.
    """
    key = find_key(name, default)
    if key is not None:
        return f"{attribute}:{key}"
    raise ArgumentError(
        f"data-{attribute}: a name that cannot stand in the name of an attribute",
        fix="use ASCII letters, digits, ':', '.', and either '-' or capitals; no '__', and no '_' at the end",
    )


def find_key(name: str, default: Case) -> str | None:
    """What stands behind the colon, `my-event__case.camel`; None where a name cannot be said so."""
    for case in (default, "pascal", "camel", "kebab"):
        key = _hyphenate(name, case)
        if _KEY.fullmatch(key) and "__" not in f"{key}_" and not key.startswith("-") and _read_key(key, case) == name:
            return key if case == default else f"{key}__case.{case}"
    return None


def event_key(event: str) -> str:
    """`on:my-event`. Raises `ArgumentError` for what cannot be said so, and for what would never happen."""
    name = require_str("data-on: the name of an event", event, "write it as in addEventListener: 'click'")
    if "__" in name:
        raise ArgumentError(
            "data-on: a name of an event with modifiers in it",
            fix="modifiers are further arguments: attr.on('click', expression, 'prevent')",
        )
    if _DOTTED_EVENT.fullmatch(name):
        raise ArgumentError(
            "data-on: an event of the browser with a '.' in its name, which would never happen",
            fix="say the key in the expression, evt.key === 'Enter' && ..., and modifiers as further arguments",
        )
    return format_key_attribute("on", name, "kebab")


def css_property(name: str) -> str:
    """`style:background-color`. Raises `ArgumentError` for what is no property in lower case, `--custom` or not.

    Two underscores would begin modifiers.
    """
    fix = "write it as in CSS, in lower case and without '__': 'background-color'"
    if not _CSS_PROPERTY.fullmatch(require_str("data-style: the name of a CSS property", name, fix)):
        raise ArgumentError("data-style: a name that is no CSS property", fix=fix)
    return f"style:{name}"


def _hyphenate(name: str, case: Case) -> str:
    key = re.sub("[A-Z]", lambda match: f"-{match[0].lower()}", name)
    return key.removeprefix("-") if case == "pascal" else key


def _read_key(key: str, case: Case) -> str:
    """What the client makes of a key."""
    if case == "kebab":
        return key
    camel = re.sub("-[a-z]", lambda match: match[0][1].upper(), key)
    return camel if case == "camel" else camel[0].upper() + camel[1:]
