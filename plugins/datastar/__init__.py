"""Datastar: effects that become Server-Sent Events for the Datastar browser client.

Knows values and bytes, and the `Sink` it writes to. Knows no connection, no request and no web framework.
"""

from ._elements import html
from ._encode import Namespace, PatchMode, encode_patch_elements, encode_patch_signals
from ._plugin import DATASTAR_URL, Datastar, PatchElementsOptions, PatchSignalsOptions

__all__ = [
    "DATASTAR_URL",
    "Datastar",
    "Namespace",
    "PatchElementsOptions",
    "PatchMode",
    "PatchSignalsOptions",
    "encode_patch_elements",
    "encode_patch_signals",
    "html",
]
