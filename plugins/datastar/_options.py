"""The options of the effects, as they stand in effect vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from typing_extensions import TypedDict

__all__ = [
    "EventOptions",
    "ExecuteScriptOptions",
    "Namespace",
    "PatchElementsOptions",
    "PatchMode",
    "PatchSignalsOptions",
    "RedirectOptions",
    "RemoveElementsOptions",
]

PatchMode = Literal["outer", "inner", "replace", "prepend", "append", "before", "after", "remove"]
"""How elements are put into the page: https://data-star.dev/reference/sse_events#datastar-patch-elements."""
Namespace = Literal["html", "svg", "mathml"]
"""The namespace of elements."""


class EventOptions(TypedDict, total=False):
    """Options of every event."""

    event_id: str
    """The id that the client sends back as `last-event-id` when it connects again. One line, Latin-1."""
    retry: int
    """The client's wait before it connects again, in milliseconds. 1000 is left out: write 1001 to undo one."""


class RemoveElementsOptions(EventOptions, total=False):
    """Options of `remove-elements`; see `encode_remove_elements`."""

    use_view_transition: bool
    """Whether the browser animates the change."""
    view_transition_selector: str
    """The CSS selector of the animated part, for `use_view_transition`; the client 1.0.1 does not read it."""


class PatchElementsOptions(RemoveElementsOptions, total=False):
    """Options of `patch-elements`; see `encode_patch_elements`."""

    selector: str
    """The CSS selector of the place of the elements. Without it, the client finds the place by their ids."""
    mode: PatchMode
    """How the elements are put there; `outer` by default."""
    namespace: Namespace
    """The namespace of the elements; `html` by default."""


class PatchSignalsOptions(EventOptions, total=False):
    """Options of `patch-signals`; see `encode_patch_signals`."""

    only_if_missing: bool
    """Whether signals that the page has already stay unchanged."""


class ExecuteScriptOptions(EventOptions, total=False):
    """Options of `execute-script`; see `encode_execute_script`."""

    auto_remove: bool
    """Whether the element of the script is removed once it has run; True by default."""
    attributes: Mapping[str, str | bool]
    """The attributes of the script element, such as `nonce`; True means no value, False leaves the attribute out."""


class RedirectOptions(EventOptions, total=False):
    """Options of `redirect`; see `encode_redirect`."""

    attributes: Mapping[str, str | bool]
    """The attributes of the script element that redirects, such as `nonce` under a Content Security Policy."""
