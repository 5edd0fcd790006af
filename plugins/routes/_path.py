"""Paths of routes, as Quart and Werkzeug write them: `/lobby/<room>/message`, `/rows/<int:row>`."""

from __future__ import annotations

import re

from effects import RegistrationError

__all__ = ["path_params", "shape_of"]

_PARAM = re.compile(r"<(?:(?P<converter>[a-zA-Z_]\w*(?:\([^<>]*\))?):)?(?P<name>[a-zA-Z_]\w*)>")


def path_params(path: object) -> tuple[str, ...]:
    """The names of a path's parameters, in order. Raises `RegistrationError` for what is no path."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise RegistrationError("the path of a route is a str that begins with /", fix='write Route("/rooms/<room>")')
    if "<" in (rest := _PARAM.sub("", path)) or ">" in rest:
        raise RegistrationError(
            f"the path {path!r} has a parameter that cannot be read", fix="write <name> or <converter:name>"
        )
    if "?" in rest or "#" in rest:
        raise RegistrationError(f"the path {path!r} goes on after its end", fix='read the query with Query("name")')
    names = tuple(found["name"] for found in _PARAM.finditer(path))
    if len(set(names)) < len(names):
        raise RegistrationError(f"the path {path!r} has two parameters of one name", fix="rename one of them")
    return names


def shape_of(path: str) -> str:
    """A path without the names of its parameters: two of one shape match the very same URLs."""
    return _PARAM.sub(lambda found: f"<{_DEFAULTS.get(found['converter'], found['converter'])}>", path)


_DEFAULTS = {None: "string", "default": "string"}
