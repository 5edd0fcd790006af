"""What is counted for a compressor of a stream's own is what it takes, or more."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence

import pytest

from benchmarks.compression import allocated, alone, large, resident, usual
from plugins.http._compression.own import OWN


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells of it")
@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("data", [usual, large])
@pytest.mark.parametrize("ask", [resident, allocated])
def test_no_compressor_takes_more_than_is_counted(
    name: str, ask: Callable[[], int], data: Callable[[], Sequence[bytes]]
) -> None:
    """Neither of the memory of a new process nor of what it asks for."""
    if ask is allocated and not hasattr(ctypes.CDLL(None), "mallinfo2"):
        pytest.skip("this is not glibc")
    took = alone(name, ask, data)
    assert took <= OWN[name].size
    assert ask is resident or took > OWN[name].size / 2
