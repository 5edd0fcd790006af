"""The limits of connections: invalid ones are refused. The contract of stores tests that limits hold."""

from __future__ import annotations

from typing import Any

import pytest

from effects import RegistrationError
from plugins.connections import ConnectionLimits


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, None])
def test_a_limit_is_a_number_of_connections(limit: Any) -> None:
    """There is no unlimited store."""
    with pytest.raises(RegistrationError, match="the limit 'scope' is a number of connections, 1 or more"):
        ConnectionLimits(scope=limit)


@pytest.mark.parametrize("evict", ["key", ["keys"]])
def test_only_limits_can_be_named_as_evicting(evict: Any) -> None:
    """`evict` is a collection of their names."""
    with pytest.raises(RegistrationError, match="evict names limits"):
        ConnectionLimits(evict=evict)
