"""The demo, and a look at who is connected: served by the live tests."""

from __future__ import annotations

from demo.app import app, dispatch
from plugins.connections import Connections

__all__ = ["app"]


@app.get("/test/connected")
async def connected() -> dict[str, int]:
    """How many connections are stored."""
    plugin = dispatch.plugin("connections")
    assert isinstance(plugin, Connections)
    return {"connected": len(plugin.store)}
