"""The marks that plugins and the engine put on hooks, for pluggy to find."""

from __future__ import annotations

import pluggy

__all__ = ["PROJECT", "hookimpl", "hookspec"]

PROJECT = "rhialto"
"""The name of the pluggy project and of the entry-point group."""

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function or method as the implementation of a hook: `from effects import hookimpl`."""
hookspec = pluggy.HookspecMarker(PROJECT)
"""Marks a method as the definition of a hook."""
