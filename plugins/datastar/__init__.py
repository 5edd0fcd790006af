"""Datastar: effects that become Server-Sent Events for the Datastar browser client, and attributes for its pages.

The package knows values, bytes and the protocol `Sink`. It knows no connection, no request and no web framework.
"""

from . import at, attr
from ._attributes import Attributes
from ._builders import close_sse, execute_script, patch_elements, patch_signals, redirect, remove_elements
from ._client import Client, CrossOrigin
from ._constants import (
    DATASTAR_KEY,
    DATASTAR_REQUEST,
    DATASTAR_URL,
    DATASTAR_VERSION,
    DEFAULT_RETRY,
    LONGEST_DELAY,
    SSE_HEADERS,
)
from ._elements import HasHtml, fragment, html
from ._encode import encode_patch_elements, encode_patch_signals, encode_remove_elements
from ._filters import SignalFilter
from ._js import js
from ._merge import merge_patches
from ._options import (
    EventOptions,
    ExecuteScriptOptions,
    Namespace,
    PatchElementsOptions,
    PatchMode,
    PatchSignalsOptions,
    RedirectOptions,
    RemoveElementsOptions,
)
from ._plugin import Datastar
from ._script import encode_execute_script, encode_redirect

__all__ = [
    "DATASTAR_KEY",
    "DATASTAR_REQUEST",
    "DATASTAR_URL",
    "DATASTAR_VERSION",
    "DEFAULT_RETRY",
    "LONGEST_DELAY",
    "SSE_HEADERS",
    "Attributes",
    "Client",
    "CrossOrigin",
    "Datastar",
    "EventOptions",
    "ExecuteScriptOptions",
    "HasHtml",
    "Namespace",
    "PatchElementsOptions",
    "PatchMode",
    "PatchSignalsOptions",
    "RedirectOptions",
    "RemoveElementsOptions",
    "SignalFilter",
    "at",
    "attr",
    "close_sse",
    "encode_execute_script",
    "encode_patch_elements",
    "encode_patch_signals",
    "encode_redirect",
    "encode_remove_elements",
    "execute_script",
    "fragment",
    "html",
    "js",
    "merge_patches",
    "patch_elements",
    "patch_signals",
    "redirect",
    "remove_elements",
]
