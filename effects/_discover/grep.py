"""`dispatch.grep`: a search for text in all descriptions of a dispatch, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

from .asked import check_type
from .description import Description, ParameterDescription
from .inside import texts

__all__ = ["Hit", "grep"]

_MAX_AROUND = 40
"""At most this many characters are shown before and after a match."""


@final
@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the text was found."""

    description: Description
    """The description that has the match."""
    field: str
    """The place in it: `doc`, `parameters.text.doc`, `metadata.route.path`."""
    excerpt: str
    """The match with the text around it, in one line."""


def grep(descriptions: Iterable[Description], pattern: str | re.Pattern[str]) -> tuple[Hit, ...]:
    """Return the first match in each field of each description. Text is found in upper and lower case."""
    check_type("the text to look for", pattern, str, re.Pattern)
    if isinstance(pattern, re.Pattern):
        check_type("a regular expression is of text: its pattern", pattern.pattern, str)
    expression = re.compile(re.escape(pattern), re.IGNORECASE) if isinstance(pattern, str) else pattern
    return tuple(
        Hit(description, field, _excerpt(text, match))
        for description in descriptions
        for field, text in _fields(description)
        if (match := expression.search(text))
    )


def _fields(description: Description) -> Iterator[tuple[str, str]]:
    """Yield the texts of a description, each with its place."""
    yield from (
        ("key", description.key),
        ("kind", description.kind),
        ("plugin", description.plugin),
        ("doc", description.doc),
    )
    yield from _parameter_fields("parameters", description.parameters)
    yield "returns", description.returns or ""
    yield from _parameter_fields("needs", description.needs)
    yield from texts(description.metadata, "metadata")
    for name in ("hooks", "contributes", "replaces"):
        yield from texts(getattr(description, name), name)


def _parameter_fields(place: str, parameters: Sequence[ParameterDescription]) -> Iterator[tuple[str, str]]:
    for parameter in parameters:
        here = f"{place}.{parameter.name}"
        yield from ((here, parameter.name), (f"{here}.type", parameter.type), (f"{here}.doc", parameter.doc))
        yield f"{here}.default", parameter.default or ""
        yield from _parameter_fields(here, parameter.options)


def _excerpt(text: str, match: re.Match[str]) -> str:
    begin, end = max(match.start() - _MAX_AROUND, 0), match.end() + _MAX_AROUND
    cut = " ".join(text[begin:end].split())
    return f"{'... ' * (begin > 0)}{cut}{' ...' * (end < len(text))}"
