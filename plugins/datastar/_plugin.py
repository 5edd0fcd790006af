"""The effects: values in, one frame to the sink."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from typing_extensions import TypedDict

from effects import Context, Registry, Sink, hookimpl

from ._elements import render
from ._encode import Namespace, PatchMode, encode_patch_elements, encode_patch_signals

__all__ = ["DATASTAR_URL", "Datastar", "PatchElementsOptions", "PatchSignalsOptions"]

DATASTAR_URL = "https://cdn.jsdelivr.net/gh/starfederation/datastar@v1.0.1/bundles/datastar.js"
"""The browser client that this package speaks to: Datastar v1. Load it with `<script type="module">`."""


class PatchElementsOptions(TypedDict, total=False):
    """Options of `patch-elements`; see `encode_patch_elements`."""

    selector: str
    mode: PatchMode
    namespace: Namespace
    use_view_transition: bool
    view_transition_selector: str
    event_id: str
    retry: int


class PatchSignalsOptions(TypedDict, total=False):
    """Options of `patch-signals`; see `encode_patch_signals`."""

    only_if_missing: bool
    event_id: str
    retry: int


@final
class Datastar:
    """The plugin: `patch-elements`, `patch-signals` and `close-sse`, each written to the system's `sink`."""

    name = "datastar"

    def __init__(self) -> None:
        self._registry = Registry("datastar", late=["sink"])
        self._registry.effect("patch-elements")(patch_elements)
        self._registry.effect("patch-signals")(patch_signals)
        self._registry.effect("close-sse")(close_sse)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the effects."""
        return self._registry


def patch_elements(
    ctx: Context,
    elements: object,
    options: PatchElementsOptions | None = None,
    *,
    sink: Sink,
) -> None:
    """Patch elements into the page: `["patch-elements", elements, {"selector": "#list", "mode": "append"}]`.

    `elements` is an object with `__html__`, such as an htpy element or `html("...")`; None to remove by selector.
    """
    given = options or {}
    text = None if elements is None else render(elements)
    sink.send(encode_patch_elements(text, **given))


def patch_signals(
    ctx: Context,
    signals: Mapping[str, object],
    options: PatchSignalsOptions | None = None,
    *,
    sink: Sink,
) -> None:
    """Patch signals into the page: `["patch-signals", {"connected": True}]`."""
    given = options or {}
    sink.send(encode_patch_signals(signals, **given))


def close_sse(ctx: Context, *, sink: Sink) -> None:
    """End the stream that this dispatch writes to, once what is queued has been written."""
    sink.close()
