"""What a real browser makes of it: Chromium, the official client, and a real server."""
