"""How many connections there may be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Literal, cast, final

from effects import EffectsError, RegistrationError

__all__ = ["Bound", "ConnectionLimits", "TooManyConnectionsError"]

Bound = Literal["store", "scope", "key"]


class TooManyConnectionsError(EffectsError):
    """A limit of connections is reached, and the newest is refused. The others are not harmed."""


@final
@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections a store takes: in all, for one scope, and under one key of a scope.

    At a limit the newest connection is refused with `TooManyConnectionsError`, unless the limit is named in `evict`:
    then the oldest gives way, with the cause `replaced` under the same key, and `size` elsewhere. Raises
    `RegistrationError` for a limit below 1.
    """

    store: int = 10_000
    scope: int = 100
    key: int = 20
    evict: Collection[Bound] = ()

    def __post_init__(self) -> None:
        names = {field.name for field in fields(self)} - {"evict"}
        for name in sorted(names):
            limit = cast(object, getattr(self, name))
            if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
                raise RegistrationError(
                    f"the limit {name!r} is a number of connections, 1 or more", fix=f"write {name}=100"
                )
        if isinstance(self.evict, str) or not names.issuperset(self.evict):
            raise RegistrationError(
                "evict names limits: a collection of 'store', 'scope' and 'key'", fix='evict=["key"]'
            )
