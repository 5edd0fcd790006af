"""The check of arguments of questions to a dispatch. Without it, a wrong argument would get an empty answer, or an
obscure error.
"""

from __future__ import annotations

from .._language.errors import EffectsError

__all__ = ["check_type"]


def check_type(name: str, value: object, *kinds: type) -> None:
    """Raise `EffectsError` for a value of none of these types. `True` is no int."""
    if type(value) not in kinds and (isinstance(value, bool) or not isinstance(value, kinds)):
        expected = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
        raise EffectsError(f"{name} is {expected}, not {type(value).__name__}", fix=f"pass {expected}")
