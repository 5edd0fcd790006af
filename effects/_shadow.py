"""The names `effects` and `plugins` are common. If another package of that name hides ours, this module says so."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

__all__ = ["warn_of_shadows"]


def warn_of_shadows() -> None:
    """Warn if `import plugins` would find a package that is not the one this package came with."""
    ours = Path(__file__).resolve().parents[1] / "plugins" / "__init__.py"
    try:
        spec = importlib.util.find_spec("plugins")
    except ValueError:  # a module that was made by hand has no spec
        return
    if spec is None or spec.origin is None or not ours.exists() or Path(spec.origin).resolve() == ours:
        return
    warnings.warn(
        f"rhialto's package `plugins` is hidden by another one, {spec.origin}\n"
        "  fix  rename that one, or take its folder off the front of sys.path",
        RuntimeWarning,
        stacklevel=3,
    )
