"""Make the API reference from the docstrings: `python -m docs.reference FOLDER`, or `make docs`."""

from __future__ import annotations

import pkgutil
import sys
from functools import cached_property
from pathlib import Path

import pdoc
import pdoc.doc
import pdoc.render

__all__ = ["FACES", "make"]

FACES = [
    "effects",
    "effects.codec",
    "effects.testing",
    "effects.tracing",
    "plugins.datastar",
    "plugins.datastar.at",
    "plugins.datastar.attr",
    "plugins.datastar.testing",
    "plugins.connections",
    "plugins.connections.testing",
    "plugins.http",
    "plugins.http.testing",
    "plugins.routes",
]
"""The modules that users import from. All others are private."""

_MADE_BY_OTHERS = ("Context", "Dispatch", "DispatchResult", "Group", "Member", "Presence", "SSEStream")
"""Classes whose instances users are handed: how they are made is not for them."""


class _Face(pdoc.doc.Module):
    """A face documents what its private modules define, constants included."""

    @cached_property
    def _var_docstrings(self) -> dict[str, str]:
        found = dict(super()._var_docstrings)
        package = self.obj if hasattr(self.obj, "__path__") else sys.modules[self.fullname.rpartition(".")[0]]
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if f"{package.__name__}._" in module.name and not module.name.endswith("__main__"):
                found |= pdoc.doc.Module.from_name(module.name)._var_docstrings
        return found


def make(folder: Path) -> None:
    """Write one HTML page for each face, and an index of them."""
    templates = Path(__file__).with_name("templates")
    pdoc.render.configure(docformat="markdown", show_source=False, footer_text="rhialto", template_directory=templates)
    pdoc.render.env.globals["made_by_others"] = _MADE_BY_OTHERS
    faces: dict[str, pdoc.doc.Module] = {name: _Face.from_name(name) for name in FACES}
    for name, face in faces.items():
        file = folder / f"{name.replace('.', '/')}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(pdoc.render.html_module(face, faces), encoding="utf-8")
    (folder / "index.html").write_text(pdoc.render.html_index(faces), encoding="utf-8")
    (folder / "search.js").write_text(pdoc.render.search_index(faces))


if __name__ == "__main__":
    (target,) = sys.argv[1:] or ["site"]
    make(Path(target))
    print(f"{target}/index.html")
