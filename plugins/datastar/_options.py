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


class EventOptions(TypedDict, total=False):
    """Options of every event."""

    event_id: str
    """What the client sends back as `last-event-id` when it connects again."""
    retry: int
    """How long the client waits before it connects again, in milliseconds."""


class RemoveElementsOptions(EventOptions, total=False):
    """Options of `remove-elements`; see `encode_remove_elements`."""

    use_view_transition: bool
    view_transition_selector: str


class PatchElementsOptions(RemoveElementsOptions, total=False):
    """Options of `patch-elements`; see `encode_patch_elements`."""

    selector: str
    mode: PatchMode
    namespace: Namespace


class PatchSignalsOptions(EventOptions, total=False):
    """Options of `patch-signals`; see `encode_patch_signals`."""

    only_if_missing: bool


class ExecuteScriptOptions(EventOptions, total=False):
    """Options of `execute-script`; see `encode_execute_script`."""

    auto_remove: bool
    attributes: Mapping[str, str | bool]


class RedirectOptions(EventOptions, total=False):
    """Options of `redirect`; see `encode_redirect`."""
