"""A real browser on our pages: Chromium, the official client, and a real server."""
