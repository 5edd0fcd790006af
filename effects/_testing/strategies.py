"""Hypothesis strategies for vectors and placeholders that a dispatch accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from .._assembly.tables import Entry
from .._discover.asked import check_type
from .._discover.sample import Sampler
from .._dispatch.dispatch import Dispatch
from .._language.errors import UnknownKeyError, near
from .._language.vectors import Placeholder, plain_key

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["placeholders", "vectors"]


def vectors(
    dispatch: Dispatch, key: str | None = None, *, kind: Literal["effect", "action"] | None = None
) -> SearchStrategy[list[object]]:
    """Return a Hypothesis strategy for vectors that the dispatch accepts: of one key, of one kind, or any.

    They are made from annotations, nested effects included, and pass the check of arguments. Examples that pydantic's
    `Field(examples=[...])` names are used instead. Raises `UnknownKeyError` if no entry fits, `SampleError`, which
    names the parameter, if no value of a type can be made, and `MissingExtraError` if Hypothesis is not installed.

    >>> from effects import Registry, create_dispatch
    >>> from hypothesis import given
    >>> alerts = Registry("alerts")
    >>> @alerts.action("alerts/raise")
    ... def raise_alert(state, name: str):
    ...     return [["alerts/send", name]]
    >>> @given(vectors(create_dispatch([alerts])))
    ... def test_an_alert_is_sent(vector):
    ...     assert raise_alert({}, *vector[1:])[0][0] == "alerts/send"
    >>> test_an_alert_is_sent()
    """
    check_type("a key", key, str, type(None))
    key, entries = plain_key(key), dispatch._engine.tables.entries
    kinds = {"effect", "action"} if kind is None else {kind}
    fitting = [entry for entry in entries.values() if key in {None, entry.key} and entry.registration.kind in kinds]
    return Sampler(dispatch._engine.tables).vectors(_require_some(fitting, key or kind or "vector", entries))


def placeholders(dispatch: Dispatch, key: str | None = None) -> SearchStrategy[Placeholder]:
    """Return a Hypothesis strategy for placeholders of one key, or of any, with arguments. Raises as `vectors` does."""
    check_type("a key", key, str, type(None))
    key, entries = plain_key(key), dispatch._engine.tables.placeholders
    fitting = [entry for entry in entries.values() if key in {None, entry.key}]
    return Sampler(dispatch._engine.tables).placeholders(_require_some(fitting, key or "placeholder", entries))


def _require_some(fitting: Sequence[Entry], what: str, known: Mapping[str, Entry]) -> Sequence[Entry]:
    if not fitting:
        raise UnknownKeyError(f"this dispatch has no {what!r}", near=near(what, known), fix="ask dispatch.describe()")
    return fitting
