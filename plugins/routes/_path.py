"""Reads the paths of routes, as Quart and Werkzeug write them: `/lobby/<room>/message`, `/rows/<int:row>`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from effects import RegistrationError

__all__ = ["param_types", "path_params", "shape_of"]

_PARAM = re.compile(r"<(?:(?P<converter>[a-zA-Z_]\w*(?:\([^<>]*\))?):)?(?P<name>[a-zA-Z_]\w*)>")


def path_params(path: object) -> tuple[str, ...]:
    """Return the names of a path's parameters, in order. Raises `RegistrationError` if it is no path."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise RegistrationError("the path of a route is a str that begins with /", fix='write Route("/rooms/<room>")')
    if "<" in (rest := _PARAM.sub("", path)) or ">" in rest:
        raise RegistrationError(
            f"the path {path!r} has a parameter that cannot be read", fix="write <name> or <converter:name>"
        )
    if "?" in rest or "#" in rest:
        raise RegistrationError(f"the path {path!r} goes on after its end", fix='read the query with Query("name")')
    names = tuple(match["name"] for match in _PARAM.finditer(path))
    if len(set(names)) < len(names):
        raise RegistrationError(f"the path {path!r} has two parameters of one name", fix="rename one of them")
    return names


def shape_of(path: str) -> str:
    """Return a path without the names of its parameters: two paths of one shape match the very same URLs."""
    return _PARAM.sub(lambda match: f"<{_converter_of(match)}>", path)


def param_types(path: str) -> Mapping[str, type]:
    """Return the types of a path's parameters, by name; an app's own converters have no known type."""
    return {match["name"]: _TYPES[kind] for match in _PARAM.finditer(path) if (kind := _converter_of(match)) in _TYPES}


def _converter_of(match: re.Match[str]) -> str:
    converter = (match["converter"] or "string").replace(" ", "").removesuffix("()")
    return "string" if converter == "default" else converter


_TYPES: Mapping[str, type] = {"string": str, "path": str, "int": int, "float": float}
