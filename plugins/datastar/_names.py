"""Checks the names of signals and of attributes.

The client keeps signals in JavaScript objects and writes changes to them by path. A path through a name that every
object has (`constructor`, `__proto__`) leads out of the signals and into objects that all scripts of the page share. So
a name from a browser could change how the page works. Such names are refused.
"""

from __future__ import annotations

import json
import re

from effects import ArgumentError

from ._arguments import require_mapping, require_str
from ._json import check_whole, json_text

__all__ = ["require_attribute_name", "require_signal_name", "signals_text"]

_OBJECT_PROPERTIES = frozenset(
    {
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
    }
)
"""The properties of `Object.prototype`: ECMAScript, 20.1.3 and B.2.2."""

_SUSPECT_TEXT = re.compile(rf'[".](?:{"|".join(sorted(_OBJECT_PROPERTIES))})[".]|\d{{16}}')
"""Finds such a name, or a number with as many digits as the shortest that JavaScript rounds."""
_SIGNAL_NAME = re.compile(r"\w+(?:[.-]\w+)*", re.ASCII)
"""The text after a `$` that the client reads as a name."""
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_:][\w.:-]*", re.ASCII)


def signals_text(signals: object) -> str:
    """Return signals as JSON. Their values may be any data that JSON can represent.

    Raises `ArgumentError` if `signals` is no mapping, for values that JSON cannot represent, for whole numbers that
    JavaScript rounds, for a name that expressions cannot read, and for a name, at any depth, that every JavaScript
    object has.
    """
    values = dict(require_mapping("signals are", signals, 'pass {"name": value}'))
    text = json_text("signals hold", values, _check_text)
    for name in values:
        _check_top_name(str(name))
    return text


def _check_text(text: str) -> None:
    """Check a JSON text. Nearly every text passes one search; only a suspect one is parsed."""
    if _SUSPECT_TEXT.search(text):
        json.loads(text, object_pairs_hook=_check_pairs, parse_int=check_whole)


def _check_top_name(name: str) -> None:
    """Check the name of a signal, which the client does not split at dots. Keys inside its value are data."""
    if "." in name:
        raise ArgumentError(
            "a signal has a '.' in its name, and cannot be read as $user.name",
            fix='write {"user": {"name": ...}} for $user.name',
        )
    if not f"_{name.replace('-', '_')}".isidentifier() or not name:
        raise ArgumentError(
            "a signal has a name that expressions cannot read",
            fix="a signal is named by letters, digits, '_' and '-', without the $",
        )


def _check_pairs(pairs: list[tuple[str, object]]) -> None:
    for key, _ in pairs:
        _check_name_parts(key)


def _check_name_parts(name: str) -> None:
    for part in _OBJECT_PROPERTIES.intersection(name.split(".")):
        raise ArgumentError(
            f"a signal is called {part!r}, a name that every JavaScript object has",
            fix="use another name; accept names from a browser only if they are on a list of your own",
        )


def require_signal_name(subject: str, name: str) -> str:
    """Return the name of a signal: words of ASCII letters, digits and `_`, joined by `.` or `-`.

    Raises `ArgumentError` for any other value. `subject` begins the message: "attr.bind".
    """
    fix = "write it as in an expression, without the $: 'name', or 'user.name' for one that is nested"
    if not _SIGNAL_NAME.fullmatch(require_str(f"{subject}: the name of a signal", name, fix)):
        raise ArgumentError(f"{subject} takes the name of a signal", fix=fix)
    _check_name_parts(name)
    return name


def require_attribute_name(subject: str, name: str) -> str:
    """Return the name of an attribute. Raises `ArgumentError` if a script cannot set an attribute of this name.

    The HTML standard (13.1.2.3) allows more names in markup, but the client uses `setAttribute`, which throws for them.
    """
    fix = "use ASCII letters, digits, '-', '_', '.' and ':', with a letter first"
    if not _ATTRIBUTE_NAME.fullmatch(require_str(f"{subject}: the name of an attribute", name, fix)):
        raise ArgumentError(f"{subject}: a script cannot set an attribute of this name", fix=fix)
    return name
