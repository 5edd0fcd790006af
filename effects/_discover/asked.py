"""Checks the arguments of questions to a dispatch: otherwise a wrong one would get an empty answer, or a riddle."""

from __future__ import annotations

from .._language.errors import EffectsError

__all__ = ["check_asked"]


def check_asked(name: str, value: object, *kinds: type) -> None:
    """Raise `EffectsError` for what is of none of these types. `True` is no int."""
    if type(value) not in kinds and (isinstance(value, bool) or not isinstance(value, kinds)):
        wanted = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
        raise EffectsError(f"{name} is {wanted}, not {type(value).__name__}", fix=f"pass {wanted}")
