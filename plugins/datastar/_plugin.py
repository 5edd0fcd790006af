"""The plugin and its effects. Each effect encodes its values, and sends one frame to the sink."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from effects import Context, Registry, Sink, hookimpl

from ._elements import HasHtml, html, render
from ._encode import encode_patch_elements, encode_patch_signals, encode_remove_elements
from ._options import (
    ExecuteScriptOptions,
    PatchElementsOptions,
    PatchSignalsOptions,
    RedirectOptions,
    RemoveElementsOptions,
)
from ._script import encode_execute_script, encode_redirect

__all__ = ["Datastar"]


@final
class Datastar:
    """The plugin. Each effect writes to the `sink` of the system.

    `patch-elements`, `remove-elements`, `patch-signals`, `execute-script` and `redirect` send one event each;
    `close-sse` ends the stream.
    """

    name = "datastar"

    def __init__(self) -> None:
        self._registry = Registry("datastar", late=["sink"])
        self._registry.effect("patch-elements")(send_elements)
        self._registry.effect("remove-elements")(send_removal)
        self._registry.effect("patch-signals")(send_signals)
        self._registry.effect("execute-script")(send_script)
        self._registry.effect("redirect")(send_redirect)
        self._registry.effect("close-sse")(close_stream)
        self._registry.tag("html", HasHtml, encode=render, decode=html)

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute the effects."""
        return self._registry


def send_elements(
    ctx: Context,
    elements: object,
    options: PatchElementsOptions | None = None,
    *,
    sink: Sink,
) -> None:
    """Patch elements into the page: `["patch-elements", elements, {"selector": "#list", "mode": "append"}]`.

    `elements` is an object with `__html__`: an htpy element, `html("...")`, or `fragment(*rows)` for several elements.
    It is None for `mode` `remove` with a selector.
    """
    event_options = options or {}
    text = None if elements is None else render(elements)
    sink.send(encode_patch_elements(text, **event_options))


def send_removal(ctx: Context, selector: str, options: RemoveElementsOptions | None = None, *, sink: Sink) -> None:
    """Remove elements from the page: `["remove-elements", "#row-7"]`."""
    event_options = options or {}
    sink.send(encode_remove_elements(selector, **event_options))


def send_signals(
    ctx: Context,
    signals: Mapping[str, object],
    options: PatchSignalsOptions | None = None,
    *,
    sink: Sink,
) -> None:
    """Patch signals into the page: `["patch-signals", {"connected": True}]`."""
    event_options = options or {}
    sink.send(encode_patch_signals(signals, **event_options))


def send_script(ctx: Context, script: str, options: ExecuteScriptOptions | None = None, *, sink: Sink) -> None:
    """Make the page run a trusted script: `["execute-script", f"alert({js(text)})"]`."""
    event_options = options or {}
    sink.send(encode_execute_script(script, **event_options))


def send_redirect(ctx: Context, url: str, options: RedirectOptions | None = None, *, sink: Sink) -> None:
    """Make the page go to another URL: `["redirect", "/welcome"]`."""
    event_options = options or {}
    sink.send(encode_redirect(url, **event_options))


def close_stream(ctx: Context, *, sink: Sink) -> None:
    """End the stream that this dispatch writes to, once all queued frames have been written: `["close-sse"]`."""
    sink.close()
