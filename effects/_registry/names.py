"""The names and the metadata that a registration may have."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from .._language.display import a
from .._language.errors import RegistrationError
from .signatures import Kind

__all__ = ["check_metadata", "check_name"]

_OPTIONS: Mapping[str, frozenset[str]] = {
    "effect": frozenset({"each", "override"}),
    "action": frozenset({"override"}),
    "placeholder": frozenset({"each", "override"}),
    "state slice": frozenset({"override"}),
}
_EVERY_OPTION = sorted({"each", "override"})


def check_metadata(where: str, kind: Kind, metadata: Mapping[str, object]) -> None:
    """Raise `RegistrationError` if the name of some metadata looks like a misspelled option, or like an option of
    another kind.
    """
    for name in metadata:
        close = difflib.get_close_matches(name, _EVERY_OPTION, n=1, cutoff=0.7)
        if close and close[0][0] == name[0]:
            raise RegistrationError(
                f"{where}: unknown option {name!r}",
                near=repr(close[0]),
                fix=f"{a(kind)} takes {', '.join(sorted(_OPTIONS[kind]))}, and metadata under names less alike",
            )


def check_name(what: str, name: object) -> None:
    if not isinstance(name, str) or not name:
        raise RegistrationError(f"{what} is a non-empty str, not {type(name).__name__}")
