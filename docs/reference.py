"""Make the API reference from the docstrings: `python -m docs.reference FOLDER`, or `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc

__all__ = ["FACES", "make"]

FACES = [
    "effects",
    "effects.testing",
    "plugins.datastar",
    "plugins.datastar.at",
    "plugins.datastar.attr",
    "plugins.datastar.testing",
    "plugins.connections",
    "plugins.connections.testing",
    "plugins.http",
    "plugins.http.testing",
]
"""The modules that users import from. All others are private."""


def make(folder: Path) -> None:
    """Write one HTML page for each face, and an index of them."""
    pdoc.render.configure(docformat="markdown", show_source=False, footer_text="rhialto")
    pdoc.pdoc(*FACES, output_directory=folder)


if __name__ == "__main__":
    (target,) = sys.argv[1:] or ["site"]
    make(Path(target))
    print(f"{target}/index.html")
