"""Renders Jinja templates as elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from markupsafe import Markup
from quart import current_app, render_template

from effects import ArgumentError
from plugins.datastar import html

__all__ = ["template"]


async def template(name: str, /, **context: object) -> Markup:
    """Render one of the app's templates: `["patch-elements", await template("row.html", name=name)]`.

    Jinja escapes the values. Raises `ArgumentError` if Jinja would not escape a template of that name (Quart escapes
    `.html`, `.htm`, `.xml`, `.xhtml` and `.svg`), and `jinja2.TemplateNotFound`.
    """
    escape = cast("bool | Callable[[str], bool]", current_app.jinja_env.autoescape)
    if not (escape(name) if callable(escape) else escape):
        raise ArgumentError("a template that is not escaped cannot be trusted", fix="give it a name that ends in .html")
    return html(await render_template(name, **context))
