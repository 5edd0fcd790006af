"""The limits of the number of connections."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Literal, cast, final

from effects import EffectsError, RegistrationError

__all__ = ["Bound", "ConnectionLimits", "TooManyConnectionsError"]

Bound = Literal["store", "scope", "key"]


class TooManyConnectionsError(EffectsError):
    """A limit of connections is reached, and the newest connection is refused. The others go on."""


@final
@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The largest number of connections in a store: in all, in one scope, and under one key of a scope.

    At a limit the store refuses the newest connection with `TooManyConnectionsError`. If `evict` names the limit, the
    store closes the oldest connection instead: with the cause `replaced` if it has the same name as the new one, else
    with `size`. Raises `RegistrationError` if a limit is not an int, 1 or more, or if `evict` names anything else.
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
