"""Unit test effects without running them: record, compare and replay them, make them up, and let them fail on purpose.

With pytest, define a fixture `dispatch` and ask for `recorder`; pytest finds it if rhialto is installed.
"""

from ._testing.differences import ANYTHING, Like, assert_effects, like
from ._testing.faults import Fault, with_faults
from ._testing.memory_sink import MemorySink
from ._testing.recorder import Recorder
from ._testing.strategies import placeholders, vectors

__all__ = [
    "ANYTHING",
    "Fault",
    "Like",
    "MemorySink",
    "Recorder",
    "assert_effects",
    "like",
    "placeholders",
    "vectors",
    "with_faults",
]
