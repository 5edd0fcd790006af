"""The key of an attribute: the part behind the colon of its name, such as `data-on:my-event__case.camel`.

HTML lowers the names of attributes, so the client turns hyphens into capitals: by default in names of signals, and in
names of events if a modifier says so. Two underscores begin the modifiers.
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
"""Events of the browser followed by a dot, as other libraries write modifiers. Other events may have dots."""


def format_key_attribute(attribute: str, name: str, default: Case) -> str:
    """Return `on:my-event__case.camel`, which the client reads as `name`.

    `default` is the case that the client assumes without a modifier. Raises `ArgumentError` if no key means `name`.
    """
    key = find_key(name, default)
    if key is not None:
        return f"{attribute}:{key}"
    raise ArgumentError(
        f"data-{attribute}: a name that cannot stand in the name of an attribute",
        fix="use ASCII letters, digits, ':', '.', and either '-' or capitals; no '__', and no '_' at the end",
    )


def find_key(name: str, default: Case) -> str | None:
    """Return the key that the client reads as `name`, `my-event__case.camel`; None if there is none."""
    for case in (default, "pascal", "camel", "kebab"):
        key = _hyphenate(name, case)
        if _KEY.fullmatch(key) and "__" not in f"{key}_" and not key.startswith("-") and _read_key(key, case) == name:
            return key if case == default else f"{key}__case.{case}"
    return None


def event_key(event: str) -> str:
    """Return `on:my-event`. Raises `ArgumentError` if no key means `event`, or if such an event never happens."""
    name = require_str("data-on: the name of an event", event, "write it as in addEventListener: 'click'")
    if "__" in name:
        raise ArgumentError(
            "data-on: the name of the event has modifiers in it",
            fix="pass modifiers as further arguments: attr.on('click', expression, 'prevent')",
        )
    if _DOTTED_EVENT.fullmatch(name):
        raise ArgumentError(
            "data-on: an event of the browser with a '.' in its name, which would never happen",
            fix="test the key in the expression, evt.key === 'Enter' && ..., and pass modifiers as further arguments",
        )
    return format_key_attribute("on", name, "kebab")


def css_property(name: str) -> str:
    """Return `style:background-color`. Raises `ArgumentError` if `name` is no CSS property in lower case.

    `--custom` properties are allowed, but not two underscores: they would begin modifiers.
    """
    fix = "write it as in CSS, in lower case and without '__': 'background-color'"
    if not _CSS_PROPERTY.fullmatch(require_str("data-style: the name of a CSS property", name, fix)):
        raise ArgumentError("data-style: a name that is no CSS property", fix=fix)
    return f"style:{name}"


def _hyphenate(name: str, case: Case) -> str:
    key = re.sub("[A-Z]", lambda match: f"-{match[0].lower()}", name)
    return key.removeprefix("-") if case == "pascal" else key


def _read_key(key: str, case: Case) -> str:
    """Return the name that the client reads from a key."""
    if case == "kebab":
        return key
    camel = re.sub("-[a-z]", lambda match: match[0][1].upper(), key)
    return camel if case == "camel" else camel[0].upper() + camel[1:]
