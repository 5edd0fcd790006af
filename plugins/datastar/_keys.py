"""What stands behind the colon in an attribute's name, `data-on:my-event__case.camel`.

HTML lowers names of attributes, so the client makes capitals out of hyphens: by default where a signal is named, and
for events as a modifier says. Two underscores begin the modifiers.
"""

from __future__ import annotations

import re
from typing import Literal

from effects import ArgumentError

__all__ = ["css_property", "keyed"]

Case = Literal["camel", "kebab", "pascal"]

_KEY = re.compile(r"[a-z0-9_:.-]+")
_CSS = re.compile(r"-{0,2}[a-z][a-z0-9]*(?:-+[a-z0-9]+)*")


def keyed(attribute: str, name: str, default: Case) -> str:
    """`on:my-event__case.camel`, from which the client makes `name` again.

    `default` is what the client does without a modifier. Raises `ArgumentError` for a name that cannot be said so.
    """
    for case in (default, "pascal", "camel", "kebab"):
        key = _hyphenated(name, case)
        if _KEY.fullmatch(key) and "__" not in f"{key}_" and not key.startswith("-") and _read(key, case) == name:
            return f"{attribute}:{key}" if case == default else f"{attribute}:{key}__case.{case}"
    raise ArgumentError(
        f"data-{attribute}: a name that cannot stand in the name of an attribute",
        fix="use ASCII letters, digits, ':', '.', and either '-' or capitals; no '__', and no '_' at the end",
    )


def css_property(name: str) -> str:
    """`style:background-color`. Raises `ArgumentError` for what is no property in lower case, `--custom` or not."""
    if not _CSS.fullmatch(name):
        raise ArgumentError(
            "data-style: a name that is no CSS property", fix="write it as in CSS, in lower case: 'background-color'"
        )
    return f"style:{name}"


def _hyphenated(name: str, case: Case) -> str:
    key = re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)
    return key.removeprefix("-") if case == "pascal" else key


def _read(key: str, case: Case) -> str:
    """What the client makes of a key."""
    if case == "kebab":
        return key
    camel = re.sub("-[a-z]", lambda found: found[0][1].upper(), key)
    return camel if case == "camel" else camel[0].upper() + camel[1:]
