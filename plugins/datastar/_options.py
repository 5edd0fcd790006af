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
"""What elements are made of."""


class EventOptions(TypedDict, total=False):
    """Options of every event."""

    event_id: str
    """What the client sends back as `last-event-id` when it connects again. One line, Latin-1."""
    retry: int
    """How long the client waits before it connects again, in milliseconds. 1000 is left out: write 1001 to undo one."""


class RemoveElementsOptions(EventOptions, total=False):
    """Options of `remove-elements`; see `encode_remove_elements`."""

    use_view_transition: bool
    """Whether the browser animates the change."""
    view_transition_selector: str
    """What of the page is animated, in CSS, with `use_view_transition`; the client 1.0.1 does not read it."""


class PatchElementsOptions(RemoveElementsOptions, total=False):
    """Options of `patch-elements`; see `encode_patch_elements`."""

    selector: str
    """Where the elements belong, in CSS. Without it, they find their place by their ids."""
    mode: PatchMode
    """How they are put there; `outer` by default."""
    namespace: Namespace
    """What they are made of; `html` by default."""


class PatchSignalsOptions(EventOptions, total=False):
    """Options of `patch-signals`; see `encode_patch_signals`."""

    only_if_missing: bool
    """Whether signals that the page has already are left as they are."""


class ExecuteScriptOptions(EventOptions, total=False):
    """Options of `execute-script`; see `encode_execute_script`."""

    auto_remove: bool
    """Whether the script's element is removed once it has run, as by default."""
    attributes: Mapping[str, str | bool]
    """Those of the script's element, such as `nonce`; True is one without a value, False one that is left out."""


class RedirectOptions(EventOptions, total=False):
    """Options of `redirect`; see `encode_redirect`."""

    attributes: Mapping[str, str | bool]
    """Those of the script's element that does it, such as `nonce` under a Content Security Policy."""
