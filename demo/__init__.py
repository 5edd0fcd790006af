"""The demo: see `demo/app.py`."""
